import type { Read } from '../base/diagnostic.ts'
import type { RunWishes } from './declare-run.ts'
import type { SessionRequest } from './open-session.ts'
import { planRun } from './plan-run.ts'
import type { PlannedStage } from './plan-step.ts'
import { latestResult } from './stage-result.ts'

/** Why a stage would run or not, and what the newest result of it here was made of. */
export interface StageReason {
  readonly stage: PlannedStage
  readonly runKey: string
  readonly newest: { readonly startedAt: string; readonly seconds: number; readonly parts: number } | null
}

/** Throws `cli/bad-input` for a stage that there is not. */
export async function explainStage(request: SessionRequest & RunWishes, name: string): Promise<Read<StageReason>> {
  const planned = await planRun({ ...request, to: name })
  if (!planned.ok) return planned
  const { stages, runKey, isRefused } = planned.value
  const found = stages.find((stage) => stage.name === name)
  // What comes after a gate that said no is not planned at all.
  const stage: PlannedStage = found ?? {
    name,
    job: 'refit',
    action: 'skipped',
    reasons: [{ kind: 'condition', text: isRefused ? 'the gates pass' : 'it is needed' }],
  }
  const newest = await latestResult(request.folder, name)
  return {
    ok: true,
    value: {
      stage,
      runKey,
      newest: newest
        ? { startedAt: newest.startedAt, seconds: newest.seconds, parts: Object.keys(newest.parts).length }
        : null,
    },
  }
}
