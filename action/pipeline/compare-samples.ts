import type { Read } from '../base/diagnostic.ts'
import { countReadings } from '../data/count-readings.ts'
import { countValues, type ValueCounts } from '../data/count-values.ts'
import { diagnoseReadError } from '../data/diagnose-read-error.ts'
import { type HeldColumns, holdColumns } from '../data/hold-columns.ts'
import { measureColumns } from '../data/measure-columns.ts'
import { openSamples, type Sample, type SampleColumn } from '../data/open-samples.ts'
import type { Reader } from '../data/reading-engine.ts'
import type { SourceFile } from '../data/source-file.ts'
import type { ColumnProfile } from '../drift/column-profile.ts'
import { areIds, type DriftColumn, maxCategories, numberColumn, pairCategories } from '../drift/drift-column.ts'
import { type DriftPicture, pictureOf } from '../drift/drift-picture.ts'
import { findSwappedColumns, type Swap } from '../drift/find-swapped-columns.ts'
import { type DriftRule, type JudgedColumn, type JudgedDrift, judgeDrift } from '../drift/judge-drift.ts'
import { matchRenamedColumns, type Rename } from '../drift/match-renamed-columns.ts'
import type { NumberComparison } from '../stats/compare-sorted.ts'
import { type ColumnPair, pairColumns } from './pair-columns.ts'

export interface ComparedColumn extends JudgedColumn {
  readonly picture: DriftPicture | null
}

export interface SampleComparison extends JudgedDrift {
  readonly columns: readonly ComparedColumn[]
  readonly rule: DriftRule
  readonly referenceRows: number
  readonly currentRows: number
  /** Columns of the current sample alone. */
  readonly added: readonly string[]
  readonly renames: readonly Rename[]
  /** Pairs of columns that drift as they would if their names were exchanged. */
  readonly swaps: readonly Swap[]
}

/** Of more rows a profile, which says whether a column was renamed or swapped, looks at some. */
const maxProfiledRows = 50_000
/** Where more columns drift at once, it is no matter of two names. */
const maxSwapped = 50

/** Reads two samples side by side in a process of their own, and judges what differs. */
export async function compareSamples(
  referenceFiles: readonly SourceFile[],
  currentFiles: readonly SourceFile[],
  rule: DriftRule,
  reader?: Reader,
): Promise<Read<SampleComparison>> {
  const opened = await openSamples(referenceFiles, currentFiles, reader)
  if (!opened.ok) return opened
  await using samples = opened.value
  try {
    return { ok: true, value: await compare(samples.reference, samples.current, rule) }
  } catch (error) {
    const diagnostic = diagnoseReadError(error, [...referenceFiles, ...currentFiles])
    if (!diagnostic) throw error
    return { ok: false, diagnostics: [diagnostic] }
  }
}

async function compare(reference: Sample, current: Sample, rule: DriftRule): Promise<SampleComparison> {
  const pairs = await pairColumns(reference, current)
  const asked = pairs.flatMap(({ name, as }) => (isCompared(as) ? [{ name, asNumber: as === 'number' }] : []))
  const left = await holdColumns(reference, asked, 'reference.parquet')
  const right = await holdColumns(current, asked, 'current.parquet')
  const columns = await measure(left, right, pairs, { reference, current })
  const missing = namesBeside(reference.columns, current.columns)
  const added = namesBeside(current.columns, reference.columns)
  const judged = judgeDrift(columns, missing, rule)
  const measured = new Map(columns.map((column) => [column.name, column]))
  return {
    ...judged,
    columns: judged.columns.map((column) => ({ ...column, picture: pictureOf(measured.get(column.name)) })),
    rule,
    referenceRows: left.rows,
    currentRows: right.rows,
    added,
    renames: await findRenames(reference, missing, current, added),
    swaps: await findSwaps(reference, current, judged.columns),
  }
}

function isCompared(as: ColumnPair['as']): as is 'number' | 'category' {
  return as === 'number' || as === 'category'
}

