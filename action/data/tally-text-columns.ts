import { distinctSample, maxSampled } from '../stats/distinct-sample.ts'
import type { Sample } from './open-samples.ts'
import { askKept } from './sampled-hashes.ts'
import {
  type CountedText,
  countLengths,
  lengthOf,
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
/** Where the first rows hold few values, it takes less to count all than to estimate first how many there are. */
const probedRows = 10_000
const fewTexts = 1000

/** Tallies texts, given as SQL; in the order that was asked for. */
export async function tallyTextColumns(sample: Sample, values: readonly string[]): Promise<TextTally[]> {
  const tallies: TextTally[] = []
  for (let from = 0; from < values.length; from += columnsAQuery) {
    tallies.push(...(await tallySome(sample, values.slice(from, from + columnsAQuery))))
  }
  return tallies
}

async function tallySome(sample: Sample, values: readonly string[]): Promise<TextTally[]> {
  const first = `(SELECT ${values.map((value, place) => `${value} AS v${place}`).join(', ')} FROM ${sample.relation} LIMIT ${probedRows})`
  const probed = await countDistinct(
    { ...sample, relation: first },
    values.map((_, place) => `v${place}`),
  )
  const lists = await listTexts(
    sample,
    values,
    probed.map((distinct) => distinct <= fewTexts),
  )
  const tallies: TextTally[] = []
  for (const [place, value] of values.entries()) {
    const list = lists[place]
    tallies.push(list ? tallyTexts(list) : await tallyOthers(sample, value, (probed[place] ?? 0) > fewTexts))
  }
  return tallies
}

/** About how many different ones there are. */
async function countDistinct({ engine, relation }: Sample, values: readonly string[]): Promise<number[]> {
  const asked = values.map((value, place) => `approx_count_distinct(${value}) AS d${place}`)
  const [row = {}] = await engine.query<Record<string, number>>(`SELECT ${asked.join(', ')} FROM ${relation}`)
  return values.map((_, place) => row[`d${place}`] ?? 0)
}

async function tallyOthers(sample: Sample, value: string, mayBeListed: boolean): Promise<TextTally> {
  const [distinct = 0] = await countDistinct(sample, [value])
  const isTried = mayBeListed && distinct <= mostTexts * estimateSlack
  const [list] = isTried ? await listTexts(sample, [value], [true]) : []
  return list ? tallyTexts(list) : await tallyMany(sample, value, distinct)
}

/** Of each column its texts; undefined where there are too many, or one is too long. */
async function listTexts(
  { engine, relation }: Sample,
  values: readonly string[],
  areAsked: readonly boolean[],
): Promise<(CountedText[] | undefined)[]> {
  const groups = values.flatMap((value, place) => {
    const cut = `left(${value}, ${mostCharacters + 1})`
    const counts = `SELECT ${place} AS place, ${cut} AS v, count(*) AS n FROM ${relation} WHERE ${value} IS NOT NULL`
    return areAsked[place] ? [`(${counts} GROUP BY 2 LIMIT ${mostTexts + 1})`] : []
  })
  const lists = values.map((): CountedText[] => [])
  if (groups.length > 0) {
    const hashed = `SELECT *, CAST(hash(v) >> 11 AS DOUBLE) AS h FROM (${groups.join(' UNION ALL ')})`
    const { place = [], v = [], n = [], h = [] } = await engine.columns(hashed)
    for (const [row, text] of v.entries()) {
      lists[Number(place[row])]?.push({ text: String(text), count: Number(n[row]), key: Number(h[row]) })
    }
  }
  return lists.map((list, place) => {
    const isWhole = list.length <= mostTexts && list.every(({ text }) => lengthOf(text) <= mostCharacters)
    return areAsked[place] && isWhole ? list : undefined
  })
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
