import { countReadings, probeReadings, type Readings, type ReadingsOf } from '../data/count-readings.ts'
import type { Sample, SampleColumn } from '../data/open-samples.ts'
import type { NotJudged } from '../drift/drift-column.ts'

/** A column of both samples, and how it is compared. */
export interface ColumnPair {
  readonly name: string
  readonly as: 'number' | 'category' | NotJudged
  /** Of texts that are read as numbers, and where the other side is of another kind. */
  readonly reference: Readings | undefined
  readonly current: Readings | undefined
}

interface Side {
  readonly raw: SampleColumn['raw']
  readonly readings: Readings | undefined
}

/** The columns of both samples, in the reference's order: what the reference holds decides how one is read. */
export async function pairColumns(reference: Sample, current: Sample): Promise<ColumnPair[]> {
  const others = new Map(current.columns.map((column) => [column.name, column]))
  const shared = reference.columns.flatMap((column) => {
    const other = others.get(column.name)
    return other && column.raw !== 'other' && other.raw !== 'other' ? [{ name: column.name, column, other }] : []
  })
  const texts = shared.filter(({ column }) => column.raw === 'text').map(({ name }) => name)
  const probed = new Map((await probeReadings(reference, texts)).map((one) => [one.name, one]))
  const left = await countReadings(
    reference,
    shared.flatMap(({ name, column, other }): ReadingsOf[] => {
      const open = probed.get(name)
      if (open) return open.asNumbers || open.asTimes ? [open] : []
      return column.raw === 'number' && other.raw !== 'number' ? [{ name, asNumbers: false, asTimes: false }] : []
    }),
  )
  const isNumber = (name: string, column: SampleColumn) => areNumbers({ raw: column.raw, readings: left.get(name) })
  const right = await countReadings(
    current,
    shared.flatMap(({ name, column, other }): ReadingsOf[] => {
      if (other.raw !== 'text') return []
      if (areTimes({ raw: column.raw, readings: left.get(name) })) return [{ name, asNumbers: false, asTimes: true }]
      return isNumber(name, column) ? [{ name, asNumbers: true, asTimes: isEmpty(left.get(name)) }] : []
    }),
  )
  const bySide = new Map(shared.map(({ name, column, other }) => [name, { column, other }]))
  return reference.columns.flatMap(({ name }): ColumnPair[] => {
    if (!others.has(name)) return []
    const sides = bySide.get(name)
    const [one, two] = [left.get(name), right.get(name)]
    const as = sides
      ? readAs({ raw: sides.column.raw, readings: one }, { raw: sides.other.raw, readings: two })
      : 'lists and structures are not compared'
    return [{ name, as, reference: one, current: two }]
  })
}

function readAs(reference: Side, current: Side): ColumnPair['as'] {
  if (areTimes(reference)) {
    return current.raw === 'number' ? 'numbers became times, or times numbers' : 'times move by themselves'
  }
  const isNumber = areNumbers(reference)
  if (isNumber && isEmpty(reference.readings) && areTimes(current)) return 'times move by themselves'
  if (!isNumber) return 'category'
  return current.raw === 'time' ? 'numbers became times, or times numbers' : 'number'
}

/** Texts of nothing are numbers as well as anything. Texts that were not counted are none. */
function areNumbers({ raw, readings }: Side): boolean {
  return raw === 'number' || (raw === 'text' && readings !== undefined && readings.numbers === readings.filled)
}

function areTimes({ raw, readings }: Side): boolean {
  if (raw === 'time') return true
  if (raw !== 'text' || readings === undefined) return false
  return readings.filled > 0 && readings.times === readings.filled && readings.numbers < readings.filled
}

function isEmpty(readings: Readings | undefined): boolean {
  return readings !== undefined && readings.filled === 0
}
