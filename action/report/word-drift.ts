import type { DriftPicture } from '../drift/drift-picture.ts'
import type { Swap } from '../drift/find-swapped-columns.ts'
import type { JudgedRow } from '../drift/judge-drift.ts'
import type { Rename } from '../drift/match-renamed-columns.ts'
import type { ComparedColumn, SampleComparison } from '../pipeline/compare-samples.ts'
import { formatChance, formatCount, formatNumber, formatShare } from './numbers.ts'
import { sparkline } from './sparkline.ts'

export const measureWords = { ks: 'D', tvd: 'TVD', share: 'share' } as const
const maxNamed = 5

/** The verdict on the whole, as a heading. */
export const verdictWords = {
  drift: 'Drift',
  'insufficient data': 'Insufficient data',
  notable: 'Notable, no drift of the whole',
  'no drift': 'No drift',
} as const

/** Whether a column is told in a line of its own. */
export function isWorthALine({ verdict }: ComparedColumn): boolean {
  return verdict !== 'no drift'
}

/** Why the verdict is what it is, in one line. */
export function wordDriftReason({ verdict, columns, driftedShare, renames }: SampleComparison): string {
  const gone = columns.filter((column) => column.verdict === 'vanished')
  const drifted = columns.filter((column) => column.verdict === 'drift')
  const unknown = columns.filter((column) => column.verdict === 'insufficient data')
  const judged = columns.filter((column) => column.verdict !== 'not judged').length
  const parts = [
    ...(drifted.length > 0 ? [`${names(drifted)} ${drifted.length === 1 ? 'drifts' : 'drift'}`] : []),
    ...(gone.length > 0
      ? [`${names(gone)} ${gone.length === 1 ? 'is' : 'are'} gone${renames.length > 0 ? ', perhaps renamed' : ''}`]
      : []),
    ...(unknown.length > 0 ? [`too little data for ${names(unknown)}`] : []),
  ]
  if (parts.length === 0) return verdict === 'insufficient data' ? 'no column can be judged' : quiet(columns, judged)
  const weight = drifted.length + gone.length > 0 ? ` · ${formatShare(driftedShare)} of the weight` : ''
  return `${parts.join('; ')} · ${drifted.length + gone.length} of ${formatCount(judged)} columns${weight}`
}

function quiet(columns: readonly ComparedColumn[], judged: number): string {
  const notable = columns.filter((column) => column.verdict === 'notable')
  const noted = notable.length > 0 ? `${names(notable)} changed, but not enough to matter · ` : ''
  return `${noted}none of ${formatCount(judged)} columns drifts`
}

