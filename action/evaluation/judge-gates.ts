import { formatBeside, formatCount, formatExact } from '../base/format-number.ts'
import { isMetricName, type MetricName } from '../project/metric-kinds.ts'
import type { Gate } from '../project/project.ts'
import type { JudgedRows } from './judged-rows.ts'
import { measureMetric } from './measure.ts'
import type { MetricValue } from './metric.ts'
import { type RowSlice, sliceRows } from './slice-rows.ts'

export type VerdictKind = 'pass' | 'fail' | 'insufficient data'

export interface SliceVerdict {
  /** `weekday = Sun`; several columns joined by ` · `. */
  readonly slice: string
  readonly rows: number
  readonly value: number | null
  readonly kind: VerdictKind
  /** Why there was too little data. */
  readonly reason?: string
}

/** What a gate says, with its reason in words and the numbers that it rests on. */
export interface GateVerdict {
  readonly gate: string
  readonly kind: VerdictKind
  readonly metric: string
  readonly value: number | null
  readonly min?: number
  readonly max?: number
  /** `0.861 ≥ 0.75`, `worst Sun 0.74 ≥ 0.6 (n 512)`. Holds values of the data as they are. */
  readonly reason: string
  /** Worst first, then those with too little data. */
  readonly slices: readonly SliceVerdict[]
}

/**
 * Judges each gate on the test rows. A bound is met by the value that equals it. A gate passes only where there was enough
 * data to say so: an undefined metric, or slices that are all too small, is `insufficient data`.
 * `metrics` are those of all rows, measured already. Slices that were not judged and have fewer than `minCount` rows are
 * listed as one: their values are rare enough to point at somebody.
 */
export function judgeGates(
  gates: readonly Gate[],
  rows: JudgedRows,
  metrics: readonly MetricValue[],
  minCount = 20,
): readonly GateVerdict[] {
  return gates.map((gate) => {
    if (!isMetricName(gate.metric)) return withoutData(gate, `${gate.metric} is not a metric`)
    if (gate.min === undefined && gate.max === undefined) return withoutData(gate, 'the gate sets no bound')
    return gate.by.length === 0
      ? judgeAll(gate, gate.metric, rows, metrics)
      : judgeSlices(gate, gate.metric, rows, minCount)
  })
}

/** All gates as one: no gate fails, and none lacks data. A model without gates passes. */
export function overallVerdict(verdicts: readonly GateVerdict[]): VerdictKind {
  const worst = (['fail', 'insufficient data'] as const).find((kind) =>
    verdicts.some((verdict) => verdict.kind === kind),
  )
  return worst ?? 'pass'
}

function judgeAll(gate: Gate, metric: MetricName, rows: JudgedRows, metrics: readonly MetricValue[]): GateVerdict {
  const measured = metrics.find((known) => known.name === metric) ?? measureMetric(metric, rows)
  const { value } = measured
  if (value === null) return withoutData(gate, `${metric} is undefined: ${measured.reason ?? 'no reason given'}`)
  if (rows.rows < gate.minRows) {
    return withoutData(gate, `${formatCount(rows.rows)} test rows, fewer than ${formatCount(gate.minRows)}`)
  }
  return {
    ...subjectOf(gate),
    kind: meets(value, gate) ? 'pass' : 'fail',
    value,
    reason: compared(value, gate),
    slices: [],
  }
}

