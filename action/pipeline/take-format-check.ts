import type { Read } from '../base/diagnostic.ts'
import type { StageOutput } from '../project/project.ts'
import { isMade } from './plan-step.ts'
import { type Job, type RunSession, useOutput } from './run-session.ts'
import type { StageResult } from './stage-result.ts'

export interface ModelsToCheck {
  readonly job: Job
  /** As `plumbline.yaml` calls the stage. */
  readonly stage: string
  readonly result: StageResult
  readonly outputs: Readonly<Record<string, StageOutput>>
}

/**
 * Refuses a model that is no data, unless the project allows it. After the stage's result is kept, so that nothing is trained
 * again once it does; and not among a stage's keys, for it is policy.
 */
export async function takeFormatCheck(session: RunSession, checked: ModelsToCheck): Promise<Read<'kept'>> {
  const { job, stage, result, outputs } = checked
  const { project } = session.declared
  const models = Object.keys(outputs).filter((output) => outputs[output]?.kind === 'model')
  const isHere = session.jobs.has(job) && !session.plan && isMade(result)
  if (project.model.allowsUnsafeFormat === true || models.length === 0 || !isHere) return { ok: true, value: 'kept' }
  const { unsafeFormat } = await import('../data/model-formats/require-data.ts')
  const { scanModel } = await import('../data/model-formats/scan-model.ts')
  for (const output of models) {
    const diagnostics = unsafeFormat(project, stage, await scanModel(await useOutput(session, job, result, output)))
    if (diagnostics.length > 0) return { ok: false, diagnostics }
  }
  return { ok: true, value: 'kept' }
}
