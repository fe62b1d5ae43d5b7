import type { Json } from '../base/canonical-json.ts'
import { isRecord } from '../base/is-record.ts'
import { isNotJudged } from './drift-column.ts'
import type { NumberCells } from './number-cells.ts'
import type { StoredColumn, StoredReference } from './stored-reference.ts'

const schema = 'plumbline/reference/v1'

/** For `canonicalJson()`: `reference.json` of a release. */
export function jsonOfReference({ minCount, blockMs, blocks, columns }: StoredReference): Json {
  return {
    schema,
    minCount,
    blockMs,
    blocks: blocks.map(({ sinceMs, rows }) => [sinceMs, rows]),
    columns: columns.map((column): Json => {
      const { name } = column
      if (column.kind === 'not judged') return { name, because: column.because }
      if (column.kind === 'category') {
        return { name, texts: column.values, blocks: column.blocks.map(({ missing, counts }) => [missing, ...counts]) }
      }
      return {
        name,
        cells: column.cells.map(({ at, isPlace }) => [at, isPlace ? 1 : 0]),
        blocks: column.blocks.map(({ missing, minusInfinity, plusInfinity, counts }) => [
          missing,
          minusInfinity,
          plusInfinity,
          ...counts,
        ]),
      }
    }),
  }
}

export type ReadReference =
  | { readonly ok: true; readonly reference: StoredReference }
  /** What is wrong with it, in words. */
  | { readonly ok: false; readonly state: string }

/** Reads what `jsonOfReference()` says; whatever does not add up is said rather than used. */
export function readReference(text: string): ReadReference {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return { ok: false, state: 'it is no JSON, as a file that was cut' }
  }
  if (!isRecord(json)) return { ok: false, state: 'it is no object' }
  if (json['schema'] !== schema) {
    const isOurs = typeof json['schema'] === 'string' && json['schema'].startsWith('plumbline/reference/')
    return { ok: false, state: isOurs ? 'a newer Plumbline wrote it' : 'it is no reference of Plumbline' }
  }
  const { minCount, blockMs } = json
  if (!isCount(minCount) || !isCount(blockMs) || blockMs < 1) return { ok: false, state: 'it has no length of blocks' }
  const blocks = readBlocks(json['blocks'], blockMs)
  if (!blocks) return { ok: false, state: 'its blocks do not follow each other' }
  const rows = blocks.map((block) => block.rows)
  if (!Array.isArray(json['columns'])) return { ok: false, state: 'it has no columns' }
  const columns: StoredColumn[] = []
  for (const [index, one] of json['columns'].entries()) {
    const column = readColumn(one, rows)
    if (!column) return { ok: false, state: `its column ${index + 1} does not add up` }
    columns.push(column)
  }
  if (new Set(columns.map(({ name }) => name)).size < columns.length) {
    return { ok: false, state: 'it has a column twice' }
  }
  return { ok: true, reference: { minCount, blockMs, blocks, columns } }
}

function readBlocks(json: unknown, blockMs: number): StoredReference['blocks'] | undefined {
  if (!Array.isArray(json)) return undefined
  const blocks = json.flatMap((pair: unknown) => {
    const [sinceMs, rows]: unknown[] = Array.isArray(pair) ? pair : []
    if (typeof sinceMs !== 'number' || !Number.isSafeInteger(sinceMs) || !isCount(rows)) return []
    return [{ sinceMs, untilMs: sinceMs + blockMs, rows }]
  })
  const isOrdered = blocks.every(({ sinceMs }, index) => (blocks[index - 1]?.untilMs ?? -Infinity) <= sinceMs)
  return isOrdered && blocks.length === json.length ? blocks : undefined
}

function readColumn(json: unknown, rows: readonly number[]): StoredColumn | undefined {
  if (!isRecord(json) || typeof json['name'] !== 'string') return undefined
  const { name, because, texts, cells, blocks } = json
  if (because !== undefined) return isNotJudged(because) ? { name, kind: 'not judged', because } : undefined
  if (!Array.isArray(blocks) || blocks.length !== rows.length) return undefined
  const lists = blocks.filter((list): list is number[] => Array.isArray(list) && list.every(isCount))
  const addUp = lists.every((list, index) => list.reduce((sum, count) => sum + count, 0) === rows[index])
  if (lists.length < rows.length || !addUp) return undefined

  if (Array.isArray(texts)) {
    const values = texts.filter((value) => typeof value === 'string')
    const fits = lists.every((list) => list.length === values.length + 2)
    if (!fits || new Set(values).size < texts.length) return undefined
    return { name, kind: 'category', values, blocks: lists.map(([missing = 0, ...counts]) => ({ missing, counts })) }
  }
  const marks = readCells(cells)
  const places = marks?.reduce((sum, { isPlace }) => sum + (isPlace ? 2 : 1), 1) ?? 0
  if (!marks || !lists.every((list) => list.length === places + 3)) return undefined
  return {
    name,
    kind: 'number',
    cells: marks,
    blocks: lists.map(([missing = 0, minusInfinity = 0, plusInfinity = 0, ...counts]) => {
      return { missing, minusInfinity, plusInfinity, counts }
    }),
  }
}

function readCells(json: unknown): NumberCells | undefined {
  if (!Array.isArray(json)) return undefined
  const marks = json.flatMap((pair: unknown) => {
    const [at, kind]: unknown[] = Array.isArray(pair) ? pair : []
    return typeof at === 'number' && Number.isFinite(at) && (kind === 0 || kind === 1)
      ? [{ at, isPlace: kind === 1 }]
      : []
  })
  const isOrdered = marks.every(({ at }, index) => index === 0 || (marks[index - 1]?.at ?? at) < at)
  return isOrdered && marks.length === json.length ? marks : undefined
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
