import type { Gate } from '../project/project.ts'
import { type GateVerdict, judgeGates, type SliceVerdict } from './judge-gates.ts'
import type { JudgedRows } from './judged-rows.ts'
import { measureMetrics } from './measure.ts'
import type { MetricValue } from './metric.ts'

export interface ClaimedJudgement {
  readonly metrics: readonly MetricValue[]
  readonly gates: readonly GateVerdict[]
}

/**
 * Judges stored rows again, and names what comes out otherwise than it was claimed: `metric roc_auc: 0.86 comes out, 0.9 is
 * claimed`. Slices are compared by their rows and values: stored rows do not say what the slices are called.
 */
export function recomputeGates(
  rows: JudgedRows,
  policy: { readonly gates: readonly Gate[]; readonly minCount: number },
  claimed: ClaimedJudgement,
): readonly string[] {
  const metrics = measureMetrics(rows)
  const gates = judgeGates(policy.gates, rows, metrics, policy.minCount)
  return [
    ...named('metric', metrics, claimed.metrics, ({ name }) => name, metricWords),
    ...named('gate', gates, claimed.gates, ({ gate }) => gate, gateWords),
  ]
}

function named<Value>(
  what: string,
  found: readonly Value[],
  claimed: readonly Value[],
  nameOf: (value: Value) => string,
  words: (value: Value) => string,
): readonly string[] {
  const names = new Set([...claimed, ...found].map(nameOf))
  return [...names].flatMap((name) => {
    const [one, other] = [found, claimed].map((values) => values.find((value) => nameOf(value) === name))
    const [comes, claims] = [one, other].map((value) => (value === undefined ? 'none' : words(value)))
    return comes === claims ? [] : [`${what} ${name}: ${comes} comes out, ${claims} is claimed`]
  })
}

function metricWords({ value, low, high, rows }: MetricValue): string {
  const interval = low === undefined || high === undefined ? '' : ` (${low}–${high})`
  return `${value ?? 'undefined'}${interval} on ${rows} rows`
}

function gateWords({ kind, metric, value, min, max, slices }: GateVerdict): string {
  const bounds = [min === undefined ? [] : [`min ${min}`], max === undefined ? [] : [`max ${max}`]].flat()
  const parts = slices.map(sliceWords).sort()
  const of = parts.length === 0 ? '' : ` over ${parts.length} slices (${parts.join(', ')})`
  return `${kind} by ${metric} ${value ?? 'undefined'} ${bounds.join(' ')}${of}`.trim()
}

function sliceWords({ rows, value, kind }: SliceVerdict): string {
  return `n ${rows} ${value ?? kind}`
}
