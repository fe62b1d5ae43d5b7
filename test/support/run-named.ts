import { runRecord } from './candidate.ts'

/** A run in which every text that somebody else chose is `name`. */
export function runNamed(name: string) {
  const record = runRecord()
  const [stage] = record.stages
  const [gate] = record.gates
  const [metric] = record.metrics
  if (!stage || !gate || !metric || !record.split) throw new Error('The record has none')
  return runRecord({
    model: name,
    trigger: { kind: 'manual', actor: name, reason: name },
    params: { [name]: name },
    data: { ...record.data, since: name, until: name, asked: name },
    split: { ...record.split, leftOut: { [name]: 7 } },
    stages: [{ ...stage, name, detail: name }],
    metrics: [{ ...metric, value: null, reason: name }],
    selfReported: { [name]: 1 },
    gates: [{ ...gate, gate: name, reason: name }],
    environment: { ...record.environment, python: name, system: name },
  })
}
