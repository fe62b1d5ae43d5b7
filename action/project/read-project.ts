import { access } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

import type { Read } from '../base/diagnostic.ts'
import { checkOwnFolder, checkPlaces } from './check-places.ts'
import { checkProject, type LineOf } from './check-project.ts'
import { checkSecrets } from './check-secrets.ts'
import { readCondition } from './condition.ts'
import { driftPolicy } from './drift-schema.ts'
import { orderStages } from './order-stages.ts'
import { outputsOf } from './output-kind.ts'
import { overrideParams } from './override-params.ts'
import {
  type CostPolicy,
  type Gate,
  hookNames,
  type LabelPolicy,
  type MlflowPolicy,
  type ModelPolicy,
  type ProgramStage,
  type Project,
  type ResourceLimits,
  type RetryPolicy,
  type SqlMetric,
  type StorePolicy,
} from './project.ts'
import { type ProjectDocument, projectSchema } from './project-schema.ts'
import { retrainPolicy } from './read-retrain.ts'
import { readSources } from './read-sources.ts'
import { readTextFile } from './read-text-file.ts'
import { readYaml } from './read-yaml.ts'

export const projectFile = 'plumbline.yaml'

/**
 * Reads `plumbline.yaml` in a folder: the typed project, or everything that is wrong with the file. `params` are `NAME=VALUE`
 * texts that stand in for the file's. Throws `cli/bad-input` where one is no parameter of it.
 */
export async function readProject(folder: string, params: readonly string[] = []): Promise<Read<Project>> {
  // git answers while the file is read.
  const own = checkOwnFolder(folder, projectFile)
  own.catch(() => undefined)
  const outside = await checkPlaces(folder, projectFile, [projectFile])
  const read = outside.length > 0 ? undefined : await readProjectFile(folder, params)
  const misplaced = [...outside, ...(await own)]
  if (!read || misplaced.length > 0) return { ok: false, diagnostics: misplaced }
  if (!read.ok) return read
  const { features, data, environment } = read.value
  const contracts = data.sources.map(({ contract }) => contract)
  const named = [
    features.sql,
    ...contracts,
    ...(environment.python === undefined ? [] : [environment.python]),
    ...environment.lock,
  ]
  const diagnostics = await checkPlaces(folder, projectFile, named)
  return diagnostics.length > 0 ? { ok: false, diagnostics } : read
}

async function readProjectFile(folder: string, params: readonly string[]): Promise<Read<Project>> {
  const text = await readTextFile(join(folder, projectFile), projectFile, await remedyWithout(folder))
  return text.ok ? parseProject(resolve(folder), text.value, params) : text
}

/** The same from a text. `folder` is absolute. */
export function parseProject(folder: string, text: string, params: readonly string[] = []): Read<Project> {
  const project = interpret(folder, text, params)
  const diagnostics = checkSecrets(projectFile, text, project.ok ? [] : project.diagnostics)
  return diagnostics.length > 0 ? { ok: false, diagnostics } : project
}

function interpret(folder: string, text: string, params: readonly string[]): Read<Project> {
  const read = readYaml(projectFile, text, projectSchema)
  if (!read.ok) return read
  overrideParams(read.value.params, params)
  const diagnostics = checkProject(projectFile, read.value, read.lineOf)
  if (diagnostics.length > 0) return { ok: false, diagnostics }
  return { ok: true, value: fillIn(folder, read.value, read.lineOf) }
}

/** How to get from here to the next folder above that holds a project, as `cd` takes it. */
async function folderAbove(folder: string): Promise<string | undefined> {
  let steps = '..'
  for (let at = resolve(folder); dirname(at) !== at; at = dirname(at), steps += '/..') {
    const isThere = await access(join(dirname(at), projectFile)).then(
      () => true,
      () => false,
    )
    if (isThere) return steps
  }
  return undefined
}

async function remedyWithout(folder: string): Promise<string> {
  const above = await folderAbove(folder)
  return above === undefined
    ? 'Run in the folder that holds it, or write one: plumbline init --data GLOB --target COLUMN'
    : `Run in the folder that holds it: cd ${above}`
}

function modelPolicy({ 'unsafe-format': allowsUnsafeFormat, ...model }: ProjectDocument['model']): ModelPolicy {
  return { ...defined(model), ...(allowsUnsafeFormat && { allowsUnsafeFormat }) }
}

