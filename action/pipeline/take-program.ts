import { readFile, stat } from 'node:fs/promises'

import { canonicalJson } from '../base/canonical-json.ts'
import type { Read } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import { once } from '../base/once.ts'
import { sha256 } from '../base/sha256.ts'
import { holds } from '../project/condition.ts'
import { onlyDataset } from '../project/output-kind.ts'
import type { ProgramStage } from '../project/project.ts'
import { wordAttempts } from '../report/word-attempts.ts'
import { wordCondition, wordFallback, wordFixtures } from '../report/word-stages.ts'
import { removeCheckpoint } from './checkpoint-folder.ts'
import type { DeclaredStage } from './declare-keys.ts'
import { isMade, unmade } from './plan-step.ts'
import type { ProgramResults } from './program-stages.ts'
import type { StageRecord } from './run-record.ts'
import { runResumable } from './run-resumable.ts'
import {
  type Job,
  logFile,
  pointedResult,
  pointTo,
  type RunSession,
  recordOf,
  takeStep,
  useOutput,
} from './run-session.ts'
import type { LazyEnvironment } from './stage-environment.ts'
import { digestOf, type StageResult } from './stage-result.ts'
import { takeFormatCheck } from './take-format-check.ts'
import { takeOutputCheck } from './take-output-check.ts'
import { watchedFiles } from './watch-files.ts'

/** The user's stages of one of the two fits. */
export interface Programs {
  readonly job: Job
  readonly stages: readonly ProgramStage[]
  readonly declared: readonly DeclaredStage[]
  readonly split: StageResult
  readonly environment: LazyEnvironment
  readonly nameOf: (stage: string) => string
  readonly featuresOf: (stage: string) => Promise<string>
  /** One line for people about a stage that went well. */
  readonly detailOf: (stage: string) => string
}

/** How a stage of the user's ended: with a result, left out by its condition or as a mere fallback, or not at all. */
export type Taken = Read<StageResult | undefined>

/** A stage whose condition holds, or its fallback where it fails; then its rows are held against their contract. */
export async function takeOne(
  session: RunSession,
  programs: Programs,
  stage: ProgramStage,
  earlier: ProgramResults,
): Promise<Taken> {
  const { job, nameOf } = programs
  const name = nameOf(stage.name)
  const declared = declaredOf(programs, stage)
  const asked = await judgeCondition(session, programs, stage, earlier)
  if (asked.kind === 'no') {
    skip(session, { name, job, key: declared.key, detail: wordCondition(asked.text) })
    return { ok: true, value: undefined }
  }
  if (asked.kind === 'unknown') {
    session.plan?.push({ name, job, action: 'open', reasons: [{ kind: 'condition', text: asked.text }] })
    return { ok: true, value: unmade({ name, key: declared.key, parts: declared.parts }) }
  }
  const taken = stage.fallback
    ? await takeWithFallback(session, programs, { ...stage, fallback: stage.fallback }, earlier)
    : await takeProgram(session, programs, stage, earlier)
  if (!taken.ok) return taken
  const checked = { job, stage: stage.name, result: taken.value }
  const format = await takeFormatCheck(session, { ...checked, outputs: stage.out })
  if (!format.ok) return format
  const output = onlyDataset(stage.out)
  const kept = output === undefined ? undefined : await takeOutputCheck(session, { ...checked, output })
  return kept && !kept.ok ? kept : taken
}

function declaredOf({ stages, declared }: Programs, { name }: ProgramStage): DeclaredStage {
  const found = declared[stages.findIndex((stage) => stage.name === name)]
  if (!found) throw new Error(`Cannot run stage "${name}": it has no key`)
  return found
}

type Asked = { readonly kind: 'yes' } | { readonly kind: 'no' | 'unknown'; readonly text: string }

async function judgeCondition(
  session: RunSession,
  { job }: Programs,
  { condition }: ProgramStage,
  earlier: ProgramResults,
): Promise<Asked> {
  if (!condition) return { kind: 'yes' }
  const { text } = condition
  const stages: Record<string, unknown> = {}
  for (const name of condition.stages) {
    const result = earlier.get(name)
    if (!result) continue
    if (!isMade(result)) return { kind: 'unknown', text }
    stages[name] = { outputs: await factsOf(session, job, result) }
  }
  const facts = { trigger: session.trigger.kind, params: session.declared.project.params, stages }
  return holds(text, facts) ? { kind: 'yes' } : { kind: 'no', text }
}

/** Of a JSON file what it holds, of all else its SHA-256. */
async function factsOf(session: RunSession, job: Job, result: StageResult): Promise<Record<string, unknown>> {
  const facts: Record<string, unknown> = {}
  for (const [output, { path, sha256: digest }] of Object.entries(result.outputs)) {
    facts[output] = path.endsWith('.json') ? await readJson(await useOutput(session, job, result, output)) : digest
  }
  return facts
}

function skip(
  session: RunSession,
  { name, job, key, detail }: { name: string; job: Job; key: string; detail: string },
) {
  if (session.plan) {
    session.plan.push({ name, job, action: 'skipped', reasons: [{ kind: 'condition', text: detail }] })
    return
  }
  const startedAt = session.now().toISOString()
  session.stages.push({ name, key, cacheKey: key, outcome: 'skipped', startedAt, seconds: 0, detail, outputs: {} })
  session.progress.finished(name, 'skipped', detail, 0)
}

type WithFallback = ProgramStage & { readonly fallback: NonNullable<ProgramStage['fallback']> }

