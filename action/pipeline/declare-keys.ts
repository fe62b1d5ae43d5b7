import { canonicalJson } from '../base/canonical-json.ts'
import { sha256 } from '../base/sha256.ts'
import type { Contract } from '../project/contract.ts'
import type { ProgramStage, Project } from '../project/project.ts'
import { imageDigest } from './image-digest.ts'
import { type KeyParts, stageKey } from './stage-key.ts'

/** What git and the lock say of what makes a run's bytes. */
export interface Declared {
  readonly project: Project
  readonly contract: Contract
  readonly dataDigest: string
  /** The snapshot's newest event time. */
  readonly until: string | null
  readonly featureSql: string
  /** SHA-256 of the requirements file; null where there is none. */
  readonly requirements: string | null
  /** SHA-256 of the commands of `environment.setup` and of the files that they read; null where there are none. */
  readonly setup: string | null
  /** Of each of the user's stages: the files that it may read, path → SHA-256. */
  readonly reads: ReadonlyMap<string, Readonly<Record<string, string>>>
  /** Only so many of the rows are used. */
  readonly sampleRows?: number
}

export interface DeclaredStage {
  readonly name: string
  readonly parts: KeyParts
  readonly key: string
}

export interface DeclaredKeys {
  /** Names the candidate: it holds all that makes the bytes, and neither gates nor rollout. */
  readonly runKey: string
  readonly features: DeclaredStage
  readonly split: DeclaredStage
  /** The user's stages of the judged fit, in order. */
  readonly programs: readonly DeclaredStage[]
  /** The stages that the released fit runs again; empty without `refit`. */
  readonly refit: readonly DeclaredStage[]
}

/** Pure: the keys of every stage that makes bytes, and the run's. */
export function declareKeys(declared: Declared): DeclaredKeys {
  const { project } = declared
  const features = declare('features', featureParts(declared))
  const split = declare('split', splitParts(declared, features.key))

  const keyOf = new Map([['features', split.key]])
  const programs = project.stages.map((stage) => {
    const declaredStage = declare(stage.name, programParts(stage, declared, keyOf))
    keyOf.set(stage.name, declaredStage.key)
    return declaredStage
  })

  const wholeKeyOf = new Map([['features', `${split.key} whole`]])
  const refit = stagesOfRefit(project).map((stage) => {
    const declaredStage = declare(refitName(stage.name), programParts(stage, declared, wholeKeyOf))
    wholeKeyOf.set(stage.name, declaredStage.key)
    return declaredStage
  })
  const runKey = stageKey('run', Object.fromEntries([...programs, ...refit].map(({ name, key }) => [name, key])))
  return { runKey, features, split, programs, refit }
}

/** `train` and what it needs of the user's stages, fallbacks among them; none where the released fit is the judged one. */
export function stagesOfRefit(project: Project): readonly ProgramStage[] {
  if (!project.split.refit) return []
  const wanted = new Set(['train'])
  for (const stage of project.stages.toReversed()) {
    if (!wanted.has(stage.name)) continue
    for (const need of stage.needs) wanted.add(need)
    if (stage.fallback) wanted.add(stage.fallback.stage)
  }
  return project.stages.filter((stage) => wanted.has(stage.name))
}

/** `refit` for `train`, `refit-tune` for `tune`. */
export function refitName(stage: string): string {
  return stage === 'train' ? 'refit' : `refit-${stage}`
}

function declare(name: string, parts: KeyParts): DeclaredStage {
  return { name, parts, key: stageKey(name, parts) }
}

function featureParts({ project, contract, dataDigest, featureSql }: Declared): KeyParts {
  const { model, data } = project
  const joins = data.sources.slice(1).map(({ name, on }) => [name, ...on])
  return {
    data: dataDigest,
    [`file ${project.features.sql}`]: sha256(featureSql),
    columns: digest(
      contract.columns.map(({ name, logicalType, aliases, format, decimal, epoch, truth, missing }) => [
        name,
        logicalType,
        aliases,
        ...(format === undefined ? [] : [format]),
        ...(decimal === undefined ? [] : ['decimal', decimal]),
        ...(epoch === undefined ? [] : ['epoch', epoch]),
        ...(truth === undefined ? [] : ['truth', truth.yes, truth.no]),
        ...(missing === undefined ? [] : ['missing', missing]),
      ]),
    ),
    model: digest({ id: model.id, target: model.target, time: model.time, group: model.group, ignore: model.ignore }),
    labels: String(data.labels !== undefined),
    ...(joins.length > 0 && { joins: digest(joins) }),
    ...(data.encoding !== undefined && { encoding: data.encoding }),
  }
}

function splitParts({ project, until, sampleRows }: Declared, features: string): KeyParts {
  const { windowMs, test, gapMs } = project.split
  return {
    'stage features': features,
    split: digest({
      windowMs,
      test: { ...test },
      gapMs,
      delayMs: project.data.labels?.delayMs,
      coverage: project.data.labels?.coverage,
    }),
    model: digest({ name: project.model.name, time: project.model.time, group: project.model.group }),
    until: until ?? 'no time',
    ...(sampleRows !== undefined && { sample: String(sampleRows) }),
  }
}

function programParts(stage: ProgramStage, declared: Declared, keyOf: ReadonlyMap<string, string>): KeyParts {
  const { project } = declared
  const files = Object.entries(declared.reads.get(stage.name) ?? {}).map(([path, sha]) => [`file ${path}`, sha])
  const needs = stage.needs.map((need) => [`stage ${need}`, keyOf.get(need) ?? 'unknown'])
  const params = Object.entries(project.params).map(([name, value]) => [`param ${name}`, canonicalJson(value)])
  return {
    ...Object.fromEntries(files),
    ...Object.fromEntries(needs),
    ...Object.fromEntries(params),
    command: stage.run,
    ...(stage.condition && { condition: stage.condition.text }),
    ...(stage.fallback && { fallback: keyOf.get(stage.fallback.stage) ?? 'unknown' }),
    outputs: digest(Object.entries(stage.out).map(([name, { path }]) => [name, path])),
    seed: String(project.environment.seed),
    ...environmentParts(stage, declared),
    variables: digest({ env: stage.env, secrets: stage.secrets }),
    // How many threads share a sum decides its last digits; memory and disk only decide whether there is a result.
    ...(stage.resources?.cpu !== undefined && { processors: String(stage.resources.cpu) }),
    ...(stage.runner && { runner: stage.runner.join(' ') }),
  }
}

/** A container brings its own environment; the project's does not reach into it. */
function environmentParts({ container }: ProgramStage, { project, requirements, setup }: Declared): KeyParts {
  if (container !== undefined) return { container: imageDigest(container) }
  return {
    'environment lock': requirements ?? 'none',
    ...(setup !== null && { 'environment setup': setup }),
    interpreter: project.environment.pythonVersion ?? 'any',
  }
}

function digest(value: Parameters<typeof canonicalJson>[0]): string {
  return sha256(canonicalJson(value))
}
