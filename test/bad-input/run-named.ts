import { parseRunRecord } from '../../action/pipeline/parse-run-record.ts'
import type { RunRecord } from '../../action/pipeline/run-record.ts'
import { runRecord } from '../support/candidate.ts'

/** A run in which every text that its reader does not check is `name`, as it comes out of a ledger that anybody may have written. */
export function runNamed(name: string): RunRecord {
  const plain = runRecord()
  const [stage, refit] = plain.stages
  const [gate] = plain.gates
  const [metric] = plain.metrics
  const slice = { slice: name, rows: 3, value: null, kind: 'insufficient data', reason: name }
  const parsed = parseRunRecord({
    ...plain,
    model: name,
    failure: name,
    trigger: { kind: 'manual', actor: name, reason: name },
    code: { commit: name, uncommitted: 1 },
    builtFrom: { runId: name, attempt: name, head: name, tree: name },
    data: { ...plain.data, since: name, until: name, asked: name },
    params: { [name]: name },
    askedParams: { [name]: name },
    part: name,
    environment: {
      ...plain.environment,
      requirements: name,
      setup: name,
      containers: { [name]: name },
      python: name,
      system: name,
    },
    split: { ...plain.split, leftOut: { [name]: 7 } },
    stages: [
      {
        ...stage,
        name,
        key: name,
        cacheKey: name,
        detail: name,
        outputs: { [name]: name },
        runner: [name],
        fallback: name,
      },
      refit,
    ],
    metrics: [
      { ...metric, name },
      { ...metric, name, value: null, reason: name },
    ],
    selfReported: { [name]: 1 },
    gates: [{ ...gate, gate: name, metric: name, reason: name, slices: [slice] }],
    degraded: [name],
    hooks: [{ name, outcome: 'done', seconds: 1 }],
  })
  if (!parsed.ok) throw new Error(`No record: ${parsed.where}`)
  return parsed.record
}
