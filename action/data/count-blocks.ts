import type { CategoryCounts, ColumnBlock, TooManyTexts } from '../drift/column-block.ts'
import type { NotJudged } from '../drift/drift-column.ts'
import type { BlockedColumn, DataBlock } from '../drift/drift-reference.ts'
import { countNumbers } from '../stats/number-counts.ts'
import type { NumberColumnBlocks } from './count-number-blocks.ts'
import { type HeldColumns, holdColumns } from './hold-columns.ts'
import type { Sample } from './open-samples.ts'

/** How rows are put into blocks of time, and how their columns are counted. */
export interface BlocksAsked {
  /** The column of event time: moments, dates, or texts that read as such. */
  readonly time: string
  /** A block begins at this moment, milliseconds since 1970 in UTC, and at each multiple of `blockMs` from it. */
  readonly originMs: number
  readonly blockMs: number
  /** With more blocks nothing is counted. */
  readonly mostBlocks: number
  readonly columns: readonly ColumnToCount[]
  /** More different texts than this are no categories. */
  readonly mostTexts: number
  /** What is said of numbers that all differ, and of texts of which there are too many. */
  readonly ids: { readonly numbers: NotJudged; readonly minRows: number }
}

export interface ColumnToCount {
  readonly name: string
  /** `number`: it holds nothing but numbers, or texts that read as such. */
  readonly as: 'number' | 'category' | NotJudged
}

export interface CountedBlocks {
  /** Those that hold rows, the oldest first. */
  readonly blocks: readonly DataBlock[]
  /** Of each block, its rows. */
  readonly blockRows: readonly number[]
  /** In all blocks. */
  readonly rows: number
  /** Rows without a time, or with one that is none. */
  readonly timelessRows: number
}

/** Each column is a scan of its own within the query, and all of them hold memory at once. */
const columnsAQuery = 20

/** Counts all rows of a sample, block by block. Undefined where there are too many blocks. */
export async function countBlocks(sample: Sample, asked: BlocksAsked): Promise<CountedBlocks | undefined> {
  const { time, columns, mostBlocks, mostTexts } = asked
  const numeric = columns.flatMap(({ name, as }) => (as === 'number' ? [name] : []))
  const categories = columns.flatMap(({ name, as }) => (as === 'category' ? [name] : []))
  const toHold = [
    { name: time, asNumber: false },
    ...numeric.map((name) => ({ name, asNumber: true })),
    ...categories.filter((name) => name !== time).map((name) => ({ name, asNumber: false })),
  ]
  const held = await holdColumns(sample, toHold, 'blocks.parquet')
  const block = blockOf(held.valueOf(time), asked)
  const numbers = await held.engine.blocked({
    relation: held.relation,
    rows: held.rows,
    numbers: numeric.map(held.valueOf),
    block: `coalesce(${block}, CAST('NaN' AS DOUBLE))`,
    mostBlocks,
  })
  if (!numbers) return undefined
  const rows = await countRows(held, block)
  const texts = new Map<string, ReadonlyMap<number, TextBlock>>()
  for (let from = 0; from < categories.length; from += columnsAQuery) {
    const some = categories.slice(from, from + columnsAQuery)
    for (const [name, blocks] of await countTexts(held, block, some, mostTexts)) texts.set(name, blocks)
  }
  const places = new Map(numeric.map((name, index) => [name, index]))
  const areIds = numbers.columns.map((column) => isId(column, asked))
  const blocks = numbers.blocks.map((number, index): DataBlock => {
    const sinceMs = asked.originMs + number * asked.blockMs
    const own = columns.map(({ name, as }): [string, BlockedColumn] => {
      const ownRows = rows.get(number) ?? 0
      const place = places.get(name) ?? -1
      const counted = numbers.columns[place]
      if (counted) return [name, areIds[place] ? { because: asked.ids.numbers } : numberBlock(counted, index, ownRows)]
      if (as !== 'category') return [name, { because: as === 'number' ? 'it holds nothing on either side' : as }]
      return [name, textBlock(texts.get(name)?.get(number), ownRows)]
    })
    return { sinceMs, untilMs: sinceMs + asked.blockMs, columns: new Map(own) }
  })
  const timelessRows = rows.get(null) ?? 0
  const blockRows = numbers.blocks.map((number) => rows.get(number) ?? 0)
  return { blocks, blockRows, rows: held.rows - timelessRows, timelessRows }
}

