import type { JudgedRows } from './judged-rows.ts'

/** Longer values are cut: a name is to be read. */
const longestValue = 60

/** The test rows that share a value in each of some columns. */
export interface RowSlice {
  /** `weekday = Sun · region = N`; `region is missing` where it is null. */
  readonly name: string
  /** `Sun · N` */
  readonly label: string
  readonly indices: Uint32Array
}

/** Parts the rows by the values of `columns`, in the order of the slices' names. Every row is in exactly one slice. */
export function sliceRows(rows: JudgedRows, columns: readonly string[]): readonly RowSlice[] {
  const rowsByValues = new Map<string, number[]>()
  for (let row = 0; row < rows.rows; row++) {
    const values = JSON.stringify(columns.map((column) => rows.slices[column]?.[row] ?? null))
    const members = rowsByValues.get(values)
    if (members) members.push(row)
    else rowsByValues.set(values, [row])
  }
  const slices = [...rowsByValues].map(([key, members]) => {
    const [first = 0] = members
    const values = columns.map((column) => shortened(rows.slices[column]?.[first] ?? null))
    return {
      key,
      name: columns.map((column, index) => nameOf(column, values[index] ?? null)).join(' · '),
      label: columns.map((column, index) => values[index] ?? `no ${column}`).join(' · '),
      indices: Uint32Array.from(members),
    }
  })
  slices.sort((one, other) => compareText(one.name, other.name) || compareText(one.key, other.key))
  return slices.map(({ name, label, indices }) => ({ name, label, indices }))
}

function nameOf(column: string, value: string | null): string {
  return value === null ? `${column} is missing` : `${column} = ${value}`
}

function shortened(value: string | null): string | null {
  if (value === null || value.length <= longestValue) return value
  const whole = value.slice(0, longestValue - 1).replace(/\p{Cs}$/u, '')
  return `${whole}…`
}

/** By code units, so that the order does not depend on a language. */
function compareText(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
