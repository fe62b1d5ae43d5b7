import type { ProfiledColumn, ProfileFinding } from '../data/state-profile.ts'
import type { SampleProfile } from '../pipeline/profile-sample.ts'
import { formatCount, formatNumber, formatShare } from './numbers.ts'
import { sparkline } from './sparkline.ts'

const mostNamed = 3

/** Why a column is worth a look: `is constant`. */
export function wordProfileFinding({ findings }: ProfiledColumn): string {
  return findings.map(wordFinding).join(', ')
}

function wordFinding(finding: ProfileFinding): string {
  switch (finding.kind) {
    case 'nothing':
      return 'holds nothing'
    case 'constant':
      return 'is constant'
    case 'same':
      return `is the same as ${finding.column}`
    case 'id-like':
      return 'looks like an id'
    case 'missing':
      return `is missing in ${formatCount(finding.rows)} rows`
    case 'unreadable':
      return `has ${formatCount(finding.rows)} unreadable`
    case 'nan':
      return `has ${formatCount(finding.rows)} NaN`
    case 'infinite':
      return `has ${formatCount(finding.rows)} infinite`
  }
}

export function wordKind({ kind, isClassified, numbers }: ProfiledColumn): string {
  const word = numbers?.areWholes ? 'whole number' : kind
  return isClassified ? `${word}, classified` : word
}

export function wordMissing({ missing, unreadable }: ProfiledColumn): string {
  return missing + unreadable === 0 ? '–' : formatCount(missing + unreadable)
}

export function wordDistinct({ distinct }: ProfiledColumn): string {
  if (!distinct) return ''
  return distinct.error === 0
    ? formatCount(distinct.count)
    : `≈ ${formatNumber(Number(distinct.count.toPrecision(distinct.error < 0.01 ? 3 : 2)), 2)}`
}

export function wordRange({ numbers, texts, times }: ProfiledColumn): string {
  if (times) return times.first === null ? '' : `${times.first} … ${times.last}`
  if (texts) return texts.lengths === null ? '' : wordLengths(texts.lengths)
  const [first, last] = [numbers?.quantiles[0], numbers?.quantiles.at(-1)]
  return first && last ? `${formatNumber(first.value, 4)} … ${formatNumber(last.value, 4)}` : ''
}

function wordLengths({ least, most }: { readonly least: number; readonly most: number }): string {
  const ends = least === most ? formatCount(least) : `${formatCount(least)}–${formatCount(most)}`
  return `${ends} ${most === 1 ? 'character' : 'characters'}`
}

/** The median, and mean ± deviation. */
export function wordMiddle({ numbers, times }: ProfiledColumn): string {
  if (times)
    return times.rows.length > 1
      ? `rows a ${times.unit} ${sparkline(times.rows.slice(-40).map(({ rows }) => rows))}`
      : ''
  const median = numbers?.quantiles.find(({ share }) => share === 0.5)
  if (!numbers || !median || numbers.mean === null) return ''
  const deviation = numbers.deviation === null ? '' : ` ± ${formatNumber(numbers.deviation)}`
  return `${formatNumber(median.value, 4)}; ${formatNumber(numbers.mean)}${deviation}`
}

/** The most frequent values with their share of what is filled; of too many texts their shapes. */
export function wordMost({ numbers, texts }: ProfiledColumn): string {
  if (numbers?.values) return wordTop(numbers.values, (value) => formatNumber(value, 4))
  if (texts?.values && texts.values.top.length > 0) return wordTop(texts.values, (value) => cut(value))
  return texts ? wordTop(texts.shapes, (shape) => `like ${cut(shape)}`) : ''
}

function wordTop<Value>(
  { top, others }: { top: readonly { value: Value; rows: number }[]; others: { rows: number } },
  word: (value: Value) => string,
): string {
  const all = top.reduce((sum, { rows }) => sum + rows, others.rows)
  return top
    .slice(0, mostNamed)
    .map(({ value, rows }) => `${word(value)} ${formatShare(rows / all)}`)
    .join(', ')
}

function cut(text: string): string {
  const characters = Array.from(text)
  return characters.length > 20 ? `${characters.slice(0, 19).join('')}…` : text
}

/** When rows happened, and when none did. */
export function wordTimes({ columns, time }: SampleProfile): string {
  const own = columns.find(({ name }) => name === time)?.times
  if (!own || own.first === null) return ''
  const [longest] = own.gaps
  const unit = (count: number) => `${formatCount(count)} ${own.unit}${count === 1 ? '' : 's'}`
  const gaps = longest
    ? `${unit(own.emptyUnits)} without rows, from ${longest.from} to ${longest.until} the longest`
    : `no ${own.unit} without rows`
  return `${time}: ${own.first} … ${own.last} · ${gaps}`
}

export function wordRepeats({ repeatedRows: { count, error }, isSampled }: SampleProfile): string {
  if (count === 0) return isSampled ? 'no row found twice among those looked at' : 'no row twice'
  const rows = error === 0 ? formatCount(count) : `some ${formatNumber(Number(count.toPrecision(2)), 2)}`
  return `${rows} ${count === 1 ? 'row is' : 'rows are'} the same as an earlier one`
}

export function wordCorrelation({ columns: [one, other], r }: SampleProfile['correlations'][number]): string {
  return `${one} and ${other} go together: r ${formatNumber(r, 2)}`
}

/** What the figures are of. */
export function wordProfileCare({ minCount, isSampled, correlatedRows, columns }: SampleProfile): string {
  const rare =
    minCount > 1
      ? [
          `values of fewer than ${formatCount(minCount)} rows are not shown, and ranges and medians are rounded to hide them`,
        ]
      : []
  const classified = columns.some(({ isClassified }) => isClassified) ? ['classified columns show counts alone'] : []
  const sampled = isSampled
    ? [`≈ is an estimate; correlations are of ${formatCount(correlatedRows)} different rows`]
    : []
  return [...rare, ...classified, ...sampled].join(' · ')
}
