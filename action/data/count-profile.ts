import type { NumberTally } from '../stats/number-tally.ts'
import { type DayCounts, dayMs, mergeDays } from './day-counts.ts'
import { findAlike } from './find-alike.ts'
import type { Sample } from './open-samples.ts'
import {
  type ColumnPart,
  type ColumnValues,
  mostRows,
  mostSampledColumns,
  type ProfilePart,
  sampledOf,
  withNumbersOf,
} from './profile-part.ts'
import { quoteName } from './quote.ts'
import { castTo } from './read-source.ts'
import { notedRows } from './tally-columns.ts'
import { tallyTextColumns } from './tally-text-columns.ts'

/** How a column is told of. */
export interface ColumnToProfile {
  readonly name: string
  /** As its file types it, or its contract. */
  readonly type: string
  readonly as: 'number' | 'time' | 'text' | 'other'
}

/** Counts all rows of a sample that can be read many times. */
export async function countProfile(sample: Sample, columns: readonly ColumnToProfile[]): Promise<ProfilePart> {
  const { engine, relation } = sample
  const numeric = columns.filter(({ as }) => as === 'number' || as === 'time')
  const texts = columns.filter(({ as }) => as === 'text')
  const times = columns.filter(({ as }) => as === 'time')
  const rows = await countRows(sample)
  const near = columns.slice(0, mostSampledColumns).filter(({ as }) => as === 'number')
  const noted = near.map((column) => numeric.indexOf(column))
  const rowHash = `hash(${columns.map(({ name }) => quoteName(name)).join(', ')})`
  // Others are counted while numbers are.
  const [tallied, filled, textTallies, days] = await Promise.all([
    engine.tallied({ relation, numbers: numeric.map(valueOf), rowHash, noted, mostRows }),
    countFilled(sample, columns),
    tallyTextColumns(sample, texts.map(valueOf)),
    countDays(sample, times.map(valueOf)),
  ])
  const talliesOf = new Map(numeric.map(({ name }, index) => [name, tallied.tallies[index]]))
  const textsOf = new Map(texts.map(({ name }, index) => [name, textTallies[index]]))
  const daysOf = new Map(times.map(({ name }, index) => [name, days[index]]))
  const parts = columns.map(({ name }): ColumnPart => {
    const [tally, text, ownDays] = [talliesOf.get(name), textsOf.get(name), daysOf.get(name)]
    const read = tally ? countIn(tally) : text ? sumOf(text.lengths.counts) : 0
    const own = filled.get(name) ?? read
    const values: ColumnValues =
      own === 0
        ? { kind: 'nothing' }
        : tally
          ? ownDays
            ? { kind: 'time', tally, days: ownDays }
            : { kind: 'number', tally }
          : text
            ? { kind: 'text', tally: text }
            : { kind: 'other' }
    const unreadable = values.kind === 'other' || values.kind === 'nothing' ? 0 : own - read
    return { name, missing: rows - own, unreadable, values }
  })
  const part = { rows, columns: parts, sample: notedRows(tallied, noted.length), sampled: near.map(({ name }) => name) }
  return {
    ...part,
    ...withNumbersOf(part, sampledOf(parts)),
    alike: await findAlike(sample, parts, columns.map(valueOf), rowHash),
  }
}

/** SQL of what is told of a column: a DOUBLE of a number, of a time its milliseconds, else a text; NULL of nothing. */
function valueOf({ name, type, as }: ColumnToProfile): string {
  const value = quoteName(name)
  if (as === 'number') return type === 'DOUBLE' ? value : `TRY_CAST(${value} AS DOUBLE)`
  if (as === 'time') return `CAST(epoch_ms(${castTo('timestamp', value, type)}) AS DOUBLE)`
  return type === 'VARCHAR' ? value : `CAST(${value} AS VARCHAR)`
}

function countIn({ counts, nans }: NumberTally): number {
  return sumOf(counts.counts) + counts.minusInfinity + counts.plusInfinity + nans
}

function sumOf(counts: ArrayLike<number>): number {
  return Array.from(counts).reduce((all, count) => all + count, 0)
}

async function countRows({ engine, relation }: Sample): Promise<number> {
  const [row] = await engine.query<{ n: number }>(`SELECT count(*) AS n FROM ${relation}`)
  return row?.n ?? 0
}

/** Rows that hold something, of columns of which nothing else tells it. */
async function countFilled(
  { engine, relation }: Sample,
  columns: readonly ColumnToProfile[],
): Promise<ReadonlyMap<string, number>> {
  const untold = columns.filter(({ as }) => as === 'time' || as === 'other')
  if (untold.length === 0) return new Map()
  const asked = untold.map(({ name }, index) => `count(${quoteName(name)}) AS f${index}`)
  const [row = {}] = await engine.query<Record<string, number>>(`SELECT ${asked.join(', ')} FROM ${relation}`)
  return new Map(untold.map(({ name }, index) => [name, row[`f${index}`] ?? 0]))
}

async function countDays({ engine, relation }: Sample, moments: readonly string[]): Promise<DayCounts[]> {
  const counted: DayCounts[] = []
  for (const moment of moments) {
    const { d = [], n = [] } = await engine.columns(
      `SELECT floor(${moment} / ${dayMs}) AS d, count(*) AS n FROM ${relation} WHERE ${moment} IS NOT NULL GROUP BY 1`,
    )
    const starts = d.map((day) => Number(day) * dayMs)
    counted.push(mergeDays([{ unit: 'day', starts, counts: n.map(Number) }]))
  }
  return counted
}
