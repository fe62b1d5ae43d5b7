import type { DriftPicture } from '../drift/drift-picture.ts'
import type { Swap } from '../drift/find-swapped-columns.ts'
import type { Rename } from '../drift/match-renamed-columns.ts'
import type { ComparedColumn, SampleComparison } from '../pipeline/compare-samples.ts'
import { formatCount, formatCounted, formatNumber, formatShare } from './numbers.ts'
import { sparkline } from './sparkline.ts'

export const measureWords = { ks: 'D', tvd: 'TVD', share: 'share' } as const
const maxNamed = 5
const longestName = 48

/** A long name without its middle: it is the end that tells long names apart. */
export function shortName(name: string): string {
  const letters = Array.from(
    name.length > longestName * 50 ? name.slice(0, longestName * 25) + name.slice(-longestName * 25) : name,
  )
  if (letters.length <= longestName) return name
  const kept = Math.floor((longestName - 1) / 2)
  return `${letters.slice(0, longestName - 1 - kept).join('')}…${letters.slice(-kept).join('')}`
}

/** The verdict on the whole, as a heading. */
export const verdictWords = {
  drift: 'Drift',
  'insufficient data': 'Insufficient data',
  notable: 'Notable, no drift of the whole',
  'no drift': 'No drift',
} as const

/** State is never colour alone. */
export const columnMarks = {
  vanished: '✗',
  drift: '✗',
  'insufficient data': '?',
  notable: '!',
  'already learned': '↻',
  'no drift': '✓',
  'not judged': '–',
} as const

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
  const shown = columns.slice(0, maxNamed).map(({ name }) => shortName(name))
  const rest = columns.length - shown.length
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

/** Why its verdict is what it is, where its numbers do not say it; else empty. */
export function wordWhy({ verdict, kind, because, above, measures }: ComparedColumn): string {
  // What is no reason to judge values is none for a share of rows that drifts.
  const isOfShares = kind === 'not judged' && verdict !== 'not judged'
  if (because !== null) return isOfShares ? '' : because
  return above.map((name) => `${name} ${formatNumber(measures?.values[name] ?? Number.NaN)}`).join(', ')
}

/** Values that came or went. */
export function wordCameAndWent({ picture }: ComparedColumn): string[] {
  if (!picture) return []
  const { appeared, vanished, rareAppeared, rareVanished } = picture
  return [...wordValues('new', appeared, rareAppeared), ...wordValues('gone', vanished, rareVanished)]
}

function wordValues(word: string, values: readonly (readonly [string, number])[], rare: number): string[] {
  if (values.length === 0 && rare === 0) return []
  const named = values
    .slice(0, maxNamed)
    .map(([value, rows]) => `${JSON.stringify(shortName(value))} (${formatCounted(rows, 'row')})`)
  const others = rare + values.length - named.length
  return [
    `${word}: ${[...named, ...(others > 0 ? [named.length > 0 ? `${formatCount(others)} more` : formatCounted(others, 'rare value')] : [])].join(', ')}`,
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
  return `${shortName(missing)} is gone and ${shortName(added)} is new and holds much the same${near}: a rename is ${kind}`
}

export function wordSwap({ columns, distance }: Swap): string {
  return `${columns.map(shortName).join(' and ')} may be swapped: each holds what the other held (distance ${formatNumber(distance, 2)})`
}

/** New columns that are not a rename. */
export function wordAdded({ added, renames }: SampleComparison): string[] {
  const named = new Set(renames.map((rename) => rename.added))
  const others = added.filter((name) => !named.has(name))
  if (others.length === 0) return []
  const shown = others.slice(0, maxNamed).map(shortName).join(', ')
  const rest = others.length - maxNamed
  return [`new: ${shown}${rest > 0 ? ` and ${rest} more` : ''}, with nothing to compare`]
}

/** By which rule that was judged. */
export function wordCare({ rule, questions }: SampleComparison): string {
  if (Object.keys(rule.limits).length > 0) {
    const limits = Object.entries(rule.limits).map(([name, limit]) => `${name} above ${formatNumber(limit)}`)
    return `By plain limits alone: ${limits.join(', ')}. A limit knows nothing of chance.`
  }
  return `${formatCounted(questions, 'question')} · effect at least ${formatNumber(rule.effect)} · false discoveries at most ${formatShare(rule.fdr)} · how much columns vary by themselves is not known of two samples`
}

/** How many columns are not told one by one, by verdict. */
export function wordOthers(columns: readonly ComparedColumn[], told: readonly ComparedColumn[]): string[] {
  const left = new Map<ComparedColumn['verdict'], number>()
  const isTold = new Set(told)
  for (const column of columns) {
    const { verdict } = column
    if (!isTold.has(column) && verdict !== 'not judged') left.set(verdict, (left.get(verdict) ?? 0) + 1)
  }
  return [...left].map(([verdict, count]) => {
    const others = `${formatCount(count)} other ${count === 1 ? 'column' : 'columns'}`
    return `${columnMarks[verdict]} ${others}: ${verdict === 'vanished' ? 'gone' : verdict}`
  })
}

/** Columns that are not judged, by the reason. */
export function wordNotJudged(columns: readonly ComparedColumn[]): string[] {
  const byReason = new Map<string, ComparedColumn[]>()
  for (const column of columns) {
    if (column.verdict !== 'not judged') continue
    const because = column.because ?? ''
    byReason.set(because, [...(byReason.get(because) ?? []), column])
  }
  return [...byReason].map(([because, those]) => `${columnMarks['not judged']} not judged, ${because}: ${names(those)}`)
}
