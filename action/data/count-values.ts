import type { HeldColumns } from './hold-columns.ts'

/** The values of a column as texts. */
export interface ValueCounts {
  /** Rows that hold something. */
  readonly filled: number
  /** Every value with its rows; undefined where there are more than were asked for. */
  readonly values: ReadonlyMap<string, number> | undefined
}

/** Each is a scan of its own within the query, and all of them hold memory at once. */
const columnsAQuery = 20
/** An estimate of how many values there are is never so far off. */
const estimateSlack = 2

/** Counts the values of columns that have at most `most` different ones. */
export async function countValues(held: HeldColumns, names: readonly string[], most: number): Promise<ValueCounts[]> {
  const counted: ValueCounts[] = []
  for (let from = 0; from < names.length; from += columnsAQuery) {
    counted.push(...(await countSome(held, names.slice(from, from + columnsAQuery), most)))
  }
  return counted
}

async function countSome({ engine, relation, valueOf }: HeldColumns, names: readonly string[], most: number) {
  const asked = names.map((name, index) => {
    const value = valueOf(name)
    return `count(${value}) AS filled${index}, approx_count_distinct(${value}) AS distinct${index}`
  })
  const [sizes = {}] = await engine.query<Record<string, number>>(`SELECT ${asked.join(', ')} FROM ${relation}`)
  const isListed = names.map((_, index) => (sizes[`distinct${index}`] ?? 0) <= most * estimateSlack)
  const groups = names.flatMap((name, index) => {
    const value = valueOf(name)
    const counts = `SELECT ${index} AS place, ${value} AS v, count(*) AS n FROM ${relation} WHERE ${value} IS NOT NULL`
    return isListed[index] ? [`(${counts} GROUP BY 2 LIMIT ${most + 1})`] : []
  })
  const lists = names.map(() => new Map<string, number>())
  if (groups.length > 0) {
    const { place = [], v = [], n = [] } = await engine.columns(groups.join(' UNION ALL '))
    for (const [row, value] of v.entries()) lists[Number(place[row])]?.set(String(value), Number(n[row]))
  }
  return names.map((_, index): ValueCounts => {
    const list = lists[index] ?? new Map<string, number>()
    return {
      filled: sizes[`filled${index}`] ?? 0,
      values: isListed[index] && list.size <= most ? list : undefined,
    }
  })
}
