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
/** Where the first rows hold few values, it takes less to count all than to estimate first how many there are. */
const probedRows = 10_000
const fewValues = 1000

/** Counts the values of columns that have at most `most` different ones. */
export async function countValues(held: HeldColumns, names: readonly string[], most: number): Promise<ValueCounts[]> {
  const counted: ValueCounts[] = []
  for (let from = 0; from < names.length; from += columnsAQuery) {
    counted.push(...(await countSome(held, names.slice(from, from + columnsAQuery), most)))
  }
  return counted
}

async function countSome(held: HeldColumns, names: readonly string[], most: number): Promise<ValueCounts[]> {
  const values = names.map(held.valueOf)
  const areFew = await probe(held, values)
  const sizes = await sizesOf(held, leftOut(values, areFew))
  const asked = values.map((_, place) => areFew[place] || (sizes.get(place)?.distinct ?? 0) <= most * estimateSlack)
  const lists = await list(held, values, asked, most)
  const isWhole = lists.map((counts, place) => asked[place] === true && counts.size <= most)
  const known = lists.map((_, place) => isWhole[place] === true || sizes.has(place))
  const more = await sizesOf(held, leftOut(values, known))
  return lists.map((counts, place): ValueCounts => {
    if (isWhole[place]) return { filled: [...counts.values()].reduce((sum, rows) => sum + rows, 0), values: counts }
    return { filled: (sizes.get(place) ?? more.get(place))?.filled ?? 0, values: undefined }
  })
}

/** Whether each column holds few values in its first rows. */
async function probe({ engine, relation }: HeldColumns, values: readonly string[]): Promise<boolean[]> {
  const first = values.map((value, place) => `${value} AS v${place}`)
  const counts = values.map((_, place) => `count(DISTINCT v${place}) AS distinct${place}`)
  const [found = {}] = await engine.query<Record<string, number>>(
    `SELECT ${counts.join(', ')} FROM (SELECT ${first.join(', ')} FROM ${relation} LIMIT ${probedRows})`,
  )
  return values.map((_, place) => (found[`distinct${place}`] ?? 0) <= fewValues)
}

interface Size {
  readonly filled: number
  /** About how many different values. */
  readonly distinct: number
}

type Placed = readonly [place: number, value: string]

function leftOut(values: readonly string[], isLeft: readonly boolean[]): Placed[] {
  return values.flatMap((value, place): Placed[] => (isLeft[place] ? [] : [[place, value]]))
}

async function sizesOf({ engine, relation }: HeldColumns, asked: readonly Placed[]): Promise<Map<number, Size>> {
  if (asked.length === 0) return new Map()
  const questions = asked.map(
    ([place, value]) => `count(${value}) AS filled${place}, approx_count_distinct(${value}) AS distinct${place}`,
  )
  const [found = {}] = await engine.query<Record<string, number>>(`SELECT ${questions.join(', ')} FROM ${relation}`)
  const of = (name: string) => found[name] ?? 0
  return new Map(asked.map(([place]) => [place, { filled: of(`filled${place}`), distinct: of(`distinct${place}`) }]))
}

/** At most one value more than `most` of each column that is asked for. */
async function list(
  { engine, relation }: HeldColumns,
  values: readonly string[],
  isAsked: readonly boolean[],
  most: number,
): Promise<Map<string, number>[]> {
  const lists = values.map(() => new Map<string, number>())
  const groups = values.flatMap((value, place) => {
    const counts = `SELECT ${place} AS place, ${value} AS v, count(*) AS n FROM ${relation} WHERE ${value} IS NOT NULL`
    return isAsked[place] ? [`(${counts} GROUP BY 2 LIMIT ${most + 1})`] : []
  })
  if (groups.length === 0) return lists
  const { place = [], v = [], n = [] } = await engine.columns(groups.join(' UNION ALL '))
  for (const [row, value] of v.entries()) lists[Number(place[row])]?.set(String(value), Number(n[row]))
  return lists
}