function names(columns: readonly ComparedColumn[]): string {
  const shown = columns.slice(0, maxNamed).map(({ name }) => name)
  const rest = columns.length - shown.length
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

/** What is said of a column. */
export function wordColumn(column: ComparedColumn): string {
  const said = wordWhy(column)
  const verdict = column.verdict === 'vanished' ? 'gone' : column.verdict
  return said === '' ? verdict : `${verdict}: ${said}`
}

/** Why its verdict is what it is, where its numbers do not say it; else empty. */
export function wordWhy({ because, above, measures }: ComparedColumn): string {
  if (because !== null) return because
  return above.map((name) => `${name} ${formatNumber(measures?.values[name] ?? Number.NaN)}`).join(', ')
}

/** The numbers of each question, and the values that came or went. */
export function wordEvidence({ rows, measures, picture, reference, current }: ComparedColumn): string[] {
  const psi = measures?.values.psi
  const psiWords =
    typeof psi === 'number'
      ? ` · psi ${formatNumber(psi)} (by chance about ${formatNumber(measures?.psiByChance ?? 0)})`
      : ''
  const lines = rows.map(
    (row) => wordRow(row) + (row.question === 'values' ? psiWords : wordShares(row, reference, current)),
  )
  const appeared = wordValues('new', picture?.appeared ?? [], picture?.rareAppeared ?? 0)
  const vanished = wordValues('gone', picture?.vanished ?? [], picture?.rareVanished ?? 0)
  return [...lines, ...appeared, ...vanished]
}

function wordRow(row: JudgedRow): string {
  const { question, measure, effect, test, pValue, adjusted, smallestEffect } = row
  const what = question === 'values' ? measureWords[measure] : question
  return `${what} ${formatNumber(effect)} (could see ${formatNumber(smallestEffect)}) · p ${formatChance(pValue)}, adjusted ${formatChance(adjusted)} (${test})`
}

function wordShares(
  { question }: JudgedRow,
  reference: ComparedColumn['reference'],
  current: ComparedColumn['current'],
): string {
  const shares = [reference, current].map((side) => {
    const hits = question === 'missing' ? side?.missing : side?.unreadable
    return formatShare((hits ?? 0) / Math.max(1, side?.rows ?? 0))
  })
  return ` · ${shares.join(' → ')}`
}

function wordValues(word: string, values: readonly (readonly [string, number])[], rare: number): string[] {
  if (values.length === 0 && rare === 0) return []
  const named = values.slice(0, maxNamed).map(([value, rows]) => `${JSON.stringify(value)} (${formatCount(rows)} rows)`)
  const others = rare + values.length - named.length
  return [
    `${word}: ${[...named, ...(others > 0 ? [`${formatCount(others)} ${named.length > 0 ? 'more' : 'rare values'}`] : [])].join(', ')}`,
  ]
}

/** Both sides as bars of one scale: the share of rows in a bin, or in what neighbours hold together where there are many. */
export function wordPicture({ picture }: ComparedColumn): string {
  if (!picture || picture.reference.length < 2) return ''
  const [before, now] = sharesOf(picture)
  const bars = Array.from(sparkline([0, ...before, ...now])).slice(1)
  return `${bars.slice(0, before.length).join('')} → ${bars.slice(before.length).join('')}`
}

const mostBars = 10

function sharesOf({ reference, current, others }: DriftPicture): readonly [number[], number[]] {
  const together = Math.ceil(reference.length / mostBars)
  const barsOf = (rows: readonly number[], rest: number) => {
    const all = Math.max(1, sum(rows) + rest)
    const places = Array.from({ length: Math.ceil(rows.length / together) }, (_, index) => index * together)
    return places.map((from) => sum(rows.slice(from, from + together)) / all)
  }
  return [barsOf(reference, others.reference), barsOf(current, others.current)]
}

function sum(rows: readonly number[]): number {
  return rows.reduce((all, count) => all + count, 0)
}

export function wordRename({ kind, missing, added, distance }: Rename): string {
  const near = distance === null ? '' : ` (distance ${formatNumber(distance)})`
  return `${missing} is gone and ${added} is new and holds much the same${near}: a rename is ${kind}`
}

export function wordSwap({ columns, distance }: Swap): string {
  return `${columns.join(' and ')} may be swapped: each holds what the other held (distance ${formatNumber(distance, 2)})`
}

/** New columns that are not a rename. */
export function wordAdded({ added, renames }: SampleComparison): string[] {
  const named = new Set(renames.map((rename) => rename.added))
  const others = added.filter((name) => !named.has(name))
  if (others.length === 0) return []
  const shown = others.slice(0, maxNamed).join(', ')
  const rest = others.length - maxNamed
  return [`new: ${shown}${rest > 0 ? ` and ${rest} more` : ''}, with nothing to compare`]
}

/** By which rule that was judged. */
export function wordCare({ rule, questions }: SampleComparison): string {
  if (Object.keys(rule.limits).length > 0) {
    const limits = Object.entries(rule.limits).map(([name, limit]) => `${name} above ${formatNumber(limit)}`)
    return `By plain limits alone: ${limits.join(', ')}. A limit knows nothing of chance.`
  }
  return `${formatCount(questions)} questions · effect at least ${formatNumber(rule.effect)} · false discoveries at most ${formatShare(rule.fdr)} · how much columns vary by themselves is not known of two samples`
}
