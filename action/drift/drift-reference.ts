import { compareCounts } from '../stats/compare-counts.ts'
import { mergeNumberCounts, mostLost, type NumberCounts, withBits } from '../stats/number-counts.ts'
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
  const pairs = new Map(shared.map((name) => [name, pairColumn(name, columnIn(reference, name), window)]))
  return {
    columns: shared.flatMap((name) => pairs.get(name)?.column ?? []),
    vanished: names.filter((name) => !window.columns.has(name)),
    added: [...window.columns.keys()].filter((name) => !names.includes(name)),
    variationOf: (column, question) => {
      const key = `${column.kind} ${question} ${column.name} ${lengthOf(window)}`
      const variation = variationOnce(blocks, key, () => {
        const all = () => mergedOf(blocks, column.name)
        return variationOf(
          column.kind,
          question,
          blocksOf(blocks, column.name),
          all,
          phasesOf(blocks, column.name, window),
        )
      })
      return variation && { ...variation, spread: spreadOf(blocksOf(reference, column.name)) }
    },
    mostLostOf: (name) => pairs.get(name)?.lost ?? 0,
  }
}

/** A column of all blocks that a window is compared with. */
export interface ReferenceColumn {
  /** Why it is not compared; undefined where every block counts it. */
  readonly because: NotJudged | undefined
  /** The blocks as one; undefined where none counts it. */
  readonly merged: () => ColumnBlock | undefined
}

function columnIn(reference: readonly DataBlock[], name: string): ReferenceColumn {
  const reason = reference.flatMap(({ columns }) => columns.get(name) ?? []).find((part) => 'because' in part)
  return {
    because: reason && 'because' in reason ? reason.because : undefined,
    merged: () => (blocksOf(reference, name).length > 0 ? mergedOf(reference, name) : undefined),
  }
}

/** A column of a window beside what it is compared with, and by how much its D may be more than what is seen. */
export function pairColumn(name: string, reference: ReferenceColumn, window: DataBlock) {
  const current = window.columns.get(name)
  const nothing = { rows: 0, missing: 0, unreadable: 0 }
  const unjudged = (because: NotJudged, sides = { reference: nothing, current: nothing }) => {
    return { column: { name, ...sides, kind: 'not judged', because } satisfies DriftColumn, lost: 0 }
  }
  if (reference.because !== undefined) return unjudged(reference.because)
  if (current && 'because' in current) return unjudged(current.because)
  const merged = reference.merged()
  if (!merged || !current) return unjudged('it holds nothing on either side')

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
  const numbers = compareCounts(values, reference, current)
  const column = numberColumn(name, numbers, sides)
  return { column, lost: mostLost(reference, current, bits) }
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

/** How much the answer to a question varies from block to block; `merged` is all of them as one. */
export function variationOf(
  kind: DriftColumn['kind'],
  question: Question,
  blocks: readonly ColumnBlock[],
  merged: () => ColumnBlock,
  phases?: readonly number[],
): NaturalVariation | undefined {
  if (question !== 'values') return variationOfShare(question, blocks, phases)
  const parts = blocks.map(({ values }) => values)
  const numbers = parts.filter((part) => part.kind === 'number')
  if (numbers.length === parts.length) {
    const { values: all } = merged()
    if (all.kind !== 'number') return undefined
    const grid = withInfinities(all.values, numbers)
    const counts = numbers.map((part) => spreadOver(grid, part, all.bits))
    return kind === 'category' ? variationOfCategories(counts, phases) : variationOfNumbers(counts, phases)
  }
  const texts = parts.flatMap((part) => (part.kind === 'category' ? [new Map(part.values)] : []))
  if (texts.length < parts.length) return undefined
  const names = [...new Set(texts.flatMap((counts) => [...counts.keys()]))]
  return variationOfCategories(
    texts.map((counts) => names.map((value) => counts.get(value) ?? 0)),
    phases,
  )
}

function variationOfShare(
  question: Exclude<Question, 'values'>,
  blocks: readonly ColumnBlock[],
  phases: readonly number[] | undefined,
) {
  const field = question === 'missing' ? 'missing' : 'unreadable'
  return variationOfCategories(
    blocks.map((block) => [block[field], block.rows - block[field]]),
    phases,
  )
}

/** Of each block with a column, which part of a window it is: 0 where it is as long as one, or longer. */
function phasesOf(blocks: readonly DataBlock[], name: string, window: Window): number[] {
  const beginMs = blocks[0]?.sinceMs ?? 0
  return blocks.flatMap((block) => {
    const part = block.columns.get(name)
    if (!part || !('values' in part)) return []
    const parts = Math.max(1, Math.round(lengthOf(window) / lengthOf(block)))
    return [Math.round((block.sinceMs - beginMs) / lengthOf(block)) % parts]
  })
}

function lengthOf({ sinceMs, untilMs }: Window): number {
  return untilMs - sinceMs
}

/** Σ mᵢ² / n² of the blocks that are compared with. */
export function spreadOf(blocks: readonly ColumnBlock[]): number {
  const rows = blocks.map((block) => block.rows)
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
function mergedOf(blocks: readonly DataBlock[], name: string): ColumnBlock {
  return mergedOnce(blocks, name, () => mergeJudged(blocksOf(blocks, name)))
}

/** Blocks of a column as one, as it is judged. */
export function mergeJudged(blocks: readonly ColumnBlock[]): ColumnBlock {
  return mergeBlocks(blocks, maxCategories, maxJudgedKeys)
}

const variationOnce = workedOnce<NaturalVariation | undefined>()

function sideOf({ rows, missing, unreadable }: ColumnBlock) {
  return { rows, missing, unreadable }
}

function filledIn({ rows, missing }: ColumnBlock): number {
  return rows - missing
}