function judgeSlices(gate: Gate, metric: MetricName, rows: JudgedRows, minCount: number): GateVerdict {
  const missing = gate.by.find((column) => !Object.hasOwn(rows.slices, column))
  if (missing !== undefined) return withoutData(gate, `the test rows have no column "${missing}"`)

  const judged = sliceRows(rows, gate.by).map((slice) => ({ slice, verdict: judgeSlice(slice, gate, metric, rows) }))
  judged.sort((one, other) => byMargin(one.verdict, other.verdict, gate))
  const slices = judged.map(({ verdict }) => verdict)
  const failed = slices.filter(({ kind }) => kind === 'fail').length
  const unjudged = slices.filter(({ kind }) => kind === 'insufficient data').length
  const [worst] = judged
  if (worst === undefined || worst.verdict.value === null || unjudged === slices.length) {
    return { ...withoutData(gate, nothingToJudge(gate, slices)), slices: pooled(slices, minCount) }
  }

  const words = [
    `worst ${worst.slice.label} ${compared(worst.verdict.value, gate)} (n ${formatCount(worst.verdict.rows)})`,
    ...(failed > 1 ? [`${formatCount(failed)} of ${formatCount(slices.length)} slices fail`] : []),
    ...(unjudged > 0 ? [`${formatCount(unjudged)} of ${formatCount(slices.length)} with too little data`] : []),
  ]
  const kind = failed > 0 ? 'fail' : 'pass'
  return {
    ...subjectOf(gate),
    kind,
    value: worst.verdict.value,
    reason: words.join(', '),
    slices: pooled(slices, minCount),
  }
}

function judgeSlice({ name, indices }: RowSlice, gate: Gate, metric: MetricName, rows: JudgedRows): SliceVerdict {
  const shared = { slice: name, rows: indices.length }
  if (indices.length < gate.minRows) {
    return { ...shared, value: null, kind: 'insufficient data', reason: `fewer than ${formatCount(gate.minRows)} rows` }
  }
  const { value, reason } = measureMetric(metric, rows, indices)
  if (value === null) return { ...shared, value, kind: 'insufficient data', ...(reason !== undefined && { reason }) }
  return { ...shared, value, kind: meets(value, gate) ? 'pass' : 'fail' }
}

function pooled(slices: readonly SliceVerdict[], minCount: number): readonly SliceVerdict[] {
  const rare = slices.filter(({ kind, rows }) => kind === 'insufficient data' && rows < minCount)
  if (rare.length === 0) return slices
  const words = `${formatCount(rare.length)} of fewer than ${formatCount(minCount)} rows`
  const rows = rare.reduce((sum, slice) => sum + slice.rows, 0)
  const pool: SliceVerdict = { slice: words, rows, value: null, kind: 'insufficient data', reason: 'too few rows each' }
  return [...slices.filter((slice) => !rare.includes(slice)), pool]
}

/** How far a value is from the bound that is nearest to being broken; negative where it is broken. */
function margin(value: number, { min = -Infinity, max = Infinity }: Gate): number {
  return Math.min(value - min, max - value)
}

function meets(value: number, gate: Gate): boolean {
  return margin(value, gate) >= 0
}

function byMargin(one: SliceVerdict, other: SliceVerdict, gate: Gate): number {
  if (one.value !== null && other.value !== null) return margin(one.value, gate) - margin(other.value, gate)
  if (one.value === null && other.value === null) return other.rows - one.rows
  return one.value === null ? 1 : -1
}

/** The value beside the bound that it breaks, or else comes nearest to. */
function compared(value: number, { min = -Infinity, max = Infinity }: Gate): string {
  return value - min <= max - value
    ? `${formatBeside(value, min)} ${value >= min ? '≥' : '<'} ${formatExact(min)}`
    : `${formatBeside(value, max)} ${value <= max ? '≤' : '>'} ${formatExact(max)}`
}

function nothingToJudge(gate: Gate, slices: readonly SliceVerdict[]): string {
  const columns = gate.by.join(' · ')
  const largest = Math.max(0, ...slices.slice(0, 1).map(({ rows }) => rows))
  if (slices.length === 0) return 'there are no rows'
  if (largest < gate.minRows) {
    return `no slice by ${columns} has ${formatCount(gate.minRows)} rows (the largest: n ${formatCount(largest)})`
  }
  return `${gate.metric} is undefined in every slice by ${columns} that is large enough: ${slices[0]?.reason ?? ''}`
}

function withoutData(gate: Gate, reason: string): GateVerdict {
  return { ...subjectOf(gate), kind: 'insufficient data', value: null, reason, slices: [] }
}

function subjectOf({ name, metric, min, max }: Gate): Pick<GateVerdict, 'gate' | 'metric' | 'min' | 'max'> {
  return { gate: name, metric, ...(min !== undefined && { min }), ...(max !== undefined && { max }) }
}
