import type { Json } from '../base/canonical-json.ts'
import type { RunRecord } from '../pipeline/run-record.ts'
import type { JsonObject } from './ledger-record.ts'

/**
 * A run as the ledger keeps it, for ever: without slices and words of stages, which may show the data, and of a failure
 * the first line alone, as what a program printed stays in its log.
 */
export function runBody(run: RunRecord): JsonObject {
  const kept: RunRecord = {
    ...run,
    ...(run.failure !== undefined && { failure: run.failure.split('\n', 1)[0] ?? '' }),
    stages: run.stages.map((stage) => ({ ...stage, detail: '' })),
    gates: run.gates.map((gate) => ({ ...gate, slices: [] })),
  }
  return JSON.parse(JSON.stringify(kept)) as { [key: string]: Json }
}
