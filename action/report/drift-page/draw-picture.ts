import { type Html, html } from '../../base/html.ts'
import type { DriftPicture } from '../../drift/drift-picture.ts'
import { formatCount, formatNumber, formatShare } from '../numbers.ts'
import { type PageColumn, shortened } from './page-content.ts'

/** Of all rows of a side, those that are missing among them. */
type Shares = readonly [reference: number, current: number]

/** Both samples in one picture, on one scale; undefined where nothing can be shown. */
export function drawPicture(column: PageColumn): Html | undefined {
  const { picture, kind } = column
  if (!picture || picture.reference.length === 0) return undefined
  return kind === 'number' ? drawHistogram(column, picture) : drawCategories(column, picture)
}

/** In units of the view box. */
const [left, width, height, missingWidth] = [44, 226, 60, 14] as const

/** The reference as an area, the current sample as a line, missing rows as a bar beside them; what moved most in words. */
function drawHistogram(column: PageColumn, { bins, reference, current }: DriftPicture): Html {
  const shares = reference.map((rows, index) => sharesOf(column, [rows, current[index] ?? 0]))
  const missing = missingIn(column)
  const highest = Math.max(...shares.flat(), ...missing)
  const step = Math.floor(width / shares.length)
  const end = left + step * shares.length
  // What is there is seen, however little it is.
  const top = (share: number) => height - lengthOf(share, highest, height)
  const pathOf = (side: 0 | 1) => {
    const line = shares.map((share) => `V${top(share[side])}h${step}`).join('')
    const bar = missing[side] > 0 ? `M${end + 18} ${height}V${top(missing[side])}h${missingWidth}V${height}` : ''
    return `M${left} ${height}${line}V${height}${bar}`
  }
  const gap = missing[0] + missing[1] > 0 ? html`<text x="${end + 25}" y="73">missing</text>` : undefined
  return html`<figure><svg viewBox="0 0 320 76" data-b="${dataOf(bins, shares)}" aria-hidden="true"><path class="r" d="${pathOf(0)}"/><path class="c" d="${pathOf(1)}"/><text class="y" x="${left - 4}" y="9">${Math.round(highest * 100)} %</text>${edgeLabels(bins, step)}${gap}</svg><figcaption>${mostMoved(bins, shares)}</figcaption></figure>`
}

/** The first edge, the last one, and one between where there is room. */
function edgeLabels(bins: DriftPicture['bins'], step: number): Html[] {
  const last = bins.length - 1
  const places = last < 4 ? [0, last] : [0, Math.round(last / 2), last]
  return [...new Set(places.filter((place) => place >= 0))].map((place) => {
    return html`<text x="${left + step * (place + 1)}" y="73">${edgeWords(bins[place])}</text>`
  })
}

const [rowHeight, barWidth] = [18, 110] as const
const longestValue = 24

/** Two bars for each value, for all others together and for missing rows, and beside them a line of text for each. */
function drawCategories(column: PageColumn, { bins, reference, current, others }: DriftPicture): Html {
  const missing = missingIn(column)
  const pairs: readonly (readonly [string, Shares])[] = [
    ...reference.map((rows, index) => {
      const name = String(bins[index] ?? `value ${index + 1}`)
      return [shortened(oneLine(name), longestValue), sharesOf(column, [rows, current[index] ?? 0])] as const
    }),
    ...(others.values > 0
      ? [
          [
            others.values === 1 ? '1 other' : `${formatCount(others.values)} others`,
            sharesOf(column, [others.reference, others.current]),
          ] as const,
        ]
      : []),
    ...(missing[0] + missing[1] > 0 ? [['missing', missing] as const] : []),
  ]
  const highest = Math.max(...pairs.flatMap(([, shares]) => shares))
  const bars = (side: 0 | 1) => {
    const all = pairs.map(([, shares], index) => {
      const long = lengthOf(shares[side], highest, barWidth)
      return long > 0 ? `M0 ${index * rowHeight + 6 + side * 6}h${long}` : ''
    })
    return all.join('')
  }
  const lines = pairs.map(([name, [before, now]]) => html`${percent(before)} → ${percent(now)} %  ${name}\n`)
  return html`<figure class="bars"><svg role="none" viewBox="0 0 ${barWidth} ${pairs.length * rowHeight}"><path class="r" d="${bars(0)}"/><path class="c" d="${bars(1)}"/></svg><p>${lines}</p></figure>`
}

/** With one decimal, and as wide as any other; a share that is there is not 0.0. */
function percent(share: number): string {
  const shown = share > 0 && share < 0.0005 ? '< 0.1' : (share * 100).toFixed(1)
  return shown.padStart(5, '\u2007')
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ')
}

function missingIn(column: PageColumn): Shares {
  return sharesOf(column, [column.reference?.missing ?? 0, column.current?.missing ?? 0])
}

function sharesOf({ reference, current }: PageColumn, rows: Shares): Shares {
  return [rows[0] / Math.max(1, reference?.rows ?? 0), rows[1] / Math.max(1, current?.rows ?? 0)]
}

function lengthOf(share: number, highest: number, longest: number): number {
  return share > 0 ? Math.max(1, Math.round((share / highest) * longest)) : 0
}

/** Edges, and shares in thousandths, for the script to show in numbers. */
function dataOf(bins: DriftPicture['bins'], shares: readonly Shares[]): string {
  const side = (at: 0 | 1) => shares.map((share) => Math.round(share[at] * 1000)).join(' ')
  return `${bins.join(' ')}|${side(0)}|${side(1)}`
}

function mostMoved(bins: DriftPicture['bins'], shares: readonly Shares[]): string {
  const by = shares.map(([before, now]) => Math.abs(now - before))
  const most = by.indexOf(Math.max(...by))
  const [before, now] = shares[most] ?? [0, 0]
  if (bins.length === 0 || before === now) return ''
  return `most moved: ${binWords(bins, most)}, ${formatShare(before)} → ${formatShare(now)}`.replaceAll(' %', '\u00a0%')
}

function binWords(bins: DriftPicture['bins'], index: number): string {
  if (index === 0) return `below ${edgeWords(bins[0])}`
  if (index === bins.length) return `${edgeWords(bins[index - 1])} and above`
  return `${edgeWords(bins[index - 1])} to ${edgeWords(bins[index])}`
}

function edgeWords(edge: number | string | undefined): string {
  return typeof edge === 'number' ? formatNumber(edge) : (edge ?? '')
}
