import type { Job, RunSession, Step } from './run-session.ts'
import { changedParts } from './stage-key.ts'
import { latestResult, type StageResult } from './stage-result.ts'
import { examineResult } from './verify-result.ts'

/** What a run would do with a stage, and why. */
export interface PlannedStage {
  readonly name: string
  readonly job: Job
  /** `open`: it runs, unless what is made before it comes to the same bytes as last time, or a gate or condition says no. */
  readonly action: 'runs' | 'cached' | 'open' | 'skipped'
  readonly reasons: readonly PlanReason[]
}

export type PlanReason =
  | { readonly kind: 'never ran' }
  | { readonly kind: 'forced' }
  | { readonly kind: 'changed'; readonly parts: readonly ChangedPart[] }
  /** The interpreter, the system, or the bytes of an input. */
  | { readonly kind: 'observed' }
  /** What is kept of it has other bytes than it was made with. */
  | { readonly kind: 'spoilt' }
  | { readonly kind: 'waits'; readonly stages: readonly string[] }
  | { readonly kind: 'condition'; readonly text: string }

/** A part of the key that is another one now: `file train.py`, `param depth`, `stage tune`. */
export interface ChangedPart {
  readonly name: string
  /** Of the newest result here: a digest or a short text; null where it did not have the part. */
  readonly before: string | null
  readonly after: string | null
}

/** What would be done with a step; a result that stands for one that is not made yet is known by `isMade()`. */
export async function planStep(session: RunSession, step: Step, plan: PlannedStage[]): Promise<StageResult> {
  const { name, job } = step
  const waits = step.from.filter((result) => !isMade(result)).map(({ stage }) => stage)
  const isForced = session.chosen.forced.has(name)
  if (waits.length === 0 && !isForced) {
    const found = await examineResult(session.folder, name, await step.cacheKey())
    if (found.kind === 'whole') {
      plan.push({ name, job, action: 'cached', reasons: [] })
      return found.result
    }
    if (found.kind === 'spoilt') {
      plan.push({ name, job, action: 'runs', reasons: [{ kind: 'spoilt' }] })
      return unmade(step)
    }
  }
  const reason = isForced ? ({ kind: 'forced' } as const) : await whyMade(session, step, waits)
  const action = reason.kind === 'waits' ? 'open' : 'runs'
  plan.push({ name, job, action, reasons: [reason] })
  return unmade(step)
}

/** Whether a result is one, and not the stand-in for one that a plan knows nothing of. */
export function isMade({ cacheKey }: StageResult): boolean {
  return cacheKey !== ''
}

async function whyMade(session: RunSession, step: Step, waits: readonly string[]): Promise<PlanReason> {
  const before = await latestResult(session.folder, step.name)
  if (!before) return { kind: 'never ran' }
  if (waits.length > 0 && step.isOfBytes) return { kind: 'waits', stages: waits }
  const parts = changedParts(before.parts, step.parts).map((name) => ({
    name,
    before: before.parts[name] ?? null,
    after: step.parts[name] ?? null,
  }))
  // A need's own change says the same of this one: the file that was edited is named where it is read.
  const own = parts.filter(({ name }) => !name.startsWith('stage '))
  if (own.length > 0) return { kind: 'changed', parts: own }
  if (waits.length > 0) return { kind: 'waits', stages: waits }
  return parts.length > 0 ? { kind: 'changed', parts } : { kind: 'observed' }
}

/** Stands in a plan for the result of a stage that would run. */
export function unmade({ name, key, parts }: Pick<Step, 'name' | 'key' | 'parts'>): StageResult {
  return {
    schema: 'plumbline/stage/v1',
    stage: name,
    key,
    parts,
    cacheKey: '',
    startedAt: '',
    seconds: 0,
    detail: '',
    outputs: {},
  }
}