function fillIn(folder: string, document: ProjectDocument, lineOf: LineOf): Project {
  const { model, params, data, split, environment, stages, privacy } = document
  const { features, ...programs } = stages
  const sources = readSources(data, lineOf)
  return {
    folder,
    file: projectFile,
    model: modelPolicy(model),
    params,
    data: {
      sources,
      store: storePolicy(data.store),
      contract: sources[0].contract,
      ...(data.encoding !== 'utf-8' && { encoding: data.encoding }),
      ...(data.labels && { labels: labelPolicy(data.labels) }),
    },
    split: {
      test: split.test,
      gapMs: split.gap,
      refit: split.refit ?? model.time !== undefined,
      line: lineOf(['split']).line,
      ...(split.window !== undefined && { windowMs: split.window }),
    },
    environment: {
      seed: environment.seed,
      setup: environment.setup ?? [],
      lock: environment.lock ?? [],
      ...(environment.python !== undefined && { python: environment.python }),
      ...(environment['python-version'] !== undefined && { pythonVersion: environment['python-version'] }),
    },
    features: defined(features),
    stages: orderStages(
      Object.entries(programs)
        .map(([name, stage]) => programStage(name, stage, lineOf))
        .sort((one, other) => one.line - other.line),
    ),
    hooks: hookNames.flatMap((name) => {
      const hook = document.hooks[name]
      return hook ? [{ ...program(name, { needs: [], out: {}, ...hook }, lineOf(['hooks', name]).line), name }] : []
    }),
    metrics: sqlMetrics(document.metrics, lineOf),
    gates: Object.entries(document.gates).map(([name, gate]) => gatePolicy(name, gate, params, lineOf)),
    drift: driftPolicy(document.drift),
    retrain: retrainPolicy(document.retrain),
    smoke: document.smoke,
    keep: { data: document.keep.data, releases: document.keep.releases, cacheBytes: document.keep.cache },
    cost: costPolicy(document.cost),
    ...(document.mlflow && { mlflow: mlflowPolicy(document.mlflow, model.name) }),
    privacy: { isPublic: privacy.public, minCount: privacy['min-count'] },
  }
}

function labelPolicy({ source, delay, coverage }: NonNullable<ProjectDocument['data']['labels']>): LabelPolicy {
  return { source, delayMs: delay, ...(coverage !== undefined && { coverage }) }
}

function storePolicy(store: ProjectDocument['data']['store']): StorePolicy {
  if (store === 'git' || store === 'releases') return { kind: store }
  if (typeof store === 'object' && 's3' in store) {
    const [name = '', ...folders] = store.s3
      .replace(/^s3:\/\//, '')
      .split('/')
      .filter(Boolean)
    return { kind: 's3', bucket: name, prefix: folders.map((folder) => `${folder}/`).join('') }
  }
  return { kind: 'file', path: store === 'file' ? '.plumbline/store' : store.file }
}

function costPolicy({ currency, budget, ...prices }: ProjectDocument['cost']): CostPolicy {
  return { currency, perMinute: prices['per-minute'], ...(budget && { budget: defined(budget) }) }
}

function mlflowPolicy(given: NonNullable<ProjectDocument['mlflow']>, model: string): MlflowPolicy {
  const { url, experiment = model, token, alias } = given
  return { url, experiment, alias, ...(token !== undefined && { token }) }
}

type StageDocument = ProjectDocument['stages']['train']
type ProgramDocument = Pick<StageDocument, 'needs' | 'run' | 'out' | 'env' | 'secrets'> & Partial<StageDocument>

function programStage(name: string, stage: StageDocument, lineOf: LineOf): ProgramStage {
  return program(name, stage, lineOf(['stages', name]).line)
}

function program(name: string, stage: ProgramDocument, line: number): ProgramStage {
  const condition = stage.if === undefined ? undefined : readCondition(stage.if)
  return {
    name,
    needs: stage.needs,
    run: stage.run,
    out: outputsOf(name, stage.out),
    env: stage.env,
    secrets: stage.secrets,
    line,
    ...(condition?.ok && { condition: condition.condition }),
    ...(stage.fallback && { fallback: stage.fallback }),
    ...(stage.contract !== undefined && { contract: stage.contract }),
    ...(stage.reads && { reads: stage.reads }),
    ...(stage.timeout !== undefined && { timeoutMs: stage.timeout }),
    ...(stage.runner && { runner: stage.runner }),
    ...(stage.resources && { resources: resourceLimits(stage.resources) }),
    ...(stage.container !== undefined && { container: stage.container }),
    ...(stage.retry && { retry: retryPolicy(stage.retry) }),
    ...(stage.checkpoint && { checkpointEveryMs: stage.checkpoint.every }),
  }
}

function resourceLimits({
  memory,
  cpu,
  disk,
}: NonNullable<ProjectDocument['stages']['train']['resources']>): ResourceLimits {
  return {
    ...(memory !== undefined && { memoryBytes: memory }),
    ...(cpu !== undefined && { cpu }),
    ...(disk !== undefined && { diskBytes: disk }),
  }
}

function retryPolicy({
  attempts,
  backoff,
  factor,
  codes,
}: NonNullable<ProjectDocument['stages']['train']['retry']>): RetryPolicy {
  return { attempts, backoffMs: backoff, factor, ...(codes && { codes }) }
}

function sqlMetrics(given: ProjectDocument['metrics'], lineOf: LineOf): readonly SqlMetric[] {
  return Object.entries(given).map(([name, { sql, better }]) => ({
    name,
    expression: sql,
    better,
    place: { file: projectFile, ...lineOf(['metrics', name, 'sql']) },
  }))
}

function gatePolicy(
  name: string,
  gate: ProjectDocument['gates'][string],
  params: ProjectDocument['params'],
  lineOf: LineOf,
): Gate {
  const bound = (given: string | number) =>
    Number(typeof given === 'number' ? given : params[given.slice('params.'.length)])
  return {
    name,
    metric: gate.metric,
    by: gate.by,
    minRows: gate['min-rows'],
    line: lineOf(['gates', name]).line,
    ...(gate.min !== undefined && { min: bound(gate.min) }),
    ...(gate.max !== undefined && { max: bound(gate.max) }),
  }
}

/** Leaves out the keys that zod keeps as `undefined`. */
function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}
