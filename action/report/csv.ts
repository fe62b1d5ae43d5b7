import { plainText } from './terminal.ts'

/** What makes a spreadsheet take a cell for a formula, also where a keyboard writes it full-width. */
const formulas = /^\s*[=+\-@\t\r＝＋－＠]/

/**
 * Rows as CSV (RFC 4180), every cell quoted. A text that a spreadsheet would run as a formula has an apostrophe before it; cells
 * hold one line each, without controls.
 */
export function csvOf(header: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  return [header, ...rows].map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('')
}

function cellOf(value: string | number | null): string {
  if (value === null) return '""'
  if (typeof value === 'number') return `"${value}"`
  const safe = formulas.test(value) ? `'${plainText(value)}` : plainText(value)
  return `"${safe.replaceAll('"', '""')}"`
}
