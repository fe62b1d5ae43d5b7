import { formatBeside, formatExact } from '../base/format-number.ts'
import type { DriftFinding, FoundColumn } from '../drift/drift-finding.ts'
import type { DriftTrigger, MetricTrigger, UnknownFinding } from '../retrain/judge-triggers.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import { formatCount, formatNumber, formatShare } from './numbers.ts'
import { sparkline } from './sparkline.ts'
import { plainText } from './terminal.ts'
import { wordMetricName } from './word-performance.ts'
import { wordSpan } from './word-span.ts'

/** Columns that are told by name. */
const maxNamed = 3

/** `carrier drifted: effect 0.31 (limit 0.1), confirmed in 2 of 3 windows`, or why nothing says so. */
export function wordDriftTrigger({ fires, finding, confirmed, unknown }: DriftTrigger): string {
  if (finding === null || unknown) return wordUnknown('drift', unknown ?? 'never judged', finding)
  if (!fires) return `drift is not confirmed: ${wordQuiet(finding)} in the windows until ${day(finding.until)}`
  const named = confirmedOf(finding).slice(0, maxNamed)
  const words = named.map((column) => {
    const { effect } = column
    return `${wordFound(column)} drifted: effect ${formatBeside(effect, finding.effect)} (limit ${formatExact(finding.effect)}), ${wordStanding(column, 'windows')}`
  })
  return `${words.join('; ')}${wordMore(confirmed - named.length)}`
}

/** The same for a pull request: with the rows, and what so many could have shown. */
export function markdownDriftTrigger({ finding, confirmed }: DriftTrigger): string {
  if (finding === null) return ''
  const named = confirmedOf(finding).slice(0, maxNamed)
  const sentences = named.map((column) => {
    const { effect, smallestEffect, rows } = column
    const counts = rows.length > 0 ? `n = ${wordList(rows.map(formatCount))}` : ''
    const sight =
      smallestEffect === null
        ? ''
        : `the smallest effect that ${rows.length === 1 ? 'it' : 'they'} could have shown: ${formatNumber(smallestEffect)}`
    const evidence = [counts, sight].filter((text) => text !== '').join('; ')
    const where = wordStanding(column, wordWindows(finding.windowMs))
    return `${markdownFound(column)} drifted: effect ${formatBeside(effect, finding.effect)}, limit ${formatExact(finding.effect)}, ${where}${evidence === '' ? '' : ` (${evidence})`}.`
  })
  const more = confirmed - named.length
  const others = more > 0 ? [`So did ${formatCount(more)} more ${more === 1 ? 'column' : 'columns'}.`] : []
  const share = `Drifted columns have ${formatShare(finding.confirmedShare)} of the weight of all.`
  return [...sentences, ...others, share].join(' ')
}

/** Drifted columns, the worst first; empty where drift is no cause. */
export function driftTable({ finding, confirmed }: DriftTrigger): string {
  if (finding === null || finding.columns.length === 0) return ''
  const rows = finding.columns.map((column) => [
    markdownFound(column),
    formatBeside(column.effect, finding.effect),
    formatExact(finding.effect),
    `${column.isAtOnce ? 'at once' : `${column.drifted} of ${column.windows}`}${column.standing === 'suspected' ? ', suspected' : ''}`,
    wordBars(column),
  ])
  const head = ['column', 'effect', 'limit', 'windows', 'before → now']
  const table = markdownTable(head, rows, ['left', 'right', 'right', 'left', 'left'])
  const more = confirmed - confirmedOf(finding).length
  return more > 0 ? `${table}\n\n… and ${formatCount(more)} more: see \`plumbline drift\`.` : table
}

/** `roc_auc fell from 0.861 to 0.812: worse by 0.049 (0.02 … 0.08), limit 0.03, over 14 d; no input drifted: concept, not data` */
export function wordMetricTrigger(trigger: MetricTrigger): string {
  const { overMs, finding, before, now, fires, unknown } = trigger
  const metric = wordMetricName(wordName(trigger.metric), finding?.sql ?? null)
  if (finding === null || unknown || before === null || now === null) {
    return wordUnknown(`${metric} over ${wordSpan(overMs)}`, unknown ?? 'never judged', finding)
  }
  const head = fires
    ? `${metric} ${now < before ? 'fell' : 'rose'} from ${formatNumber(before)} to ${formatNumber(now)}`
    : `${metric} ${formatNumber(now)} beside ${formatNumber(before)} at the release`
  return `${head}: ${wordDrop(trigger)}, over ${wordSpan(overMs)}${fires ? causeWords[finding.cause] : ''}`
}

