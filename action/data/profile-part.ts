import { type DistinctSample, mergeSamples } from '../stats/distinct-sample.ts'
import { mergeTallies, type NumberTally } from '../stats/number-tally.ts'
import { type DayCounts, mergeDays } from './day-counts.ts'
import { mergeTexts, type TextTally } from './text-tally.ts'

/**
 * All that a profile says of some rows, of bounded size and without the profile's words. Parts merge exactly: whatever the
 * parts and their order, the same rows give the same profile, to the byte.
 */
export interface ProfilePart {
  readonly rows: number
  readonly columns: readonly ColumnPart[]
  /** Some of the different rows, each with its numbers. */
  readonly sample: DistinctSample<Float64Array>
  /** Whose numbers these are, in their order; NaN of what is none. */
  readonly sampled: readonly string[]
  /** Of each column the place of the first that holds the same in every row. */
  readonly alike: readonly number[]
}

export interface ColumnPart {
  readonly name: string
  /** Rows that hold nothing. */
  readonly missing: number
  /** Rows that hold something that is not of the column's kind. */
  readonly unreadable: number
  readonly values: ColumnValues
}

export type ColumnValues =
  | { readonly kind: 'nothing' | 'other' }
  | { readonly kind: 'number'; readonly tally: NumberTally }
  /** Moments, in milliseconds since 1970. */
  | { readonly kind: 'time'; readonly tally: NumberTally; readonly days: DayCounts }
  | { readonly kind: 'text'; readonly tally: TextTally }

/** So many different rows are kept, at most, with the numbers among their first so many columns. */
export const mostRows = 4096
export const mostSampledColumns = 128

/** Of the same columns. Throws a TypeError where they are not, or one holds numbers in one part and texts in another. */
export function mergeParts(parts: readonly ProfilePart[]): ProfilePart {
  const [first] = parts
  if (!first) throw new TypeError('Cannot merge no parts of a profile')
  const names = first.columns.map(({ name }) => name)
  for (const { columns } of parts) {
    if (columns.length !== names.length || columns.some(({ name }, index) => name !== names[index])) {
      throw new TypeError('Cannot merge parts of a profile: their columns are not the same')
    }
  }
  const columns = names.map((_, index) => mergeColumns(parts.flatMap((part) => part.columns[index] ?? [])))
  const sampled = sampledOf(columns)
  return {
    rows: parts.reduce((all, { rows }) => all + rows, 0),
    columns,
    sample: mergeSamples(
      parts.map((part) => withNumbersOf(part, sampled).sample),
      mostRows,
    ),
    sampled,
    alike: alikeInAll(parts.map(({ alike }) => alike)),
  }
}

/** Whose numbers are kept of the rows that are. */
export function sampledOf(columns: readonly ColumnPart[]): string[] {
  return columns.slice(0, mostSampledColumns).flatMap(({ name, values }) => (values.kind === 'number' ? [name] : []))
}

/** The same rows with the numbers of these columns alone. */
export function withNumbersOf(
  { sample, sampled }: Pick<ProfilePart, 'sample' | 'sampled'>,
  wanted: readonly string[],
): Pick<ProfilePart, 'sample' | 'sampled'> {
  if (wanted.length === sampled.length && wanted.every((name, index) => name === sampled[index])) {
    return { sample, sampled }
  }
  const places = wanted.map((name) => sampled.indexOf(name))
  const notes = sample.notes.map((numbers) => Float64Array.from(places, (place) => numbers[place] ?? Number.NaN))
  return { sample: { ...sample, notes }, sampled: wanted }
}

function mergeColumns(parts: readonly ColumnPart[]): ColumnPart {
  return {
    name: parts[0]?.name ?? '',
    missing: parts.reduce((all, { missing }) => all + missing, 0),
    unreadable: parts.reduce((all, { unreadable }) => all + unreadable, 0),
    values: mergeValues(parts.map(({ values }) => values)),
  }
}

function mergeValues(parts: readonly ColumnValues[]): ColumnValues {
  const some = parts.filter(({ kind }) => kind !== 'nothing')
  const [first] = some
  if (!first) return { kind: 'nothing' }
  if (some.some(({ kind }) => kind !== first.kind)) {
    throw new TypeError(`Cannot merge a column of ${first.kind}s: another part holds something else`)
  }
  const numbers = some.flatMap((part) => (part.kind === 'number' || part.kind === 'time' ? [part.tally] : []))
  if (first.kind === 'number') return { kind: 'number', tally: mergeTallies(numbers) }
  if (first.kind === 'text') {
    return { kind: 'text', tally: mergeTexts(some.flatMap((part) => (part.kind === 'text' ? [part.tally] : []))) }
  }
  if (first.kind !== 'time') return { kind: 'other' }
  const days = some.flatMap((part) => (part.kind === 'time' ? [part.days] : []))
  return { kind: 'time', tally: mergeTallies(numbers), days: mergeDays(days) }
}

/** Columns are alike where they are so in every part. */
function alikeInAll(parts: readonly (readonly number[])[]): number[] {
  const firsts = new Map<string, number>()
  return (parts[0] ?? []).map((_, index) => {
    const key = parts.map((alike) => alike[index] ?? index).join(' ')
    const first = firsts.get(key) ?? index
    firsts.set(key, first)
    return first
  })
}
