import fastStringWidth from 'fast-string-width'
import type { JudgedRow } from '../drift/judge-drift.ts'
import type { ComparedColumn, SampleComparison } from '../pipeline/compare-samples.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import { formatChance, formatNumber, formatShare } from './numbers.ts'
import { plainText } from './terminal.ts'
import { columnMarks, measureWords, shortName, wordCameAndWent, wordPicture, wordWhy } from './word-drift.ts'

const heads = ['column', 'verdict', 'effect', 'limit', 'p, adjusted', 'could see', 'before → now'] as const
const alignment = ['left', 'left', 'right', 'right', 'right', 'right', 'left'] as const

/** Columns side by side for a terminal: what was found in one line each, and below it what a number does not say. */
export function driftTextTable(columns: readonly ComparedColumn[], rule: SampleComparison['rule']): string[] {
  const rows = columns.map((column) => cellsOf(column, rule).map(plainText))
  const widths = heads.map((head, at) =>
    Math.max(...[head, ...rows.map((cells) => cells[at] ?? '')].map((cell) => fastStringWidth(cell))),
  )
  const line = (cells: readonly string[]) => {
    const filled = cells.map((cell, at) => {
      const blanks = ' '.repeat(Math.max(0, (widths[at] ?? 0) - fastStringWidth(cell)))
      return alignment[at] === 'right' ? blanks + cell : cell + blanks
    })
    return filled.join('  ').trimEnd()
  }
  return [
    `    ${line(heads)}`,
    ...columns.flatMap((column, at) => [
      `  ${columnMarks[column.verdict]} ${line(rows[at] ?? [])}`,
      ...wordMore(column).map((words) => `      ${plainText(words)}`),
    ]),
  ]
}

/** The same as Markdown; `more` lines are not in it. */
export function driftMarkdownTable(columns: readonly ComparedColumn[], rule: SampleComparison['rule']): string {
  const rows = columns.map((column) => {
    const [name = '', ...others] = cellsOf(column, rule)
    return [`${columnMarks[column.verdict]} ${markdownCode(name)}`, ...others.map(markdownText)]
  })
  return markdownTable(heads, rows, alignment)
}

/** What belongs to a column and has no cell: other questions that differ, and values that came or went. */
export function wordMore(column: ComparedColumn): string[] {
  const main = mainRow(column)
  const others = column.rows.filter((row) => row !== main && (row.verdict === 'drift' || row.verdict === 'notable'))
  const shares = main && main.question !== 'values' ? [wordShares(main, column)] : []
  return [...shares, ...others.map((row) => wordOther(row, column)), ...wordCameAndWent(column)]
}

function cellsOf(column: ComparedColumn, rule: SampleComparison['rule']): readonly string[] {
  const main = mainRow(column)
  const said = wordWhy(column)
  const verdict = column.verdict === 'vanished' ? 'gone' : column.verdict
  const seen = main ? [formatChance(main.adjusted), formatNumber(main.smallestEffect)] : ['', '']
  const picture = wordPicture(column)
  const last = [picture, column.because === null ? '' : said].filter((words) => words !== '').join('  ')
  return [shortName(column.name), verdict, ...effectAndLimit(column, main, rule), ...seen, last]
}

/** Of plain limits the measure that is farthest above its own, or nearest to it. */
function effectAndLimit(
  { measures }: ComparedColumn,
  main: JudgedRow | undefined,
  { limits, effect }: SampleComparison['rule'],
): readonly [string, string] {
  const asked = Object.entries(limits).flatMap(([name, limit]) => {
    const value = Object.entries(measures?.values ?? {}).find(([other]) => other === name)?.[1]
    return typeof value === 'number' ? [{ name, value, limit }] : []
  })
  const [worst] = asked.toSorted((one, other) => other.value / other.limit - one.value / one.limit)
  if (worst) return [`${worst.name} ${formatNumber(worst.value)}`, formatNumber(worst.limit)]
  if (!main || Object.keys(limits).length > 0) return ['', '']
  return [wordEffect(main), formatNumber(effect)]
}

/** The question that made the verdict, or of several the one with the largest effect. */
function mainRow({ rows, verdict }: ComparedColumn): JudgedRow | undefined {
  const made = rows.filter((row) => row.verdict === verdict)
  return (made.length > 0 ? made : rows).toSorted((one, other) => other.effect - one.effect)[0]
}

function wordEffect({ question, measure, effect }: JudgedRow): string {
  return `${question === 'values' ? measureWords[measure] : question} ${formatNumber(effect)}`
}

function wordOther(row: JudgedRow, column: ComparedColumn): string {
  const what = row.question === 'values' ? 'values' : wordShares(row, column)
  return `${what}: ${row.verdict}, effect ${formatNumber(row.effect)}, p, adjusted, ${formatChance(row.adjusted)}, could see ${formatNumber(row.smallestEffect)}`
}

function wordShares({ question }: JudgedRow, { reference, current }: ComparedColumn): string {
  const shares = [reference, current].map((side) => {
    const hits = question === 'missing' ? side?.missing : side?.unreadable
    return formatShare((hits ?? 0) / Math.max(1, side?.rows ?? 0))
  })
  return `${question} ${shares.join(' → ')}`
}
