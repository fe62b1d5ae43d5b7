import { Fault } from '../base/fault.ts'
import { overallVerdict } from '../evaluation/judge-gates.ts'
import { metricsIn, takeJudging, verdictsIn } from './built-in-stages.ts'
import type { DeclaredRun } from './declare-run.ts'
import { openSession, type SessionRequest } from './open-session.ts'
import { readCodeState } from './read-code-state.ts'
import { afterOtherRuns } from './run-lock.ts'
import type { RunRecord } from './run-record.ts'
import { pointedResult } from './run-session.ts'
import { noFindings, writeRecord } from './write-record.ts'

/**
 * Judges a finished run by the gates as they stand now, on the predictions and the truth that it left, and writes its record
 * anew. Undefined where they are not here any more, or have other bytes. None of the user's code runs.
 */
export async function judgeAgain(
  request: Omit<SessionRequest, 'job'>,
  declared: DeclaredRun,
  record: RunRecord,
): Promise<RunRecord | undefined> {
  return await afterOtherRuns(request, async () => {
    const session = openSession({ ...request, job: 'judge' }, declared, record.trigger)
    const { runKey } = declared.keys
    const split = await pointedResult(request.folder, runKey, 'split')
    const predict = record.degraded?.includes('predict')
      ? undefined
      : await pointedResult(request.folder, runKey, 'predict')
    if (!split || !predict) return undefined
    session.stages.push(...record.stages.filter(({ name }) => name !== 'evaluate' && name !== 'gate'))
    const judged = await judge(() => takeJudging(session, split, predict))
    if (!judged?.gate) return undefined
    const findings = noFindings(await readCodeState(request.folder), record.trigger, request.now())
    findings.metrics = metricsIn(judged.evaluate)
    findings.gates = verdictsIn(judged.gate)
    return await writeRecord(session, findings, overallVerdict(findings.gates) === 'pass' ? 'passed' : 'refused')
  })
}

async function judge(take: () => ReturnType<typeof takeJudging>) {
  try {
    const taken = await take()
    return taken.ok ? taken.value : undefined
  } catch (error) {
    if (error instanceof Fault && error.code === 'pipeline/missing-result') return undefined
    throw error
  }
}
