import type { Sample } from './open-samples.ts'
import { quoteName } from './quote.ts'

/** What the values of a column read as, where they are texts. */
export interface Readings {
  /** Rows that hold something. */
  readonly filled: number
  /** Of these, those that read as a number, NaN among them, where it was asked for. */
  readonly numbers: number
  readonly nans: number
  /** Of these, those that read as a date or a moment, where it was asked for. */
  readonly times: number
}

/** Which readings are asked for; trying one takes long where it fails. */
export interface ReadingsOf {
  readonly name: string
  readonly asNumbers: boolean
  readonly asTimes: boolean
}

/** Where a value among so many rows does not read as a number, nobody need count those that do. */
const probedRows = 2000

/** Which columns could be numbers, or times, for all that the first rows say. */
export async function probeReadings(sample: Sample, names: readonly string[]): Promise<ReadingsOf[]> {
  if (names.length === 0) return []
  const first = `(SELECT ${names.map(quoteName).join(', ')} FROM ${sample.relation} LIMIT ${probedRows})`
  const all = names.map((name) => ({ name, asNumbers: true, asTimes: true }))
  const counts = await countReadings({ ...sample, relation: first }, all)
  return names.map((name) => {
    const { filled = 0, numbers = 0, times = 0 } = counts.get(name) ?? {}
    return { name, asNumbers: numbers === filled, asTimes: times === filled }
  })
}

/** In one scan. What was not asked for is 0. */
export async function countReadings(
  { engine, relation }: Pick<Sample, 'engine' | 'relation'>,
  asked: readonly ReadingsOf[],
): Promise<ReadonlyMap<string, Readings>> {
  if (asked.length === 0) return new Map()
  const questions = asked.flatMap(({ name, asNumbers, asTimes }, index) => {
    const value = quoteName(name)
    const number = `TRY_CAST(${value} AS DOUBLE)`
    return [
      `count(${value}) AS filled${index}`,
      ...(asNumbers ? [`count(${number}) AS numbers${index}`] : []),
      // With FILTER thousands of columns would take the square of their number.
      ...(asNumbers ? [`count_if(isnan(${number})) AS nans${index}`] : []),
      ...(asTimes ? [`count(TRY_CAST(${value} AS TIMESTAMP)) AS times${index}`] : []),
    ]
  })
  const [counted = {}] = await engine.query<Record<string, number>>(`SELECT ${questions.join(', ')} FROM ${relation}`)
  return new Map(
    asked.map(({ name }, index) => {
      const of = (what: string) => counted[`${what}${index}`] ?? 0
      return [name, { filled: of('filled'), numbers: of('numbers'), nans: of('nans'), times: of('times') }]
    }),
  )
}
