import { join } from 'node:path'

import { Fault } from '../base/fault.ts'
import { readStoredPredictions } from '../data/stored-predictions.ts'
import { recomputeGates } from '../evaluation/recompute-gates.ts'
import type { RunRecord } from '../pipeline/run-record.ts'
import type { Finding } from './verification.ts'

const name = 'predictions.parquet'

export interface VerifiedJudgement {
  /** Undefined where there is nothing to judge again. */
  readonly findings: readonly Finding[] | undefined
  readonly detail: string
}

/** Judges the stored predictions again, by the very functions that judged them, and compares with what `run.json` claims. */
export async function verifyJudgement(
  folder: string,
  digests: ReadonlyMap<string, string>,
  run: RunRecord | undefined,
  signal?: AbortSignal,
): Promise<VerifiedJudgement> {
  if (!digests.has(name))
    return { findings: undefined, detail: 'the release holds no predictions, so that nothing can be judged again' }
  if (!run) return { findings: undefined, detail: 'run.json cannot be read' }
  try {
    const { rows, ...policy } = await readStoredPredictions(join(folder, name), signal)
    const problems = recomputeGates(rows, policy, run)
    const detail = `${run.metrics.length} metrics and ${run.gates.length} gates, judged again on ${rows.rows} stored rows`
    return { findings: problems.map((problem) => ({ check: 'judgement', subject: 'run.json', problem })), detail }
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof Fault && error.code.startsWith('data/engine')) throw error
    const [problem = 'it cannot be read'] = (error instanceof Error ? error.message : String(error)).split('\n')
    return { findings: [{ check: 'judgement', subject: name, problem }], detail: 'the stored predictions' }
  }
}
