import type { Read } from '../base/diagnostic.ts'
import { metricsIn, takeFeatures, takeJudging, takeSplit, takeValidate, verdictsIn } from './built-in-stages.ts'
import { refitName } from './declare-keys.ts'
import { isMade } from './plan-step.ts'
import { readSelfReported, takeJudgedFit, takeReleasedFit } from './program-stages.ts'
import { type Job, jobs, logFile, type RunSession } from './run-session.ts'
import { type LazyEnvironment, lazyEnvironment } from './stage-environment.ts'
import { takeOutputCheck } from './take-output-check.ts'
import { takeSmoke } from './take-smoke.ts'
import { type RunFindings, splitFindings } from './write-record.ts'

/**
 * The stages of a run in order, as far as they are wanted here: validate, features, split; the user's; evaluate, gate; the
 * user's again, on the whole window. What they find is kept in `findings` as it becomes known, so that the record of a run
 * that fails has it too. In a plan nothing is made, and what would be made is not looked into.
 */
export async function runJobs(session: RunSession, findings: RunFindings): Promise<Read<'passed' | 'refused'>> {
  const passed = { ok: true, value: 'passed' } as const
  const wants = (stage: string) => session.chosen.wanted.has(stage)

  const validated = await takeValidate(session)
  if (!validated.ok) return validated
  if (!wants('features')) return passed
  const features = await takeFeatures(session)
  if (!features.ok) return features
  const checked = { job: 'prepare', stage: 'features', result: features.value, output: 'features' } as const
  const kept = await takeOutputCheck(session, checked)
  if (!kept.ok) return kept
  if (!wants('split')) return passed
  const split = await takeSplit(session, features.value)
  if (!split.ok) return split
  if (isMade(features.value) && isMade(split.value)) {
    Object.assign(findings, splitFindings(features.value, split.value))
  }
  if (isOver(session, 'prepare')) return passed

  const environment = openEnvironment(session)
  const fit = await takeJudgedFit(session, split.value, environment)
  if (!fit.ok) return fit
  if (!session.plan) {
    if (session.jobs.has('train')) findings.python = (await environment.interpreter({}))?.version
    findings.selfReported = await readSelfReported(session, fit.value)
  }
  if (wants('smoke') && fit.value.has('predict')) {
    const smoked = await takeSmoke(session, { fit: 'judged', split: split.value, judged: fit.value, environment })
    if (!smoked.ok) return smoked
  }
  if (isOver(session, 'train')) return passed

  const predict = fit.value.get('predict')
  if (!predict) throw new Error('Cannot judge the model: no stage predicted')
  const judged = await takeJudging(session, split.value, predict)
  if (!judged.ok) return judged
  if (!judged.value.gate) return passed
  if (isMade(judged.value.gate)) {
    findings.metrics = metricsIn(judged.value.evaluate)
    findings.gates = verdictsIn(judged.value.gate)
    const { overallVerdict } = await import('../evaluation/judge-gates.ts')
    if (overallVerdict(findings.gates) !== 'pass') return { ok: true, value: 'refused' }
  }
  if (isOver(session, 'judge')) return passed

  const refit = await takeReleasedFit(session, split.value, environment)
  if (!refit.ok || !wants(refitName('smoke'))) return refit.ok ? passed : refit
  const released = { fit: 'released', split: split.value, judged: fit.value, released: refit.value } as const
  const smoked = await takeSmoke(session, { ...released, environment })
  return smoked.ok ? passed : smoked
}

/** Whether nothing that is wanted here comes after a job. */
function isOver({ graph, chosen, jobs: here }: RunSession, job: Job): boolean {
  const later = new Set(jobs.slice(jobs.indexOf(job) + 1).filter((name) => here.has(name)))
  return !graph.some((node) => later.has(node.job) && chosen.wanted.has(node.name))
}

export function openEnvironment(session: RunSession): LazyEnvironment {
  const { declared, environment, progress, signal } = session
  const { project, requirements, setup } = declared
  const log = logFile(session, 'environment')
  const found = lazyEnvironment({ project, requirements, setup, caller: environment, logFile: log, progress, signal })
  return session.trial ? withVariables(found, session.trial.variables) : found
}

function withVariables(found: LazyEnvironment, variables: Readonly<Record<string, string>>): LazyEnvironment {
  return {
    ...found,
    environment: async (stage) => {
      const environment = await found.environment(stage)
      return { binFolders: [], ...environment, variables: { ...environment?.variables, ...variables } }
    },
  }
}