async function measure(
  left: HeldColumns,
  right: HeldColumns,
  pairs: readonly ColumnPair[],
  samples: { readonly reference: Sample; readonly current: Sample },
): Promise<DriftColumn[]> {
  const namesOf = (as: 'number' | 'category') => pairs.flatMap((pair) => (pair.as === as ? [pair.name] : []))
  const [numeric, categories] = [namesOf('number'), namesOf('category')]
  const others = pairs.flatMap(({ name, as }) => (isCompared(as) ? [] : [{ name, asNumbers: false, asTimes: false }]))
  const readNumbers = ({ relation, rows, valueOf }: HeldColumns) => ({ relation, rows, numbers: numeric.map(valueOf) })
  // Values are counted while numbers are sorted.
  const [numbers, ...counted] = await Promise.all([
    left.engine.compared({ reference: readNumbers(left), current: readNumbers(right) }),
    countValues(left, categories, maxCategories),
    countValues(right, categories, maxCategories),
    countReadings(samples.reference, others),
    countReadings(samples.current, others),
  ])
  const [leftValues, rightValues, leftOthers, rightOthers] = counted
  const rows = [left.rows, right.rows] as const
  const compared = new Map(numeric.map((name, index) => [name, numbers[index]]))
  const places = new Map(categories.map((name, index) => [name, index]))
  return pairs.flatMap((pair): DriftColumn[] => {
    const { name, as } = pair
    const comparison = compared.get(name)
    if (comparison) return [numberColumn(name, comparison, numberSides(pair, comparison, rows))]
    const place = places.get(name) ?? -1
    const [one, two] = [leftValues[place], rightValues[place]]
    if (one && two) return [categoryColumn(name, one, two, rows)]
    const [filled, otherFilled] = [leftOthers.get(name)?.filled ?? 0, rightOthers.get(name)?.filled ?? 0]
    if (isCompared(as)) return []
    const noTimes = as === 'times move by themselves' && pair.current ? pair.current.filled - pair.current.times : 0
    const sides = sidesOf(rows, [rows[0] - filled, rows[1] - otherFilled], [0, noTimes])
    return [{ name, ...sides, kind: 'not judged', because: as }]
  })
}

type Rows = readonly [reference: number, current: number]

function sidesOf(rows: Rows, missing: Rows, unreadable: Rows = [0, 0]): Pick<DriftColumn, 'reference' | 'current'> {
  return {
    reference: { rows: rows[0], missing: missing[0], unreadable: unreadable[0] },
    current: { rows: rows[1], missing: missing[1], unreadable: unreadable[1] },
  }
}

/** Of a column that holds nothing in the reference, nobody knows what should be a number. */
function numberSides({ reference, current }: ColumnPair, { n, m }: NumberComparison, rows: Rows) {
  const isRead = reference === undefined || reference.filled > 0
  const unreadable = (readings: ColumnPair['reference'], asNumbers: boolean) =>
    isRead && readings && asNumbers ? readings.filled - readings.numbers : 0
  const others = [unreadable(reference, false), unreadable(current, true)] as const
  const missing = (side: 0 | 1) => rows[side] - (side === 0 ? n : m) - others[side]
  return sidesOf(rows, [missing(0), missing(1)], others)
}

function categoryColumn(name: string, reference: ValueCounts, current: ValueCounts, rows: Rows): DriftColumn {
  const sides = sidesOf(rows, [rows[0] - reference.filled, rows[1] - current.filled])
  if (!reference.values || !current.values || areIds(reference.values.size, reference.filled)) {
    return { name, ...sides, kind: 'not judged', because: 'most rows have a value of their own: an id or free text' }
  }
  return { name, ...sides, kind: 'category', categories: pairCategories(reference.values, current.values) }
}

async function findRenames(
  reference: Sample,
  missing: readonly string[],
  current: Sample,
  added: readonly string[],
): Promise<Rename[]> {
  if (missing.length === 0 || added.length === 0) return []
  return matchRenamedColumns(await profilesOf(reference, missing), await profilesOf(current, added))
}

async function findSwaps(reference: Sample, current: Sample, columns: readonly JudgedColumn[]): Promise<Swap[]> {
  const drifted = columns.filter(({ verdict, kind }) => verdict === 'drift' && kind !== 'not judged')
  if (drifted.length < 2 || drifted.length > maxSwapped) return []
  const names = drifted.map(({ name }) => name)
  const [known, fresh] = [await profilesOf(reference, names), await profilesOf(current, names)]
  return findSwappedColumns(
    known.flatMap((one, index) => {
      const other = fresh[index]
      return other ? [{ known: one, fresh: other }] : []
    }),
  )
}

async function profilesOf({ engine, files }: Sample, names: readonly string[]): Promise<ColumnProfile[]> {
  return await measureColumns(engine, files, names, maxProfiledRows)
}

function namesBeside(columns: readonly SampleColumn[], others: readonly SampleColumn[]): string[] {
  const names = new Set(others.map(({ name }) => name))
  return columns.flatMap(({ name }) => (names.has(name) ? [] : [name]))
}
