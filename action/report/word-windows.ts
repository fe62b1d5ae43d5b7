import type { KeptWindow } from '../drift/drift-finding.ts'
import type { OpenWindow } from '../drift/windows.ts'
import type { DriftPolicy } from '../project/drift-policy.ts'
import { formatCount, formatCounted, formatNumber, formatShare } from './numbers.ts'
import type { JudgedReport } from './report-windows.ts'
import { ofModel } from './word-finding.ts'
import { wordSpan } from './word-span.ts'

/** Columns that are told by name in one line. */
export const maxNamed = 3

/** Why the verdict is what it is, in one line. */
export function wordReason(report: JudgedReport): string {
  const { finding, plan, newRows } = report
  if (!finding) {
    if (newRows === 0) return 'no row is new: what lies here is what is pinned'
    const [next] = plan.open
    const rows = formatCounted(newRows, 'new row')
    return next
      ? `${rows}, and no window has closed yet: the next closes ${wordClosing(next)}, with ${formatCounted(next.rows, 'row')} so far`
      : `${rows}, and none in a window that is closed or open`
  }
  const confirmed = confirmedIn(report)
  const suspected = finding.columns.filter(({ standing }) => standing === 'suspected')
  const names = (list: readonly { readonly name: string }[]) => {
    const rest = list.length - maxNamed
    return (
      list
        .slice(0, maxNamed)
        .map(({ name }) => wordName(report, name))
        .join(', ') + (rest > 0 ? ` and ${formatCount(rest)} more` : '')
    )
  }
  const unknown = report.columns.filter(({ standing }) => standing === 'unknown')
  const parts = [
    ...(confirmed.length > 0
      ? [`${names(confirmed)} drifted, confirmed · ${formatShare(finding.confirmedShare)} of the weight`]
      : []),
    ...(suspected.length > 0 ? [`${names(suspected)} suspected: not in enough windows yet`] : []),
    ...(finding.verdict === 'insufficient data' && unknown.length > 0
      ? [`too little data for ${names(unknown)} in the newest window`]
      : []),
  ]
  if (parts.length > 0) return parts.join('; ')
  const judged = report.columns.length
  return judged === 0 ? 'no column can be judged' : `none of ${formatCount(judged)} columns drifts`
}

export function confirmedIn({ finding }: JudgedReport) {
  return finding?.columns.filter(({ standing }) => standing === 'confirmed') ?? []
}

/** What the model answered is no column of the data, also where it was judged before and is not now. */
export function wordName({ prediction, finding }: JudgedReport, name: string): string {
  const isJudged = prediction.kind === 'judged' && prediction.column === name
  const isFound = finding?.columns.some((column) => column.name === name && column.isPrediction)
  return isJudged || isFound ? `${name}${ofModel}` : name
}

/** What the prediction is judged by, or why it is not. */
export function wordPrediction({ prediction, newRows, windows, release, policy }: JudgedReport): string[] {
  if (prediction.kind === 'no log') return ['what the model answers is not judged: name its log with --prediction-log']
  if (prediction.kind === 'not kept') {
    return [
      `what the model answers is not judged: ${release} keeps nothing to compare it with; a release that is registered now does, where privacy lets it`,
    ]
  }
  const { rows, emptyRows, repeatedRows, others, learned } = prediction
  const newest = windows.at(-1)
  const answers = newest?.columns.find((column) => column.answers !== undefined)?.answers
  const counts = [
    `the log has an answer to ${formatCount(rows)} of ${formatCount(newRows)} new rows`,
    ...(newest && answers !== undefined
      ? [`to ${formatCount(answers)} of ${formatCount(newest.rows)} in the newest window`]
      : []),
    ...(emptyRows > 0 ? [`${formatCount(emptyRows)} answers are nothing and count as missing`] : []),
    ...(repeatedRows > 0 ? [`${formatCount(repeatedRows)} rows were answered again: the first answer counts`] : []),
  ]
  const shown = others.slice(0, maxNamed).join(', ')
  const more = others.length > maxNamed ? ` and ${formatCount(others.length - maxNamed)} more` : ''
  return [
    counts.join(' · '),
    ...(others.length > 0 ? [`the log has answers of ${shown}${more}, too, which are left out`] : []),
    `answers are compared with those to ${formatCount(learned.rows)} rows that the model was judged on, from ${day(learned.sinceMs)} to ${day(learned.untilMs)} in ${formatCount(learned.blocks)} blocks of ${wordSpan(learned.blockMs)}`,
    ...(learned.blockMs < policy.windowMs
      ? [
          'these blocks are parts of a window, and how parts differ counts as variation: a split.test of 8 windows or more sees smaller effects',
        ]
      : []),
  ]
}

/** The release and what it learned. */
export function wordLearned({ release, isLive, environment, learned }: JudgedReport): string {
  const standing = isLive ? `live in ${environment}` : 'the newest release; nothing is live'
  const from = learned.source === 'release' ? '' : ', counted anew of its snapshot'
  return `${release} (${standing}), which learned ${formatCount(learned.rows)} rows from ${day(learned.sinceMs)} to ${day(learned.untilMs)} in ${formatCount(learned.blocks)} blocks of ${wordSpan(learned.blockMs)}${from}`
}

/** When an open window closes. */
export function wordClosing({ untilMs, closesMs, waitsForRows }: OpenWindow): string {
  return waitsForRows ? `once rows come near its end on ${day(untilMs)}` : moment(closesMs)
}

/** How windows are judged. */
export function wordRule({ windowMs, latenessMs, effect, persist, fdr, limits }: DriftPolicy): string {
  const windows = `windows of ${wordSpan(windowMs)}, closed ${wordSpan(latenessMs)} after their end`
  const plain = Object.entries(limits).map(([name, limit]) => `${name} above ${formatNumber(limit)}`)
  const rule =
    plain.length > 0
      ? `by plain limits alone: ${plain.join(', ')}`
      : `effect at least ${formatNumber(effect)} · false discoveries at most ${formatShare(fdr)}`
  return `${windows} · in ${persist.need} of ${persist.of} windows, or at once · ${rule}`
}

/** `2025-05-05 to 2025-05-12, 672 rows` */
export function wordWindow({ sinceMs, untilMs, rows }: Pick<KeptWindow, 'sinceMs' | 'untilMs' | 'rows'>): string {
  return `${day(sinceMs)} to ${day(untilMs)}, ${formatCount(rows)} rows`
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

/** `2025-05-05 06:00`, in UTC. */
function moment(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ')
}
