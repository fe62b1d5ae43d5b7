import type { Read } from '../base/diagnostic.ts'
import { declareRun, type RunWishes } from './declare-run.ts'
import { openSession, type SessionRequest } from './open-session.ts'
import type { PlannedStage } from './plan-step.ts'
import { readCodeState } from './read-code-state.ts'
import { readTrigger } from './read-trigger.ts'
import { runJobs } from './run-jobs.ts'
import type { RunRecord, Trigger } from './run-record.ts'
import { noFindings } from './write-record.ts'

/** What a run would do, in the order in which it is told. */
export interface RunPlan {
  readonly model: string
  readonly runKey: string
  readonly dataDigest: string
  readonly code: RunRecord['code']
  readonly trigger: Trigger
  readonly stages: readonly PlannedStage[]
  /** A gate said no to the very predictions that the run would judge: nothing is refitted. */
  readonly isRefused: boolean
}

/** Walks through a run without doing anything of it. Throws `cli/bad-input` for a stage that there is not. */
export async function planRun(request: SessionRequest & RunWishes): Promise<Read<RunPlan>> {
  const declared = await declareRun(request.folder, request)
  if (!declared.ok) return declared
  const code = await readCodeState(request.folder)
  const trigger = readTrigger(request.environment, code.user)
  const plan: PlannedStage[] = []
  const session = { ...openSession(request, declared.value, trigger), plan }
  const end = await runJobs(session, noFindings(code, trigger, request.now()))
  if (!end.ok) return end
  const places = new Map(session.graph.map(({ name }, place) => [name, place]))
  return {
    ok: true,
    value: {
      model: declared.value.project.model.name,
      runKey: declared.value.keys.runKey,
      dataDigest: declared.value.dataDigest,
      code: code.code,
      trigger,
      stages: plan.toSorted((one, other) => (places.get(one.name) ?? 0) - (places.get(other.name) ?? 0)),
      isRefused: end.value === 'refused',
    },
  }
}
