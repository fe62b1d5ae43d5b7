import { formatDuration } from '../base/duration.ts'
import type { SplitPolicy, TestSize } from '../project/project.ts'
import type { TimeType } from './event-time.ts'

/**
 * A point on the time axis: microseconds since 1970 in UTC, or the value itself of an integer time.
 * Every moment that a microsecond clock can tell in our era is exact in a double.
 */
export type Moment = number

/** Keys of rows without a time are spread over 0 … 2^52 by a hash. */
const hashRange = 2 ** 52

export interface SplitQuestion {
  readonly split: SplitPolicy
  /** How long labels take to arrive, 0 where they stand beside the features. */
  readonly delayMs: number
  /** Undefined where rows have no time: then a hash of the group or the id decides. */
  readonly time?: { readonly type: TimeType; readonly until: Moment }
  /**
   * Where the test set is so many rows: the moment, or the hash, of the row with that rank, newest or smallest first,
   * among the rows that count. Undefined where there is none.
   */
  readonly atRank?: number
}

export type SplitPlan =
  | {
      readonly kind: 'time'
      readonly type: TimeType
      /** Rows up to here are too old; null: none is. */
      readonly start: Moment | null
      /** Rows after this one are left out: their labels are not in yet. */
      readonly end: Moment
      /** The first moment of the test set. */
      readonly cut: Moment
      /** Training ends before this one; what lies between it and the cut is the gap. */
      readonly trainEnd: Moment
    }
  | {
      readonly kind: 'hash'
      /** Rows with a smaller hash are the test set. */
      readonly below: number
    }

export interface SplitProblem {
  readonly code: string
  readonly message: string
  readonly remedy: string
}

export type PlannedSplit =
  | { readonly ok: true; readonly plan: SplitPlan }
  | { readonly ok: false; readonly problems: readonly SplitProblem[] }

/** Where the split cuts. Moments decide, never rows, so that rows of one moment stay together. */
export function planSplit(question: SplitQuestion): PlannedSplit {
  const problems = question.time ? timeProblems(question, question.time.type) : hashProblems(question.split)
  if (problems.length > 0) return { ok: false, problems }
  if (!question.time)
    return { ok: true, plan: { kind: 'hash', below: hashBelow(question.split.test, question.atRank) } }

  const { type } = question.time
  const { start, end } = spanOf(question.split, question.delayMs, question.time.until)
  const cut = cutOf(question.split.test, type, end, question.atRank)
  if (cut === undefined) return { ok: false, problems: [badFrom(question.split.test)] }
  return { ok: true, plan: { kind: 'time', type, start, end, cut, trainEnd: cut - microseconds(question.split.gapMs) } }
}

/** The span of the rows that count: (start, end]. It ends where labels are known to be in. */
export function spanOf(split: SplitPolicy, delayMs: number, until: Moment): { start: Moment | null; end: Moment } {
  const end = until - microseconds(delayMs)
  return { start: split.windowMs === undefined ? null : end - microseconds(split.windowMs), end }
}

/** How many rows the test set should hold, of those that count; undefined where it is not sized by rows. */
export function testRows(test: TestSize, rows: number, hasTime: boolean): number | undefined {
  if (test.kind === 'rows') return test.rows
  // Without a time the fraction is one of the hash's range: a row stays on its side when others arrive.
  if (test.kind === 'fraction' && hasTime) return Math.max(1, Math.round(test.fraction * rows))
  return undefined
}

/** The moment that a text names: an integer, or an ISO 8601 date or time, in UTC where it says nothing else. */
export function momentOf(type: TimeType, text: string): Moment | undefined {
  if (type === 'integer') return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined
  const [, day, time = '00:00:00', fraction = '', zone = 'Z'] =
    /^(\d{4,}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?)?$/.exec(text) ?? []
  if (day === undefined) return undefined
  const ms = Date.parse(`${day}T${time}${zone}`)
  return Number.isNaN(ms) ? undefined : ms * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'))
}

/** The reverse of `momentOf()`. */
export function momentWords(type: TimeType, moment: Moment): string {
  if (type === 'integer') return String(moment)
  const seconds = Math.floor(moment / 1e6)
  const text = new Date(seconds * 1000).toISOString()
  if (type === 'date') return text.slice(0, 10)
  const fraction = String(moment - seconds * 1e6)
    .padStart(6, '0')
    .replace(/0+$/, '')
  return `${text.slice(0, 19)}${fraction && `.${fraction}`}Z`
}

function cutOf(test: TestSize, type: TimeType, end: Moment, atRank: number | undefined): Moment | undefined {
  if (test.kind === 'duration') return end - microseconds(test.durationMs) + 1
  if (test.kind === 'from') return momentOf(type, test.value)
  // No row that counts: a cut after the end, and both sets are empty.
  return atRank ?? end + 1
}

function hashBelow(test: TestSize, atRank: number | undefined): number {
  if (test.kind === 'fraction') return Math.floor(test.fraction * hashRange)
  return atRank === undefined ? 0 : atRank + 1
}

function timeProblems({ split, delayMs }: SplitQuestion, type: TimeType): SplitProblem[] {
  if (type !== 'integer') return []
  const durations = {
    'split.test': split.test.kind === 'duration' ? split.test.durationMs : 0,
    'split.window': split.windowMs ?? 0,
    'split.gap': split.gapMs,
    'data.labels.delay': delayMs,
  }
  return Object.entries(durations)
    .filter(([, durationMs]) => durationMs > 0)
    .map(([key, durationMs]) => ({
      code: 'split/duration',
      message: `Cannot use "${key}: ${formatDuration(durationMs)}": the time is an integer, which orders rows but measures no durations`,
      remedy: key === 'split.test' ? 'Give rows, a fraction, or from: VALUE.' : 'Remove it.',
    }))
}

function hashProblems(split: SplitPolicy): SplitProblem[] {
  const keys = {
    'split.test': split.test.kind === 'duration' || split.test.kind === 'from',
    'split.window': split.windowMs !== undefined,
    'split.gap': split.gapMs > 0,
  }
  return Object.entries(keys)
    .filter(([, isSet]) => isSet)
    .map(([key]) => ({
      code: 'split/needs-time',
      message: `Cannot use "${key}": the model has no time column`,
      remedy: key === 'split.test' ? 'Give rows or a fraction, or add model.time.' : 'Remove it, or add model.time.',
    }))
}

function badFrom(test: TestSize): SplitProblem {
  const value = test.kind === 'from' ? test.value : ''
  return {
    code: 'split/from',
    message: `Cannot use "split.test: from: ${value}": it is no value of the time column`,
    remedy: 'Give a moment as the column has them, such as 2024-11-01 or 2018.',
  }
}

function microseconds(ms: number): number {
  return Math.round(ms * 1000)
}
