import { compareSorted } from '../stats/compare-sorted.ts'
import { mergeNumberCounts, mostLost, type NumberCounts, withBits } from '../stats/number-counts.ts'
import { sum } from '../stats/sum.ts'
import { type ColumnBlock, mergeBlocks } from './column-block.ts'
import {
  areIds,
  type DriftColumn,
  maxCategories,
  type NotJudged,
  numberColumn,
  pairCategories,
} from './drift-column.ts'
import type { VariationOf } from './judge-drift.ts'
import type { Question } from './judge-rows.ts'
import { type NaturalVariation, variationOfCategories, variationOfNumbers } from './natural-variation.ts'
import type { Window } from './windows.ts'

/** All columns of the rows of a span of time, as counts. */
export interface DataBlock extends Window {
  readonly columns: ReadonlyMap<string, BlockedColumn>
}

/**
 * A column that is not compared says why; the others are blocks. Whoever counts says so of ids, too: from a prefix of their
 * bits it can no longer be seen that numbers differ in each row.
 */
export type BlockedColumn = ColumnBlock | { readonly because: NotJudged }

/** Rows of a block, as its columns count them; 0 where none is counted. */
export function rowsOfBlock({ columns }: DataBlock): number {
  return Math.max(0, ...[...columns.values()].map((column) => ('values' in column ? column.rows : 0)))
}

/** A window beside a reference: what the rule judges, and how much each column varies by itself. */
export interface PairedWindow {
  readonly columns: readonly DriftColumn[]
  /** Columns of the reference that the window has not. */
  readonly vanished: readonly string[]
  readonly added: readonly string[]
  readonly variationOf: VariationOf
  /** By how much the D of a column may be more than what is seen, for numbers are told apart by a prefix of their bits. */
  readonly mostLostOf: (column: string) => number
}

/** Numbers of a reference are told apart by so many keys where they are judged. */
const maxJudgedKeys = 4096

/**
 * Pairs a window with the rows of `reference`, which it is compared with; natural variation comes from `blocks`, of which the
 * reference may be a part.
 */
export function pairWindow(
  reference: readonly DataBlock[],
  window: DataBlock,
  blocks: readonly DataBlock[] = reference,
): PairedWindow {
  const names = [...new Set(reference.flatMap(({ columns }) => [...columns.keys()]))]
  const shared = names.filter((name) => window.columns.has(name))
  const pairs = new Map(shared.map((name) => [name, pairColumn(name, reference, window, reference === blocks)]))
  return {
    columns: shared.flatMap((name) => pairs.get(name)?.column ?? []),
    vanished: names.filter((name) => !window.columns.has(name)),
    added: [...window.columns.keys()].filter((name) => !names.includes(name)),
    variationOf: (column, question) => {
      const variation = variationOnce(blocks, `${column.kind} ${question} ${column.name}`, () => {
        const own = blocksOf(blocks, column.name)
        if (question !== 'values') return variationOfShare(question, own)
        return variationOfValues(column, own, () => mergedOf(blocks, column.name, true))
      })
      return variation && { ...variation, spread: spreadOf(reference, column.name) }
    },
    mostLostOf: (name) => pairs.get(name)?.lost ?? 0,
  }
}

function pairColumn(name: string, reference: readonly DataBlock[], window: DataBlock, canGrow: boolean) {
  const parts = reference.flatMap(({ columns }) => columns.get(name) ?? [])
  const current = window.columns.get(name)
  const reason = [...parts, current].find((part) => part && 'because' in part)
  const blocks = blocksOf(reference, name)
  const nothing = { rows: 0, missing: 0, unreadable: 0 }
  const unjudged = (because: NotJudged, sides = { reference: nothing, current: nothing }) => {
    return { column: { name, ...sides, kind: 'not judged', because } satisfies DriftColumn, lost: 0 }
  }
  if (reason && 'because' in reason) return unjudged(reason.because)
  if (blocks.length === 0 || !current || !('values' in current)) return unjudged('it holds nothing on either side')

  const merged = mergedOf(reference, name, canGrow)
  const sides = { reference: sideOf(merged), current: sideOf(current) }
  const [left, right] = [merged.values, current.values]
  if (left.kind === 'number' && right.kind === 'number') return pairNumbers(name, left, right, sides)
  if (left.kind !== 'category' || right.kind !== 'category' || areIds(left.values.length, filledIn(merged))) {
    return unjudged('most rows have a value of their own: an id or free text', sides)
  }
  const categories = pairCategories(new Map(left.values), new Map(right.values))
  return { column: { name, ...sides, kind: 'category', categories } satisfies DriftColumn, lost: 0 }
}

function pairNumbers(
  name: string,
  left: NumberCounts,
  right: NumberCounts,
  sides: Pick<DriftColumn, 'reference' | 'current'>,
) {
  const bits = Math.min(left.bits, right.bits)
  const values = gridOf([left, right], bits)
  const [reference, current] = [spreadOver(values, left, bits), spreadOver(values, right, bits)]
  const numbers = compareSorted(repeated(values, reference), repeated(values, current))
  const column = numberColumn(name, numbers, sides)
  return { column, lost: mostLost(reference, current, bits) }
}

