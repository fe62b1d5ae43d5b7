import { availableParallelism } from 'node:os'

import pLimit from 'p-limit'

import type { Read } from '../base/diagnostic.ts'
import type { ProgramStage } from '../project/project.ts'
import { wordJudgedStage, wordReleasedStage } from '../report/word-stages.ts'
import type { SplitData } from './built-in-stages.ts'
import { refitName, stagesOfRefit } from './declare-keys.ts'
import { dataOf, type RunSession, useOutput } from './run-session.ts'
import type { LazyEnvironment } from './stage-environment.ts'
import type { StageResult } from './stage-result.ts'
import { type Programs, readJson, type Taken, takeOne } from './take-program.ts'

/** Results of the user's stages by stage name: `train`, `predict`, … */
export type ProgramResults = ReadonlyMap<string, StageResult>

/** The user's stages of the judged fit: trained on `train`, predicting `test`. */
export async function takeJudgedFit(
  session: RunSession,
  split: StageResult,
  environment: LazyEnvironment,
): Promise<Read<ProgramResults>> {
  const { project, keys } = session.declared
  return takePrograms(session, {
    job: 'train',
    stages: project.stages,
    declared: keys.programs,
    split,
    environment,
    nameOf: (stage) => stage,
    featuresOf: async (stage) => useOutput(session, 'prepare', split, stage === 'predict' ? 'test' : 'train'),
    detailOf: (stage) => wordJudgedStage(stage, (dataOf(split) as SplitData).test),
  })
}

/** The same recipe on the whole window; what comes out is released, never judged. */
export async function takeReleasedFit(
  session: RunSession,
  split: StageResult,
  environment: LazyEnvironment,
): Promise<Read<ProgramResults>> {
  return takePrograms(session, {
    job: 'refit',
    stages: stagesOfRefit(session.declared.project),
    declared: session.declared.keys.refit,
    split,
    environment,
    nameOf: refitName,
    featuresOf: async () => useOutput(session, 'prepare', split, 'whole'),
    detailOf: (stage) => wordReleasedStage(stage, (dataOf(split) as SplitData).whole),
  })
}

/**
 * Runs each stage as soon as what it needs is there, independent ones side by side, as many as there are processors. Where
 * one fails, those under way end, so that their work is kept, and no other starts.
 */
async function takePrograms(session: RunSession, programs: Programs): Promise<Read<ProgramResults>> {
  const { stages, nameOf } = programs
  const standIns = new Set(stages.flatMap(({ fallback }) => (fallback ? [fallback.stage] : [])))
  const wanted = stages.filter(
    ({ name }) =>
      session.chosen.wanted.has(nameOf(name)) && (!standIns.has(name) || session.chosen.last === nameOf(name)),
  )
  const results = new Map<string, StageResult>()
  const inTurn = pLimit(availableParallelism())
  const under = new Map<string, Promise<Taken>>()
  let hasFailed = false

  const take = async (stage: ProgramStage): Promise<Taken> => {
    const before = [...stage.needs, ...(stages.find(({ name }) => name === stage.fallback?.stage)?.needs ?? [])]
    await Promise.allSettled(before.flatMap((need) => under.get(need) ?? []))
    return await inTurn(async () => {
      if (hasFailed) return { ok: true, value: undefined }
      try {
        const taken = await takeOne(session, programs, stage, results)
        if (taken.ok && taken.value) results.set(stage.name, taken.value)
        hasFailed ||= !taken.ok
        return taken
      } catch (error) {
        hasFailed = true
        throw error
      }
    })
  }
  for (const stage of wanted) under.set(stage.name, take(stage))
  const ends = await Promise.allSettled(under.values())
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  const diagnostics = ends.flatMap((end) => (end.status === 'fulfilled' && !end.value.ok ? end.value.diagnostics : []))
  return diagnostics.length > 0 ? { ok: false, diagnostics } : { ok: true, value: results }
}

/** Numbers that stages wrote as outputs of kind `metrics`: shown as self-reported, never judged. */
export async function readSelfReported(session: RunSession, results: ProgramResults): Promise<Record<string, number>> {
  const numbers: Record<string, number> = {}
  for (const stage of session.declared.project.stages) {
    const result = results.get(stage.name)
    const metrics = Object.entries(stage.out).find(([, { kind }]) => kind === 'metrics')?.[0]
    if (!result || !metrics) continue
    const reported = await readJson(await useOutput(session, 'train', result, metrics))
    for (const [name, value] of Object.entries(typeof reported === 'object' && reported !== null ? reported : {})) {
      if (typeof value === 'number' && Number.isFinite(value)) numbers[name] = value
    }
  }
  return numbers
}
