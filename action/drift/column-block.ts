import { byBytes } from '../base/byte-order.ts'
import type { Json } from '../base/canonical-json.ts'
import { isRecord } from '../base/is-record.ts'
import { jsonOfNumbers, maxNumberKeys, mergeNumberCounts, type NumberCounts } from '../stats/number-counts.ts'
import type { SideRows } from './drift-column.ts'

/** The texts of a column and their rows; ascending by their bytes, each once. */
export interface CategoryCounts {
  readonly kind: 'category'
  readonly values: readonly (readonly [value: string, rows: number])[]
}

/** More different texts than a category has. */
export interface TooManyTexts {
  readonly kind: 'too many texts'
}

/**
 * A column of some rows as counts, without the rows. Blocks of the same column merge exactly: whatever the parts and their
 * order, the same rows give the same block, to the byte.
 */
export interface ColumnBlock extends SideRows {
  readonly values: NumberCounts | CategoryCounts | TooManyTexts
}

/** Throws a TypeError where one block holds numbers and another texts: what a column is, is said once for all its blocks. */
export function mergeBlocks(blocks: readonly ColumnBlock[], maxTexts: number, maxKeys = maxNumberKeys): ColumnBlock {
  const sum = (field: keyof SideRows) => blocks.reduce((total, block) => total + block[field], 0)
  return {
    rows: sum('rows'),
    missing: sum('missing'),
    unreadable: sum('unreadable'),
    values: mergeValues(
      blocks.map(({ values }) => values),
      maxTexts,
      maxKeys,
    ),
  }
}

function mergeValues(parts: readonly ColumnBlock['values'][], maxTexts: number, maxKeys: number) {
  const numbers = parts.filter((part) => part.kind === 'number')
  if (numbers.length === parts.length && parts.length > 0) return mergeNumberCounts(numbers, maxKeys)
  if (numbers.length > 0) throw new TypeError('Cannot merge blocks of numbers with blocks of texts')
  const rowsOf = new Map<string, number>()
  for (const part of parts) {
    if (part.kind !== 'category') return { kind: 'too many texts' } as const
    for (const [value, rows] of part.values) rowsOf.set(value, (rowsOf.get(value) ?? 0) + rows)
  }
  return categoriesOf(rowsOf, maxTexts)
}

export function categoriesOf(rowsOf: ReadonlyMap<string, number>, maxTexts: number): CategoryCounts | TooManyTexts {
  if (rowsOf.size > maxTexts) return { kind: 'too many texts' }
  return { kind: 'category', values: [...rowsOf].sort(([a], [b]) => byBytes(a, b)) }
}

/** For `canonicalJson()`. */
export function jsonOfBlock({ rows, missing, unreadable, values }: ColumnBlock): Json {
  const counted = { rows, missing, unreadable }
  if (values.kind === 'number') return { ...counted, numbers: jsonOfNumbers(values) }
  return values.kind === 'category' ? { ...counted, texts: values.values } : { ...counted, tooManyTexts: true }
}

/** A block as `jsonOfBlock()` wrote it; undefined where it is none, or its counts do not add up. */
export function readBlock(json: unknown): ColumnBlock | undefined {
  if (!isRecord(json)) return undefined
  const { rows, missing, unreadable, numbers, texts, tooManyTexts } = json
  if (!isCount(rows) || !isCount(missing) || !isCount(unreadable)) return undefined
  const values = tooManyTexts === true ? ({ kind: 'too many texts' } as const) : readValues(numbers, texts)
  if (!values) return undefined
  const counted = rowsIn(values)
  const isWhole = counted === undefined || counted === rows - missing - unreadable
  return isWhole ? { rows, missing, unreadable, values } : undefined
}

function readValues(numbers: unknown, texts: unknown): NumberCounts | CategoryCounts | undefined {
  if (isRecord(numbers)) return readNumbers(numbers)
  if (!Array.isArray(texts)) return undefined
  const values = texts.flatMap((pair: unknown) => {
    const [value, rows]: unknown[] = Array.isArray(pair) ? pair : []
    return typeof value === 'string' && isCount(rows) && rows > 0 ? [[value, rows] as const] : []
  })
  const isOrdered = values.every(([value], index) => index === 0 || byBytes(values[index - 1]?.[0] ?? '', value) < 0)
  return isOrdered && values.length === texts.length ? { kind: 'category', values } : undefined
}

function readNumbers({ bits, values, counts, minusInfinity, plusInfinity }: Record<string, unknown>) {
  if (!isCount(bits) || bits < 1 || bits > 64 || !isCount(minusInfinity) || !isCount(plusInfinity)) return undefined
  if (!Array.isArray(values) || !Array.isArray(counts) || values.length !== counts.length) return undefined
  const areNumbers = values.every((value: unknown) => typeof value === 'number' && Number.isFinite(value))
  if (!areNumbers || !counts.every((count: unknown) => isCount(count) && count > 0)) return undefined
  const read = { values: Float64Array.from(values), counts: Float64Array.from(counts) }
  const isOrdered = read.values.every((value, index) => index === 0 || (read.values[index - 1] ?? value) < value)
  return isOrdered ? ({ kind: 'number', bits, ...read, minusInfinity, plusInfinity } as const) : undefined
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function rowsIn(values: ColumnBlock['values']): number | undefined {
  if (values.kind === 'too many texts') return undefined
  if (values.kind === 'category') return values.values.reduce((sum, [, rows]) => sum + rows, 0)
  return values.counts.reduce((sum, count) => sum + count, values.minusInfinity + values.plusInfinity)
}
