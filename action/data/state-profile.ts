import { type Correlation, correlate } from '../stats/correlation.ts'
import { type Estimate, estimateDistinct, estimateRepeats, repeatsIn } from '../stats/distinct-sample.ts'
import type { ColumnPart, ProfilePart } from './profile-part.ts'
import { type NumberStatement, stateNumbers } from './state-numbers.ts'
import { stateTexts, type TextStatement } from './state-texts.ts'
import { stateTimes, type TimeStatement } from './state-times.ts'

/** What may be said of data. */
export interface Profile {
  readonly rows: number
  /** A value that fewer rows have is shown nowhere. */
  readonly minCount: number
  readonly columns: readonly ProfiledColumn[]
  /** Rows that are the same as an earlier one. */
  readonly repeatedRows: Estimate
  /** The strongest first. */
  readonly correlations: readonly Correlation[]
  /** Different rows that the correlations are of; all of them where `isSampled` is false. */
  readonly correlatedRows: number
  readonly isSampled: boolean
}

export interface ProfiledColumn {
  readonly name: string
  readonly kind: 'number' | 'time' | 'text' | 'nothing' | 'other'
  /** The contract says that nobody may see its values; only counts are told. */
  readonly isClassified: boolean
  readonly missing: number
  /** Rows that hold something that is not of the column's kind. */
  readonly unreadable: number
  /** Different values, NaN not among them; null of what is not looked into. */
  readonly distinct: Estimate | null
  readonly findings: readonly ProfileFinding[]
  readonly numbers: NumberStatement | null
  readonly texts: TextStatement | null
  readonly times: TimeStatement | null
}

export type ProfileFinding =
  | { readonly kind: 'nothing' | 'constant' | 'id-like' }
  | { readonly kind: 'same'; readonly column: string }
  | { readonly kind: 'missing' | 'unreadable' | 'nan' | 'infinite'; readonly rows: number }

/** A column of so many missing rows is worth a look. */
const muchMissing = 0.5
/** Of fewer rows nobody can say that a column is an id. */
const leastIdRows = 100
const mostPairs = 20
/** A weaker correlation is not listed. */
const leastCorrelation = 0.3

export interface Discretion {
  readonly minCount: number
  /** Columns that show no value. */
  readonly classified: ReadonlySet<string>
}

/** Says what may be said; the same parts and the same discretion give the same profile, to the byte. */
export function stateProfile(part: ProfilePart, { minCount, classified }: Discretion): Profile {
  const names = part.columns.map(({ name }) => name)
  const columns = part.columns.map((column, index) => {
    const first = part.alike[index] ?? index
    const same = first === index ? undefined : names[first]
    return stateColumn(column, part.rows, { minCount, isClassified: classified.has(column.name), same })
  })
  return {
    rows: part.rows,
    minCount,
    columns,
    repeatedRows: estimateRepeats(part.sample),
    correlations: strongest(part, minCount, classified),
    correlatedRows: part.sample.keys.length,
    isSampled: part.sample.level > 0,
  }
}

interface Around {
  readonly minCount: number
  readonly isClassified: boolean
  /** The first column that holds the same. */
  readonly same: string | undefined
}

function stateColumn(column: ColumnPart, rows: number, { minCount, isClassified, same }: Around): ProfiledColumn {
  const { name, missing, unreadable, values } = column
  const distinct = distinctOf(values, rows - missing - unreadable)
  const isShown = !isClassified
  return {
    name,
    kind: values.kind,
    isClassified,
    missing,
    unreadable,
    distinct,
    findings: findingsOf(column, rows, distinct, same),
    numbers: isShown && values.kind === 'number' ? stateNumbers(values.tally, minCount) : null,
    texts: isShown && values.kind === 'text' ? stateTexts(values.tally, minCount) : null,
    times: isShown && values.kind === 'time' ? stateTimes(values.tally, values.days, minCount) : null,
  }
}

function distinctOf(values: ColumnPart['values'], filled: number): Estimate | null {
  if (!('tally' in values)) return values.kind === 'other' ? null : { count: 0, error: 0 }
  if (values.kind === 'text') {
    const { texts, sample } = values.tally
    if (texts.kind === 'category') return { count: texts.values.length, error: 0 }
    return estimateDistinct(sample, filled)
  }
  const { counts, sample, sums } = values.tally
  const infinite = (counts.minusInfinity > 0 ? 1 : 0) + (counts.plusInfinity > 0 ? 1 : 0)
  const { count, error } = estimateDistinct(sample, sums.count)
  return { count: count + infinite, error }
}

function findingsOf(
  { missing, unreadable, values }: ColumnPart,
  rows: number,
  distinct: Estimate | null,
  same: string | undefined,
): ProfileFinding[] {
  if (values.kind === 'nothing') return rows === 0 ? [] : [{ kind: 'nothing' }]
  const filled = rows - missing - unreadable
  const numbers = values.kind === 'number' ? values.tally : undefined
  const infinite = numbers ? numbers.counts.minusInfinity + numbers.counts.plusInfinity : 0
  const nans = numbers?.nans ?? 0
  const isConstant = distinct?.count === 1 && nans === 0 && filled > 1
  return [
    ...(isConstant ? [{ kind: 'constant' } as const] : []),
    ...(same !== undefined && !isConstant ? [{ kind: 'same', column: same } as const] : []),
    ...(unreadable > 0 ? [{ kind: 'unreadable', rows: unreadable } as const] : []),
    ...(infinite > 0 ? [{ kind: 'infinite', rows: infinite } as const] : []),
    ...(nans > 0 ? [{ kind: 'nan', rows: nans } as const] : []),
    ...(missing > rows * muchMissing ? [{ kind: 'missing', rows: missing } as const] : []),
    ...(filled > leastIdRows && areIds(values, filled) ? [{ kind: 'id-like' } as const] : []),
  ]
}

/** Texts or whole numbers that all differ, as far as is known. */
function areIds(values: ColumnPart['values'], filled: number): boolean {
  if (values.kind === 'text') return repeatsIn(values.tally.sample) === 0
  if (values.kind !== 'number' || repeatsIn(values.tally.sample) > 0) return false
  return values.tally.areWhole && values.tally.sums.count === filled
}

function strongest(
  { sample, sampled }: ProfilePart,
  minCount: number,
  classified: ReadonlySet<string>,
): readonly Correlation[] {
  const columns = sampled.flatMap((name, place) => {
    const numbers = Float64Array.from(sample.notes, (row) => row[place] ?? Number.NaN)
    return classified.has(name) ? [] : [{ name, numbers }]
  })
  return correlate(columns, sample.counts, minCount)
    .filter(({ r }) => Math.abs(r) >= leastCorrelation)
    .sort((a, b) => Math.abs(b.r) - Math.abs(a.r))
    .slice(0, mostPairs)
}
