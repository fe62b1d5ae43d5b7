import type { NumberTally } from '../stats/number-tally.ts'
import type { Sample } from './open-samples.ts'
import type { ColumnPart } from './profile-part.ts'

/** Of each column the place of the first that holds the same in every row; `values` are SQL of them. */
export async function findAlike(
  { engine, relation }: Sample,
  columns: readonly ColumnPart[],
  values: readonly string[],
  rowHash: string,
): Promise<number[]> {
  const keys = columns.map(keyOf)
  const times = new Map<string, number>()
  for (const key of keys) if (key !== undefined) times.set(key, (times.get(key) ?? 0) + 1)
  const candidates = [...keys.keys()].filter((index) => (times.get(keys[index] ?? '') ?? 0) > 1)
  const alike = columns.map((_, index) => index)
  const firsts = new Map<string, number>()
  for (let from = 0; from < candidates.length; from += columnsAScan) {
    const some = candidates.slice(from, from + columnsAScan)
    // A sum that says which value lies in which row, whatever the order of rows.
    const sums = some.map((index) => `CAST(sum(hash(r, v${index})) AS VARCHAR) AS s${index}`)
    const held = some.map((index) => `${values[index]} AS v${index}`)
    const [row = {}] = await engine.query<Record<string, string | null>>(
      `SELECT ${sums.join(', ')} FROM (SELECT ${[`${rowHash} AS r`, ...held].join(', ')} FROM ${relation})`,
    )
    for (const index of some) {
      const key = `${keys[index]} ${row[`s${index}`]}`
      const first = firsts.get(key) ?? index
      firsts.set(key, first)
      alike[index] = first
    }
  }
  return alike
}

const columnsAScan = 32

/** Different for columns that are not alike; undefined of those that are not compared. */
function keyOf({ missing, unreadable, values }: ColumnPart): string | undefined {
  if (values.kind === 'other') return undefined
  return [values.kind, missing, unreadable, ...detailsOf(values)].join(' ')
}

function detailsOf(values: ColumnPart['values']): unknown[] {
  if (values.kind === 'number' || values.kind === 'time') return detailsOfNumbers(values.tally)
  if (values.kind !== 'text') return []
  const { lengths, sample } = values.tally
  return [lengths.values, lengths.counts, sample.level, sample.keys, sample.counts]
}

function detailsOfNumbers({ counts, sums, minimum, maximum, nans }: NumberTally): unknown[] {
  return [sums.sum, sums.squares, minimum, maximum, nans, counts.minusInfinity, counts.plusInfinity, counts.counts]
}
