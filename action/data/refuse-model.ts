import { Fault } from '../base/fault.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { InferredColumn, LeftOutColumn } from './inferred-model.ts'

export function refuseModel(thing: string, state: string, expected: string): Fault {
  return new Fault('init/cannot-learn', `Cannot make a model with "${thing}": ${state}; expected ${expected}`, {
    remedy: 'Name another column, or give other data.',
  })
}

/** Names the first columns that were left out, so that the reader sees why there is nothing. */
export function nothingToLearnFrom(leftOut: readonly LeftOutColumn[]): Fault {
  const names = leftOut.map(({ column }) => `"${column.name}"`)
  const shown = `${names.slice(0, 6).join(', ')}${names.length > 6 ? ` and ${names.length - 6} more` : ''}`
  const state =
    names.length === 0
      ? 'there is no column but the target and what names or orders a row'
      : `every other column is left out (${shown})`
  return new Fault('init/cannot-learn', `Cannot make a model: ${state}; expected at least one column to learn from`, {
    remedy:
      'Give data with another column: one that is known before the target is, and is neither constant nor different in every row.',
  })
}

/** Throws `init/cannot-learn` for a part that only the rows' own columns can play. */
export function refuseJoined(name: string, own: readonly InferredColumn[], others: readonly InferredColumn[]): void {
  const holder = others.find((column) => column.name === name || column.physicalName === name)
  if (!holder || own.some((column) => column.name === name)) return
  throw refuseModel(
    name,
    `it is a column of "${holder.source ?? ''}", which is joined`,
    'a column of the rows themselves',
  )
}

/** The column of that name, whatever the case where only one fits. Throws `init/unknown-column`. */
export function findColumn(columns: readonly InferredColumn[], name: string, purpose: string): InferredColumn {
  const found = columns.find((column) => column.name === name)
  if (found) return found
  const names = columns.map((column) => column.name)
  const meant = names.find((known) => known.toLowerCase() === name.toLowerCase()) ?? nearestName(name, names)
  const shown = `${names.slice(0, 12).join(', ')}${names.length > 12 ? `, … (${names.length} in all)` : ''}`
  throw new Fault(
    'init/unknown-column',
    `Cannot ${purpose} "${name}": there is no such column; expected one of ${shown}`,
    {
      remedy: meant === undefined ? adviseOn(names) : `Did you mean "${meant}"?`,
    },
  )
}

function adviseOn(names: readonly string[]): string {
  const isRow = names.length > 0 && names.every((name) => Number.isFinite(Number(name)))
  if (isRow) return 'The first line seems to be a row: give the file a header.'
  if (names.length === 1) return 'The file seems to hold one column: part its fields by a comma, ";", "|" or a tab.'
  return 'Name one of these columns.'
}
