import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'

import type { Read } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import { overallVerdict } from '../evaluation/judge-gates.ts'
import { metricsIn, verdictsIn } from './built-in-stages.ts'
import { refitName } from './declare-keys.ts'
import { type DeclaredRun, declareRun } from './declare-run.ts'
import { type OtherPolicy, otherPolicy } from './other-policy.ts'
import { readLocalRuns } from './run-history.ts'
import type { Candidate, RunRecord } from './run-record.ts'
import { pointedResult, readRecord, runFolder } from './run-session.ts'
import { digestOf, outputPath, type StageResult } from './stage-result.ts'

/** What is on disk for the run key of the project's files as they are now. */
export type FoundCandidate =
  | { readonly kind: 'ready'; readonly candidate: Candidate; readonly declared: DeclaredRun }
  /** The run ended with a no, or failed. */
  | { readonly kind: 'not passed'; readonly record: RunRecord; readonly declared: DeclaredRun }
  /** What it was judged by was changed after it. */
  | {
      readonly kind: 'judged otherwise'
      readonly changed: OtherPolicy
      readonly record: RunRecord
      readonly declared: DeclaredRun
    }

/** What a run is declared to be made of, and the folder whose `.plumbline` holds what it came to. */
interface Search {
  readonly declared: DeclaredRun
  readonly results: string
}

/**
 * Recomputes the run key and finds its finished run, every published byte checked against what the run recorded. `results`: a
 * folder whose `.plumbline` is looked into instead of the project's own.
 */
export async function findCandidate(
  folder: string,
  params: readonly string[] = [],
  results = folder,
): Promise<Read<FoundCandidate>> {
  const declared = await declareRun(folder, { params })
  if (!declared.ok) return declared
  const { runKey } = declared.value.keys
  const record = await readRecord(results, runKey)
  if (!record) {
    const state = 'no run of these files, this data and these settings is finished here'
    throw noCandidate(declared.value, state, await newestRun(folder))
  }
  if (record.part !== undefined) throw noCandidate(declared.value, `its last run was only ${record.part}`)
  refuseDegraded(declared.value, record)
  const changed = await changedSince({ declared: declared.value, results }, record)
  if (changed) return { ok: true, value: { kind: 'judged otherwise', changed, record, declared: declared.value } }
  if (record.outcome !== 'passed') return { ok: true, value: { kind: 'not passed', record, declared: declared.value } }
  return {
    ok: true,
    value: {
      kind: 'ready',
      candidate: await gather({ declared: declared.value, results }, record),
      declared: declared.value,
    },
  }
}

/** Undefined where it was judged by what stands here now, or was not judged at all. */
async function changedSince(search: Search, record: RunRecord): Promise<OtherPolicy | undefined> {
  if (record.outcome !== 'passed' && record.outcome !== 'refused') return undefined
  // A budget that is spent refuses a run before any stage.
  if (record.outcome === 'refused' && record.gates.length === 0) return undefined
  const [validate, gate] = [await finished(search, 'validate'), await finished(search, 'gate')]
  return otherPolicy(search.declared, record, { validate, gate })
}

async function gather(search: Search, record: RunRecord): Promise<Candidate> {
  const { declared, results } = search
  const { project, keys } = declared
  await requireSameVerdicts(search, record)
  const train = await finished(search, 'train')
  const predict = await finished(search, 'predict')
  await finished(search, 'smoke')
  if (project.split.refit) await finished(search, refitName('smoke'))
  const judgedModel = await checkedOutput(search, train, 'model')
  const releasedModel = project.split.refit
    ? await checkedOutput(search, await finished(search, 'refit'), 'model')
    : judgedModel
  const split = await pointedResult(results, keys.runKey, 'split', undefined)
  const truth = split && (await checkedOutput(search, split, 'truth').catch(() => undefined))
  const reference = split?.outputs['reference']
    ? await checkedOutput(search, split, 'reference').catch(() => undefined)
    : undefined
  return {
    record,
    recordFile: join(runFolder(results, keys.runKey), 'run.json'),
    judgedModel,
    releasedModel,
    predictions: await checkedOutput(search, predict, 'predictions'),
    ...(truth !== undefined && { truth }),
    ...(reference !== undefined && { reference }),
    servingFiles: servingFiles(declared),
  }
}