/** Where a stage fails as programs do, the one that stands in; what is wrong with data or settings stops the run as ever. */
async function takeWithFallback(
  session: RunSession,
  programs: Programs,
  stage: WithFallback,
  earlier: ProgramResults,
): Promise<Read<StageResult>> {
  const { nameOf, stages } = programs
  const [name, standInName] = [nameOf(stage.name), nameOf(stage.fallback.stage)]
  const standIn = stages.find((other) => other.name === stage.fallback.stage)
  if (!standIn) throw new Error(`Cannot fall back from "${stage.name}": its fallback is not there`)
  if (!session.jobs.has(programs.job)) {
    const { folder, declared } = session
    const pointed = await pointedResult(folder, declared.keys.runKey, name, standInName)
    if (pointed?.stage === standInName) return noteFallback(session, name, standInName, pointed)
    return await takeProgram(session, programs, stage, earlier)
  }
  try {
    return await takeProgram(session, programs, stage, earlier)
  } catch (error) {
    if (!(error instanceof Fault) || !error.code.startsWith('stage/')) throw error
    session.progress.warn(wordFallback(name, standInName, error.message))
    const taken = await takeProgram(session, programs, standIn, earlier)
    if (!taken.ok) return taken
    await pointTo(session, name, taken.value)
    return noteFallback(session, name, standInName, taken.value)
  }
}

/** Has the stage's record tell who stood in for it: the run is degraded. Where another job did it, that record is made here. */
function noteFallback(session: RunSession, name: string, standIn: string, result: StageResult): Read<StageResult> {
  const { stages } = session
  const at = stages.findLastIndex((record) => record.name === name)
  const known: StageRecord = stages[at] ?? { ...recordOf(result, 'done'), name, outcome: 'failed' }
  stages[at < 0 ? stages.length : at] = { ...known, fallback: standIn }
  return { ok: true, value: result }
}

async function takeProgram(
  session: RunSession,
  programs: Programs,
  stage: ProgramStage,
  earlier: ProgramResults,
): Promise<Read<StageResult>> {
  const { job, environment, nameOf, featuresOf, detailOf, split } = programs
  const { project, reads } = session.declared
  const name = nameOf(stage.name)
  const declared = declaredOf(programs, stage)
  const fixtures = session.chosen.only === name ? session.fixtures : undefined

  // What its condition left out is no input: its variable is not set.
  const needed = stage.needs.flatMap((need) => earlier.get(need) ?? [])
  const inputsOf = async (): Promise<Record<string, Readonly<Record<string, string>>>> => {
    const inputs: Record<string, Readonly<Record<string, string>>> = {}
    for (const need of stage.needs) {
      const result = earlier.get(need)
      if (need === 'features') inputs[need] = { features: await featuresOf(stage.name) }
      else if (result) inputs[need] = await outputsOf(session, job, result)
    }
    return inputs
  }
  const bytesOfInputs = (): Record<string, string> =>
    Object.fromEntries(
      stage.needs.flatMap((need) =>
        Object.entries(earlier.get(need)?.outputs ?? {}).map(([output, record]) => [
          `${need} ${output}`,
          record.sha256,
        ]),
      ),
    )

  const cacheKey = once(async () => {
    const observed = {
      interpreter: (await environment.interpreter(stage))?.version,
      system: `${process.platform} ${process.arch}`,
      inputs: fixtures ? await bytesOfFixtures(fixtures) : bytesOfInputs(),
    }
    return sha256(canonicalJson({ key: declared.key, observed }))
  })

  const taken = await takeStep(session, {
    job,
    name,
    from: fixtures ? [] : [split, ...needed],
    isShared: !fixtures && ((await session.shared?.takes(stage)) ?? false),
    key: declared.key,
    parts: declared.parts,
    cacheKey,
    work: async (workFolder, meter) => {
      const run = {
        project,
        stage,
        name,
        reads: reads.get(stage.name) ?? {},
        watched: watchedFiles(session.declared),
        inputs: fixtures ?? (await inputsOf()),
        environment: await environment.environment(stage),
        caller: session.environment,
        logFile: logFile(session, name),
        meter,
        progress: session.progress,
        signal: session.signal,
      }
      const { artifacts, chosen } = session
      const resumable = { run, cacheKey: await cacheKey(), artifacts, isFresh: chosen.forced.has(name) }
      const work = await runResumable(resumable, workFolder)
      return {
        ok: true,
        value: { ...work, detail: wordAttempts(fixtures ? wordFixtures() : detailOf(stage.name), work.attempts) },
      }
    },
  })
  // Not before its result is whole: whoever is killed on the way there goes on from the checkpoint.
  if (taken.ok && session.jobs.has(job) && !session.plan) {
    await removeCheckpoint({ folder: project.folder, stage: name, cacheKey: taken.value.cacheKey })
  }
  return taken
}

async function outputsOf(session: RunSession, job: Job, result: StageResult): Promise<Record<string, string>> {
  const paths: Record<string, string> = {}
  for (const output of Object.keys(result.outputs)) paths[output] = await useOutput(session, job, result, output)
  return paths
}

async function bytesOfFixtures(fixtures: NonNullable<RunSession['fixtures']>): Promise<Record<string, string>> {
  const digests: Record<string, string> = {}
  for (const [need, outputs] of Object.entries(fixtures)) {
    for (const [output, path] of Object.entries(outputs)) digests[`${need} ${output}`] = await digestOf(path)
  }
  return digests
}

/** Null where it is none, or larger than numbers for people are. */
export async function readJson(file: string): Promise<unknown> {
  try {
    if ((await stat(file)).size > largestJsonBytes) return null
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return null
  }
}

const largestJsonBytes = 10 * 2 ** 20