/** SQL: the number of the block that a moment, as text, lies in, UTC where it names no zone; NULL of what is no moment. */
function blockOf(text: string, { originMs, blockMs }: BlocksAsked): string {
  const moment = `TRY_CAST(${text} AS TIMESTAMPTZ)`
  return `CASE WHEN isfinite(${moment}) THEN floor((epoch_ms(${moment}) - ${originMs}) / ${blockMs}) END`
}

async function countRows(
  { engine, relation }: HeldColumns,
  block: string,
): Promise<ReadonlyMap<number | null, number>> {
  const rows = await engine.query<{ block: number | null; n: number }>(
    `SELECT ${block} AS block, count(*) AS n FROM ${relation} GROUP BY 1`,
  )
  return new Map(rows.map(({ block: own, n }) => [own, n]))
}

interface TextBlock {
  readonly filled: number
  readonly values: CategoryCounts | TooManyTexts
}

/** By column and block. */
async function countTexts(
  { engine, relation, valueOf }: HeldColumns,
  block: string,
  names: readonly string[],
  mostTexts: number,
): Promise<ReadonlyMap<string, ReadonlyMap<number, TextBlock>>> {
  const distinct = names.map((name, index) => `count(DISTINCT ${valueOf(name)}) AS c${index}`)
  const filled = names.map((name, index) => `count(${valueOf(name)}) AS f${index}`)
  const [sizes = {}] = await engine.query<Record<string, number>>(`SELECT ${distinct.join(', ')} FROM ${relation}`)
  const fills = await engine.query<Record<string, number>>(
    `SELECT ${[`${block} AS block`, ...filled].join(', ')} FROM ${relation} GROUP BY 1 HAVING block IS NOT NULL`,
  )
  const isListed = names.map((_, index) => (sizes[`c${index}`] ?? 0) <= mostTexts)
  const lists = await listTexts({ engine, relation, valueOf }, block, names, isListed)
  return new Map(
    names.map((name, index) => [
      name,
      new Map(
        fills.map((row): [number, TextBlock] => {
          const number = row['block'] ?? 0
          const values = lists.get(`${index} ${number}`) ?? []
          const listed: CategoryCounts = { kind: 'category', values }
          return [
            number,
            { filled: row[`f${index}`] ?? 0, values: isListed[index] ? listed : { kind: 'too many texts' } },
          ]
        }),
      ),
    ]),
  )
}

/** `<column> <block>` → its texts with their rows, ascending by bytes. */
async function listTexts(
  { engine, relation, valueOf }: Pick<HeldColumns, 'engine' | 'relation' | 'valueOf'>,
  block: string,
  names: readonly string[],
  isListed: readonly boolean[],
): Promise<ReadonlyMap<string, [value: string, rows: number][]>> {
  const lists = new Map<string, [string, number][]>()
  const parts = names.flatMap((name, index) => {
    const value = valueOf(name)
    const select = `SELECT ${index} AS place, ${block} AS block, ${value} AS v, count(*) AS n FROM ${relation}`
    return isListed[index] ? [`(${select} WHERE ${value} IS NOT NULL GROUP BY 2, 3)`] : []
  })
  if (parts.length === 0) return lists
  const ordered = `SELECT * FROM (${parts.join(' UNION ALL ')}) WHERE block IS NOT NULL ORDER BY place, block, encode(v)`
  const { place = [], block: blocks = [], v = [], n = [] } = await engine.columns(ordered)
  for (const [row, value] of v.entries()) {
    const key = `${Number(place[row])} ${Number(blocks[row])}`
    const list = lists.get(key)
    const pair: [string, number] = [String(value), Number(n[row])]
    if (list) list.push(pair)
    else lists.set(key, [pair])
  }
  return lists
}

function isId({ counts, isOnceEach }: NumberColumnBlocks, { ids }: BlocksAsked): boolean {
  return isOnceEach && counts.reduce((sum, one) => sum + filledIn(one), 0) > ids.minRows
}

function numberBlock({ counts }: NumberColumnBlocks, index: number, rows: number): BlockedColumn {
  const values = counts[index] ?? countNumbers(new Float64Array())
  return { rows, missing: rows - filledIn(values), unreadable: 0, values }
}

function filledIn({ counts, minusInfinity, plusInfinity }: NumberColumnBlocks['counts'][number]): number {
  return counts.reduce((sum, count) => sum + count, minusInfinity + plusInfinity)
}

function textBlock(block: TextBlock | undefined, rows: number): ColumnBlock {
  const { filled = 0, values = { kind: 'category', values: [] } as const } = block ?? {}
  return { rows, missing: rows - filled, unreadable: 0, values }
}