/** Said once, in the pull request. */
export function markdownMetricTrigger(trigger: MetricTrigger): string {
  const words = wordMetricTrigger(trigger)
  const rows = formatCount(trigger.finding?.rows ?? 0)
  return `${markdownText(words)} (${rows} predictions whose labels came in; the interval holds however often one looks).`
}

const causeWords = {
  concept: '; no input drifted: concept, not data',
  data: '; inputs drifted, too',
  unknown: '',
} as const

function wordDrop({ finding, drop: limit }: MetricTrigger): string {
  const { drop, interval } = finding ?? {}
  const range = interval ? ` (${formatNumber(interval.low)} … ${formatNumber(interval.high)})` : ''
  const isUnsure = interval && (drop ?? 0) >= limit && interval.low <= 0
  return `worse by ${formatBeside(drop ?? 0, limit)}${range}, limit ${formatExact(limit)}${isUnsure ? ', which may be chance' : ''}`
}

function wordUnknown(
  what: string,
  unknown: UnknownFinding,
  finding: { readonly release: string; readonly until: string } | null,
): string {
  const until = day(finding?.until)
  const because = {
    'never judged': 'nothing was judged yet',
    'of another release': `what was judged until ${until} is of ${wordName(finding?.release ?? '')}, whose place another release took`,
    'pinned since': `what was judged until ${until} is pinned since`,
    stale: `stale, the newest judged window ended ${until}`,
    'in the future': `what was judged ends ${until}, in the future`,
    'insufficient data': `insufficient data until ${until}`,
  }[unknown]
  return `${what} is not known: ${because}`
}

function wordQuiet({ columns, effect, confirmedShare }: DriftFinding): string {
  const some = columns.slice(0, maxNamed).map((column) => {
    return `${wordFound(column)} ${formatBeside(column.effect, effect)} (limit ${formatExact(effect)}, ${column.standing})`
  })
  if (some.length === 0) return 'no column drifts'
  const weight = confirmedShare > 0 ? `, ${formatShare(confirmedShare)} of the weight` : ''
  return `${some.join(', ')}${columns.length > some.length ? ' and others' : ''}${weight}`
}

function confirmedOf({ columns }: DriftFinding): readonly FoundColumn[] {
  return columns.filter(({ standing }) => standing === 'confirmed')
}

function wordStanding({ isAtOnce, drifted, windows }: FoundColumn, what: string): string {
  return isAtOnce ? 'confirmed at once, being so large' : `confirmed in ${drifted} of ${windows} ${what}`
}

function wordMore(more: number): string {
  return more > 0 ? ` and ${formatCount(more)} more ${more === 1 ? 'column' : 'columns'}` : ''
}

/** Both sides as bars of one scale. */
function wordBars({ before, now }: FoundColumn): string {
  if (before.length + now.length === 0) return ''
  const bars = Array.from(sparkline([0, ...before, ...now])).slice(1)
  const [then, since] = [bars.slice(0, before.length), bars.slice(before.length)]
  return `${markdownCode(then.join(''))} → ${markdownCode(since.join(''))}`
}

function wordWindows(windowMs: number): string {
  const [dayMs, weekMs] = [86_400_000, 604_800_000]
  if (windowMs === dayMs) return 'daily windows'
  return windowMs === weekMs ? 'weekly windows' : `windows of ${wordSpan(windowMs)}`
}

function wordList(texts: readonly string[]): string {
  const last = texts.at(-1) ?? ''
  return texts.length > 1 ? `${texts.slice(0, -1).join(', ')} and ${last}` : last
}

const longestName = 60

/** What is said behind the name of the prediction, which is no column of the data. */
export const ofModel = ' (what the model answers)'

function wordFound({ name, isPrediction }: FoundColumn): string {
  return `${wordName(name)}${isPrediction ? ofModel : ''}`
}

function markdownFound({ name, isPrediction }: FoundColumn): string {
  return `${markdownCode(wordName(name))}${isPrediction ? ofModel : ''}`
}

/** On one line and not too long, so that a reason stays one. */
function wordName(name: string): string {
  const line = plainText(name).trim()
  if (line === '') return 'a column without a name'
  return line.length > longestName ? `${line.slice(0, longestName - 1).replace(/[\uD800-\uDBFF]$/, '')}…` : line
}

function day(moment: string | undefined): string {
  return plainText(moment ?? '').slice(0, 10)
}