/** SQL, what `predict` reads, the environment's lock and the contract: enough to predict without git. */
function servingFiles({ project, reads }: DeclaredRun): Record<string, string> {
  const paths = new Set([
    project.features.sql,
    project.file,
    ...project.data.sources.map(({ contract }) => contract),
    ...(project.environment.python ? [project.environment.python] : []),
    ...project.environment.lock,
    ...Object.keys(reads.get('predict') ?? {}),
  ])
  return Object.fromEntries([...paths].sort().map((path) => [path, join(project.folder, path)]))
}

/** The record passes through a job that runs the user's code; what was judged, and how, is the judging job's to say. */
async function requireSameVerdicts(search: Search, record: RunRecord): Promise<void> {
  const judged = {
    metrics: metricsIn(await finished(search, 'evaluate')),
    gates: verdictsIn(await finished(search, 'gate')),
  }
  const isSame = isDeepStrictEqual(judged, { metrics: record.metrics, gates: record.gates })
  if (isSame && overallVerdict(judged.gates) === 'pass') return
  throw noCandidate(search.declared, 'its record says other than its judged metrics and gates')
}

async function finished({ declared, results }: Search, stage: string): Promise<StageResult> {
  const standIn = standInOf(declared, stage)
  const result = await pointedResult(results, declared.keys.runKey, stage, standIn)
  if (result) return result
  throw noCandidate(declared, `its stage "${stage}" has no result here`)
}

function standInOf({ project }: DeclaredRun, stage: string): string | undefined {
  const isRefit = stage === refitName('train')
  const fallback = project.stages.find(({ name }) => name === (isRefit ? 'train' : stage))?.fallback?.stage
  return fallback === undefined || !isRefit ? fallback : refitName(fallback)
}

async function checkedOutput(
  { declared: { keys }, results }: Search,
  result: StageResult,
  output: string,
): Promise<string> {
  const path = outputPath(results, result, output)
  const digest = await digestOf(path).catch(() => undefined)
  if (digest === result.outputs[output]?.sha256) return path
  throw new Fault(
    'pipeline/no-candidate',
    `Cannot use "${output}" of run ${keys.runKey.slice(0, 8)}: ${digest ? 'its bytes changed after the run' : 'it is gone'}; expected what the run wrote`,
    { remedy: 'Remove .plumbline/stages and run again: plumbline run' },
  )
}

/** A fallback's model is somebody's second choice: it is released only where that was decided before. */
function refuseDegraded({ project }: DeclaredRun, { degraded = [] }: RunRecord): void {
  const stages = project.stages.flatMap(({ name, fallback }) => [
    { name, fallback },
    { name: refitName(name), fallback },
  ])
  const refused = stages.find(({ name, fallback }) => degraded.includes(name) && fallback?.register !== true)
  if (!refused) return
  throw new Fault(
    'pipeline/degraded',
    `Cannot register "${project.model.name}": stage "${refused.name}" failed, and ${refused.fallback?.stage ?? 'another'} stood in for it; expected a run without a fallback`,
    {
      remedy: `Mend the stage and run again; to release such a model all the same: fallback: { stage: ${refused.fallback?.stage ?? 'NAME'}, register: true }`,
      stays: 'nothing was published',
    },
  )
}

/** Where it is of what the tree does not declare, its model is nothing that a tag could name. */
async function newestRun(folder: string): Promise<RunRecord | undefined> {
  const { records } = await readLocalRuns(folder)
  return records.toSorted((one, other) => (one.finishedAt < other.finishedAt ? -1 : 1)).at(-1)
}

function noCandidate({ project, keys }: DeclaredRun, state: string, newest?: RunRecord): Fault {
  return new Fault(
    'pipeline/no-candidate',
    `Cannot register "${project.model.name}": ${state} (run key ${keys.runKey.slice(0, 8)})`,
    { remedy: remedyAfter(newest) },
  )
}

function remedyAfter(newest: RunRecord | undefined): string {
  if (newest?.sample)
    return `The last run was of a sample of ${newest.sample.rows} rows, which nobody may release: plumbline run`
  if (newest?.data.asked !== undefined) {
    const { asked } = newest.data
    return `The last run was of snapshot "${asked}", which is not pinned. Pin it: plumbline data pull --data ${asked} --force, then plumbline snapshot and plumbline run`
  }
  if (newest?.askedParams) {
    const given = Object.entries(newest.askedParams).map(([name, value]) => `--param ${name}=${value}`)
    return `The last run was with other parameters than plumbline.yaml has. Release it with them: plumbline register ${given.join(' ')}`
  }
  return 'plumbline run'
}
