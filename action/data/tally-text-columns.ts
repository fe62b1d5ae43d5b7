import { distinctSample, maxSampled } from '../stats/distinct-sample.ts'
import type { Sample } from './open-samples.ts'
import { askKept } from './sampled-hashes.ts'
import {
  type CountedText,
  countLengths,
  mostCharacters,
  mostShaped,
  mostTexts,
  shapeOf,
  type TextTally,
  tallyTexts,
} from './text-tally.ts'

/** Each is a scan of its own within the query, and all of them hold memory at once. */
const columnsAQuery = 20
/** An estimate of how many values there are is never so far off. */
const estimateSlack = 2

/** Tallies texts, given as SQL; in the order that was asked for. */
export async function tallyTextColumns(sample: Sample, values: readonly string[]): Promise<TextTally[]> {
  const tallies: TextTally[] = []
  for (let from = 0; from < values.length; from += columnsAQuery) {
    tallies.push(...(await tallySome(sample, values.slice(from, from + columnsAQuery))))
  }
  return tallies
}

async function tallySome(sample: Sample, values: readonly string[]): Promise<TextTally[]> {
  const { engine, relation } = sample
  const asked = values.map(
    (value, index) =>
      `approx_count_distinct(${value}) AS d${index}, coalesce(max(length(${value})), 0) AS longest${index}`,
  )
  const [sizes = {}] = await engine.query<Record<string, number>>(`SELECT ${asked.join(', ')} FROM ${relation}`)
  const distinct = values.map((_, index) => sizes[`d${index}`] ?? 0)
  const mayBeListed = values.map(
    (_, index) =>
      (distinct[index] ?? 0) <= mostTexts * estimateSlack && (sizes[`longest${index}`] ?? 0) <= mostCharacters,
  )
  const lists = await listTexts(sample, values, mayBeListed)
  const tallies: TextTally[] = []
  for (const [index, value] of values.entries()) {
    const list = lists[index]
    tallies.push(list ? tallyTexts(list) : await tallyMany(sample, value, distinct[index] ?? 0))
  }
  return tallies
}

/** Of each column its texts; undefined where there are too many. */
async function listTexts(
  { engine, relation }: Sample,
  values: readonly string[],
  areAsked: readonly boolean[],
): Promise<(CountedText[] | undefined)[]> {
  const groups = values.flatMap((value, index) => {
    const counts = `SELECT ${index} AS place, ${value} AS v, count(*) AS n FROM ${relation} WHERE ${value} IS NOT NULL`
    return areAsked[index] ? [`(${counts} GROUP BY 2 LIMIT ${mostTexts + 1})`] : []
  })
  const lists = values.map((): CountedText[] => [])
  if (groups.length > 0) {
    const hashed = `SELECT *, CAST(hash(v) >> 11 AS DOUBLE) AS h FROM (${groups.join(' UNION ALL ')})`
    const { place = [], v = [], n = [], h = [] } = await engine.columns(hashed)
    for (const [row, text] of v.entries()) {
      lists[Number(place[row])]?.push({ text: String(text), count: Number(n[row]), key: Number(h[row]) })
    }
  }
  return lists.map((list, index) => (areAsked[index] && list.length <= mostTexts ? list : undefined))
}

/** Without a list of them. */
async function tallyMany({ engine, relation }: Sample, value: string, distinct: number): Promise<TextTally> {
  const { l = [], n: rows = [] } = await engine.columns(
    `SELECT length(${value}) AS l, count(*) AS n FROM ${relation} WHERE ${value} IS NOT NULL GROUP BY 1`,
  )
  const hashed = `SELECT hash(${value}) >> 11 AS h, left(${value}, ${mostShaped}) AS v FROM ${relation} WHERE ${value} IS NOT NULL`
  const { level, kept } = await askKept(distinct, maxSampled, async (below) => {
    const {
      h = [],
      v = [],
      n = [],
    } = await engine.columns(
      `SELECT CAST(h AS DOUBLE) AS h, min(v) AS v, count(*) AS n FROM (${hashed}) WHERE h < ${below} GROUP BY ALL`,
    )
    return h.map((key, row) => ({ key: Number(key), count: Number(n[row]), note: shapeOf(String(v[row])) }))
  })
  return {
    texts: { kind: 'too many texts' },
    lengths: countLengths(l.map((length, row) => [Number(length), Number(rows[row])])),
    sample: distinctSample(level, kept),
  }
}