/** Each value as often as it came. */
function repeated(values: Float64Array, counts: Float64Array): Float64Array {
  const numbers = new Float64Array(sum(counts))
  let from = 0
  for (const [index, value] of values.entries()) {
    const to = from + (counts[index] ?? 0)
    numbers.fill(value, from, to)
    from = to
  }
  return numbers
}

/** All values of the parts, and infinities where there are any. */
function gridOf(parts: readonly NumberCounts[], bits: number): Float64Array {
  const { values } = mergeNumberCounts(
    parts.map((part) => ({ ...part, ...withBits(part, bits) })),
    Infinity,
  )
  return withInfinities(values, parts)
}

function withInfinities(values: Float64Array, parts: readonly NumberCounts[]): Float64Array {
  const low = parts.some(({ minusInfinity }) => minusInfinity > 0) ? [-Infinity] : []
  const high = parts.some(({ plusInfinity }) => plusInfinity > 0) ? [Infinity] : []
  return Float64Array.from([...low, ...values, ...high])
}

/** The counts of `part` at the places of `grid`, which holds all of its values. */
function spreadOver(grid: Float64Array, part: NumberCounts, bits: number): Float64Array {
  const { values, counts } = withBits(part, bits)
  const spread = new Float64Array(grid.length)
  if (grid[0] === -Infinity) spread[0] = part.minusInfinity
  if (grid.at(-1) === Infinity) spread[grid.length - 1] = part.plusInfinity
  let place = 0
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] ?? 0
    while ((grid[place] ?? value) < value) place += 1
    spread[place] = counts[at] ?? 0
  }
  return spread
}

function variationOfValues(
  column: DriftColumn,
  blocks: readonly ColumnBlock[],
  merged: () => ColumnBlock,
): NaturalVariation | undefined {
  const parts = blocks.map(({ values }) => values)
  const numbers = parts.filter((part) => part.kind === 'number')
  if (numbers.length === parts.length) {
    const { values: all } = merged()
    if (all.kind !== 'number') return undefined
    const grid = withInfinities(all.values, numbers)
    const counts = numbers.map((part) => spreadOver(grid, part, all.bits))
    return column.kind === 'category' ? variationOfCategories(counts) : variationOfNumbers(counts)
  }
  const texts = parts.flatMap((part) => (part.kind === 'category' ? [new Map(part.values)] : []))
  if (texts.length < parts.length) return undefined
  const names = [...new Set(texts.flatMap((counts) => [...counts.keys()]))]
  return variationOfCategories(texts.map((counts) => names.map((value) => counts.get(value) ?? 0)))
}

function variationOfShare(question: Exclude<Question, 'values'>, blocks: readonly ColumnBlock[]) {
  const field = question === 'missing' ? 'missing' : 'unreadable'
  return variationOfCategories(blocks.map((block) => [block[field], block.rows - block[field]]))
}

/** Σ mᵢ² / n² of the blocks that are compared with. */
function spreadOf(reference: readonly DataBlock[], name: string): number {
  const rows = blocksOf(reference, name).map((block) => block.rows)
  const n = rows.reduce((all, count) => all + count, 0)
  return n > 0 ? rows.reduce((all, count) => all + (count / n) ** 2, 0) : 1
}

function blocksOf(blocks: readonly DataBlock[], name: string): ColumnBlock[] {
  return blocks.flatMap(({ columns }) => {
    const block = columns.get(name)
    return block && 'values' in block ? [block] : []
  })
}

/** What is worked out of the same blocks for every window that is compared with them is worked out once. */
function workedOnce<Value>() {
  const worked = new WeakMap<readonly DataBlock[], Map<string, { readonly value: Value }>>()
  return (blocks: readonly DataBlock[], key: string, work: () => Value): Value => {
    const known = worked.get(blocks) ?? new Map<string, { readonly value: Value }>()
    worked.set(blocks, known)
    const found = known.get(key) ?? { value: work() }
    known.set(key, found)
    return found.value
  }
}

const mergedOnce = workedOnce<ColumnBlock>()

/** All blocks of a column as one. */
function mergedOf(blocks: readonly DataBlock[], name: string, canGrow: boolean): ColumnBlock {
  return mergedOnce(blocks, name, () => {
    const own = blocksOf(blocks, name)
    const before = canGrow ? mergedBefore(own) : undefined
    const rest = before ? [before.merged, ...own.slice(before.blocks.length)] : own
    const merged = mergeBlocks(rest, maxCategories, maxJudgedKeys)
    const [first] = own
    if (first && canGrow) grown.set(first, { blocks: own, merged })
    return merged
  })
}

/** What was merged last of the blocks that begin with one: a reference that grows block by block is not merged anew each time. */
const grown = new WeakMap<ColumnBlock, { readonly blocks: readonly ColumnBlock[]; readonly merged: ColumnBlock }>()

function mergedBefore([first, ...others]: readonly ColumnBlock[]) {
  const before = first && grown.get(first)
  const isBeginning = before?.blocks.every((block, index) => index === 0 || block === others[index - 1])
  return isBeginning ? before : undefined
}

const variationOnce = workedOnce<NaturalVariation | undefined>()

function sideOf({ rows, missing, unreadable }: ColumnBlock) {
  return { rows, missing, unreadable }
}

function filledIn({ rows, missing }: ColumnBlock): number {
  return rows - missing
}
