import type { Diagnostic, Read } from '../base/diagnostic.ts'
import { type DriftSample, openDriftSample, type SampleColumn } from '../data/drift-sample.ts'
import type { SourceFile } from '../data/source-file.ts'
import {
  areIds,
  type DriftColumn,
  maxCategories,
  type NotJudged,
  numberColumn,
  pairCategories,
  type SideRows,
} from '../drift/drift-column.ts'
import { type DriftPicture, pictureOf } from '../drift/drift-picture.ts'
import { type DriftRule, type JudgedColumn, type JudgedDrift, judgeDrift } from '../drift/judge-drift.ts'
import { matchRenamedColumns, type Rename } from '../drift/match-renamed-columns.ts'
import { pairSorted } from '../stats/paired-counts.ts'

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
}

/** So many numbers of a side are held at once, 8 bytes each. */
const numbersAtOnce = 1_000_000

/** Reads two samples side by side, each in a process of its own, and judges what differs. */
export async function compareSamples(
  referenceFiles: readonly SourceFile[],
  currentFiles: readonly SourceFile[],
  rule: DriftRule,
  signal?: AbortSignal,
): Promise<Read<SampleComparison>> {
  const opened = await Promise.all([openDriftSample(referenceFiles, signal), openDriftSample(currentFiles, signal)])
  const [one, other] = opened
  await using reference = one.ok ? one.value : noSample
  await using current = other.ok ? other.value : noSample
  const diagnostics = opened.flatMap((side): readonly Diagnostic[] => (side.ok ? [] : side.diagnostics))
  if (diagnostics.length > 0) return { ok: false, diagnostics }

  const shared = pairColumns(reference.columns, current.columns)
  const missing = namesBeside(reference.columns, current.columns)
  const added = namesBeside(current.columns, reference.columns)
  const columns = await measureShared(reference, current, shared)
  const judged = judgeDrift(columns, missing, rule)
  const profiles = missing.length > 0 && added.length > 0
  const renames = profiles
    ? matchRenamedColumns(...(await Promise.all([reference.profilesOf(missing), current.profilesOf(added)])))
    : []
  const measured = new Map(columns.map((column) => [column.name, column]))
  return {
    ok: true,
    value: {
      ...judged,
      columns: judged.columns.map((column) => ({ ...column, picture: pictureOf(measured.get(column.name)) })),
      rule,
      referenceRows: reference.rows,
      currentRows: current.rows,
      added,
      renames,
    },
  }
}

const noSample: DriftSample = {
  rows: 0,
  columns: [],
  numbersOf: async () => [],
  valuesOf: async () => undefined,
  profilesOf: async () => [],
  [Symbol.asyncDispose]: async () => {},
}

interface Pair {
  readonly name: string
  readonly reference: SampleColumn
  readonly current: SampleColumn
  readonly as: 'number' | 'category' | NotJudged
}

function pairColumns(reference: readonly SampleColumn[], current: readonly SampleColumn[]): Pair[] {
  const byName = new Map(current.map((column) => [column.name, column]))
  return reference.flatMap((column): Pair[] => {
    const other = byName.get(column.name)
    return other ? [{ name: column.name, reference: column, current: other, as: readAs(column, other) }] : []
  })
}

/** What the reference holds decides how a column is read. */
function readAs(reference: SampleColumn, current: SampleColumn): Pair['as'] {
  if (reference.raw === 'other' || current.raw === 'other') return 'lists and structures are not compared'
  if (holdsTimes(reference)) return 'times move by themselves'
  const isNumber = reference.raw === 'number' || (reference.raw === 'text' && reference.numbers === reference.filled)
  if (isNumber && reference.filled === 0 && holdsTimes(current)) return 'times move by themselves'
  if (!isNumber) return 'category'
  return current.raw === 'time' ? 'numbers became times, or times numbers' : 'number'
}

function holdsTimes({ raw, filled, numbers, times }: SampleColumn): boolean {
  return raw === 'time' || (raw === 'text' && filled > 0 && times === filled && numbers < filled)
}

async function measureShared(reference: DriftSample, current: DriftSample, pairs: readonly Pair[]) {
  const numeric = pairs.filter(({ as }) => as === 'number')
  const most = Math.max(1, Math.floor(numbersAtOnce / Math.max(1, reference.rows, current.rows)))
  const columns = new Map<string, DriftColumn>()
  for (let from = 0; from < numeric.length; from += most) {
    const batch = numeric.slice(from, from + most)
    const names = batch.map(({ name }) => name)
    const [left, right] = await Promise.all([reference.numbersOf(names), current.numbersOf(names)])
    for (const [index, pair] of batch.entries()) {
      const counts = pairSorted(left[index] ?? new Float64Array(), right[index] ?? new Float64Array())
      const sides = sidesOf(reference, current, pair)
      columns.set(pair.name, numberColumn(pair.name, counts, sides))
    }
  }
  for (const pair of pairs) {
    if (pair.as !== 'number') columns.set(pair.name, await measureOther(reference, current, pair, pair.as))
  }
  return pairs.flatMap(({ name }) => columns.get(name) ?? [])
}

async function measureOther(
  reference: DriftSample,
  current: DriftSample,
  pair: Pair,
  as: Exclude<Pair['as'], 'number'>,
): Promise<DriftColumn> {
  const { name } = pair
  const sides = sidesOf(reference, current, pair)
  if (as !== 'category') return { name, ...sides, kind: 'not judged', because: as }
  const [left, right] = await Promise.all([
    reference.valuesOf(name, maxCategories),
    current.valuesOf(name, maxCategories),
  ])
  if (!left || !right || areIds(left.size, pair.reference.filled)) {
    return { name, ...sides, kind: 'not judged', because: 'most rows have a value of their own: an id or free text' }
  }
  return { name, ...sides, kind: 'category', categories: pairCategories(left, right) }
}

function sidesOf(reference: DriftSample, current: DriftSample, pair: Pair) {
  const isRead = pair.as === 'number' && pair.reference.filled > 0
  const sideOf = ({ rows }: DriftSample, { filled, numbers, nans }: SampleColumn): SideRows => ({
    rows,
    missing: rows - filled + (pair.as === 'number' ? nans : 0),
    unreadable: isRead ? filled - numbers : 0,
  })
  return { reference: sideOf(reference, pair.reference), current: sideOf(current, pair.current) }
}

function namesBeside(columns: readonly SampleColumn[], others: readonly SampleColumn[]): string[] {
  const names = new Set(others.map(({ name }) => name))
  return columns.flatMap(({ name }) => (names.has(name) ? [] : [name]))
}
