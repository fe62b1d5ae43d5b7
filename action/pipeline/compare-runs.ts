import type { MetricValue } from '../evaluation/metric.ts'
import { imageDigest } from './image-digest.ts'
import type { RunRecord } from './run-record.ts'

/** One fact of two runs; `undefined` where a run has none. */
export interface Side<Value> {
  readonly name: string
  readonly before: Value | undefined
  readonly after: Value | undefined
  readonly isSame: boolean
}

export interface MetricSide extends Side<MetricValue> {
  /** After less before; null where a value is missing. */
  readonly difference: number | null
  /** Whether the 95 % intervals overlap; null where one has none. Of one test set or of two, it is no test of the difference. */
  readonly overlaps: boolean | null
}

export interface NumberSide extends Side<number> {
  readonly difference: number | null
}

export type StageFacts = Pick<RunRecord['stages'][number], 'outcome' | 'seconds'> & {
  readonly cpuSeconds: number | null
  readonly peakMemoryBytes: number | null
}

/** Files of one side and not of the other; null where that is not known here. */
export interface FileChanges {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly string[]
}

export interface RunComparison {
  /** Outcome, trigger, commit, data, environment, seed. */
  readonly facts: readonly Side<string>[]
  readonly params: readonly Side<string>[]
  /** Judged on rows that the model never saw. */
  readonly metrics: readonly MetricSide[]
  /** Told by stages, never judged. */
  readonly selfReported: readonly NumberSide[]
  readonly gates: readonly Side<string>[]
  readonly stages: readonly Side<StageFacts>[]
  /** Whether both were judged on the same test rows, as far as the data and its split tell. */
  readonly isSameData: boolean
}

/** Pure: two runs side by side, what is the same and what is not. */
export function compareRuns(before: RunRecord, after: RunRecord): RunComparison {
  return {
    facts: factsOf(before).map(([name, value], index) => side(name, value, factsOf(after)[index]?.[1])),
    params: pairs(before.params, after.params).map(([name, one, other]) => side(name, worded(one), worded(other))),
    metrics: pairs(byName(before.metrics), byName(after.metrics)).map(compareMetric),
    selfReported: pairs(before.selfReported, after.selfReported).map(([name, one, other]) => ({
      ...side(name, one, other),
      difference: one === undefined || other === undefined ? null : other - one,
    })),
    gates: pairs(gatesOf(before), gatesOf(after)).map(([name, one, other]) => side(name, one, other)),
    stages: pairs(stagesOf(before), stagesOf(after)).map(([name, one, other]) => ({
      name,
      before: one,
      after: other,
      isSame: one?.outcome === other?.outcome,
    })),
    isSameData: before.data.digest === after.data.digest && isSameSplit(before.split, after.split),
  }
}

function factsOf({ outcome, failure, trigger, code, data, environment, seed }: RunRecord) {
  const requirements = environment.requirements
  return [
    ['outcome', outcome],
    ['failure', failure?.split('\n', 1)[0]],
    ['trigger', `${trigger.kind} by ${trigger.actor}`],
    ['commit', code.commit?.slice(0, 8) ?? 'none'],
    ['uncommitted files', String(code.uncommitted)],
    ['data', data.digest.slice(0, 8)],
    ['data files', String(data.files)],
    ['data rows', data.rows === 0 ? undefined : String(data.rows)],
    ['data until', data.until ?? undefined],
    ['seed', String(seed)],
    ['python', environment.python ?? undefined],
    ['requirements', requirements === null ? undefined : `${requirements.slice(0, 8)} (${environment.packages})`],
    ['setup', environment.setup?.slice(0, 8)],
    ['containers', containersOf(environment)],
    ['system', environment.system],
  ] as const
}

/** `train sha256:1a2b3c4d · predict sha256:…` */
function containersOf({ containers }: RunRecord['environment']): string | undefined {
  if (!containers) return undefined
  const named = Object.entries(containers).map(([stage, image]) => `${stage} ${imageDigest(image).slice(0, 15)}`)
  return named.join(' · ')
}

function compareMetric([name, before, after]: Pair<MetricValue>): MetricSide {
  const hasBoth = typeof before?.value === 'number' && typeof after?.value === 'number'
  return {
    name,
    before,
    after,
    isSame: before?.value === after?.value,
    difference: hasBoth ? (after.value ?? 0) - (before.value ?? 0) : null,
    overlaps: overlap(before, after),
  }
}

function overlap(one: MetricValue | undefined, other: MetricValue | undefined): boolean | null {
  if (one?.low === undefined || one.high === undefined) return null
  if (other?.low === undefined || other.high === undefined) return null
  return one.low <= other.high && other.low <= one.high
}

function isSameSplit(one: RunRecord['split'], other: RunRecord['split']): boolean {
  return one !== null && other !== null && one.test === other.test && one.train === other.train && one.gap === other.gap
}

function gatesOf({ gates }: RunRecord): Readonly<Record<string, string>> {
  return Object.fromEntries(gates.map(({ gate, kind, reason }) => [gate, `${kind}: ${reason}`]))
}

function stagesOf({ stages }: RunRecord): Readonly<Record<string, StageFacts>> {
  return Object.fromEntries(
    stages.map(({ name, outcome, seconds, resources }) => [
      name,
      {
        outcome,
        seconds,
        cpuSeconds: resources?.cpuSeconds ?? null,
        peakMemoryBytes: resources?.peakMemoryBytes ?? null,
      },
    ]),
  )
}

function byName(metrics: readonly MetricValue[]): Readonly<Record<string, MetricValue>> {
  return Object.fromEntries(metrics.map((metric) => [metric.name, metric]))
}

type Pair<Value> = readonly [name: string, before: Value | undefined, after: Value | undefined]

/** In the order of the later run, then what only the earlier one has. */
function pairs<Value>(
  before: Readonly<Record<string, Value>>,
  after: Readonly<Record<string, Value>>,
): readonly Pair<Value>[] {
  const own = (values: Readonly<Record<string, Value>>, name: string) =>
    Object.hasOwn(values, name) ? values[name] : undefined
  const names = new Set([...Object.keys(after), ...Object.keys(before)])
  return [...names].map((name) => [name, own(before, name), own(after, name)])
}

function side(name: string, before: string | undefined, after: string | undefined): Side<string>
function side(name: string, before: number | undefined, after: number | undefined): Side<number>
function side<Value>(name: string, before: Value | undefined, after: Value | undefined): Side<Value> {
  return { name, before, after, isSame: before === after }
}

function worded(value: string | number | boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value)
}
