import type { KeptWindow } from '../drift/drift-finding.ts'
import type { JudgedNewRows } from '../pipeline/judge-new-rows.ts'
import type { DriftPolicy } from '../project/drift-policy.ts'
import { markdownTable, markdownText } from './markdown.ts'
import { formatCount, formatNumber, formatShare } from './numbers.ts'
import type { Report } from './report.ts'
import { sparkline } from './sparkline.ts'
import { ownLines, plainText } from './terminal.ts'
import { wordSpan } from './word-span.ts'

/** Where what a release learned is known from: it was kept with it, or was counted anew of its snapshot. */
export type ReferenceSource = 'release' | 'snapshot'

interface WindowsOf {
  readonly model: string
  readonly environment: string
  readonly policy: DriftPolicy
}

export type WindowsReport = WindowsOf &
  (
    | { readonly kind: 'nothing released' }
    /** Its time, or that it has none, makes no windows. */
    | { readonly kind: 'no windows'; readonly why: string }
    | ({
        readonly kind: 'judged'
        /** Tag of the release that new rows are compared with. */
        readonly release: string
        /** False of the newest release, where none is live. */
        readonly isLive: boolean
        readonly learned: {
          readonly source: ReferenceSource
          readonly blockMs: number
          readonly blocks: number
          readonly rows: number
          readonly sinceMs: number
          readonly untilMs: number
        }
        readonly isRecorded: boolean
        readonly where: { readonly isEmbedded: boolean; readonly name: string }
        /** Requests that it took. */
        readonly calls: number
      } & JudgedNewRows)
  )

type Judged = Extract<WindowsReport, { kind: 'judged' }>

const maxLines = 50
const maxNamed = 3

/** Whether new rows drifted from what the live release learned: the verdict with its reason, the columns, then the windows. */
export function reportWindows(report: WindowsReport): Report {
  if (report.kind !== 'judged') return reportNothing(report)
  const verdict = report.finding?.verdict ?? 'insufficient data'
  const reason = wordReason(report)
  const sides = wordSides(report)
  const notes = wordNotes(report)
  const columns = columnLines(report)
  const shown = columns.slice(0, maxLines)
  const quiet = wordQuiet(report, columns.length - shown.length)
  const width = Math.max(0, ...shown.map(([, name]) => plainText(name).length))
  return {
    text: ownLines([
      `${verdict.toUpperCase()}  ${reason}`,
      `  ${sides}`,
      ...shown.map(([mark, name, ...words]) => {
        return `  ${mark} ${plainText(name).padEnd(width)}  ${words.filter((word) => word !== '').join(' · ')}`
      }),
      ...quiet.map((note) => `  · ${note}`),
      ...notes.map((note) => `  ${note}`),
    ]),
    markdown: [
      `## ${headings[verdict]}`,
      markdownText(reason),
      markdownText(sides),
      ...(shown.length > 0 ? [tableOf(shown)] : []),
      ...quiet.map(markdownText),
      ...notes.map(markdownText),
    ].join('\n\n'),
    outputs: { verdict, drifted: String(confirmedIn(report).length), reason },
  }
}

function reportNothing(report: Exclude<WindowsReport, Judged>): Report {
  const isReleased = report.kind === 'no windows'
  const reason = isReleased
    ? `new rows of ${report.model} make no windows: ${report.why}`
    : `nothing of ${report.model} is released yet: there is nothing to compare new rows with`
  const next = isReleased
    ? 'Compare two samples instead:  plumbline drift --reference OLD --current NEW'
    : 'Next:  plumbline run   then   plumbline register'
  return {
    text: ownLines([`INSUFFICIENT DATA  ${reason}`, `  ${next}`]),
    markdown: `## Insufficient data\n\n${markdownText(reason)}`,
    outputs: { verdict: 'insufficient data', drifted: '0', reason },
  }
}

const headings = {
  drift: 'Drift',
  'insufficient data': 'Insufficient data',
  notable: 'Notable, no drift of the whole',
  'no drift': 'No drift',
} as const

function wordReason(report: Judged): string {
  const { finding, plan, newRows } = report
  if (!finding) {
    if (newRows === 0) return 'no row is new: what lies here is what is pinned'
    const [next] = plan.open
    const rows = `${formatCount(newRows)} new ${newRows === 1 ? 'row' : 'rows'}`
    return next
      ? `${rows}, and no window has closed yet: the next closes ${moment(next.closesMs)} with ${formatCount(next.rows)} rows so far`
      : `${rows}, and none in a window that is closed or open`
  }
  const confirmed = confirmedIn(report)
  const suspected = finding.columns.filter(({ standing }) => standing === 'suspected')
  const names = (list: readonly { readonly name: string }[]) => {
    const rest = list.length - maxNamed
    return (
      list
        .slice(0, maxNamed)
        .map(({ name }) => name)
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

function confirmedIn({ finding }: Judged) {
  return finding?.columns.filter(({ standing }) => standing === 'confirmed') ?? []
}

function wordSides({ release, isLive, environment, learned }: Judged): string {
  const standing = isLive ? `live in ${environment}` : 'the newest release; nothing is live'
  const from = learned.source === 'release' ? '' : ', counted anew of its snapshot'
  return `beside ${release} (${standing}), which learned ${formatCount(learned.rows)} rows from ${day(learned.sinceMs)} to ${day(learned.untilMs)} in ${formatCount(learned.blocks)} blocks of ${wordSpan(learned.blockMs)}${from}`
}

type Line = readonly [mark: string, name: string, effect: string, bars: string, windows: string, sight: string]

function columnLines({ finding, newest }: Judged): Line[] {
  if (!finding) return []
  const found = finding.columns.map((column): Line => {
    const { name, standing, effect, drifted, windows, isAtOnce, rows, smallestEffect } = column
    const bars = Array.from(sparkline([0, ...column.before, ...column.now])).slice(1)
    const [before, now] = [bars.slice(0, column.before.length), bars.slice(column.before.length)]
    return [
      standing === 'confirmed' ? '✗' : '!',
      name,
      `effect ${formatNumber(effect)}`,
      bars.length > 0 ? `${before.join('')} → ${now.join('')}` : '',
      `${isAtOnce ? 'at once' : `${drifted} of ${windows} windows`} (n ${rows.map(formatCount).join(', ')})`,
      smallestEffect === null ? '' : `could see ${formatNumber(smallestEffect)}`,
    ]
  })
  const told = new Set(finding.columns.map(({ name }) => name))
  const learned = (newest?.columns ?? []).filter(
    ({ name, verdict }) => verdict === 'already learned' && !told.has(name),
  )
  return [
    ...found,
    ...learned.map(({ name, effect }): Line => {
      return ['·', name, `effect ${formatNumber(effect)}`, '', 'differs from the whole, learned already', '']
    }),
  ]
}

function tableOf(lines: readonly Line[]): string {
  const rows = lines.map(([mark, name, ...words]) => [mark, name, ...words].map(markdownText))
  const head = ['', 'column', 'effect', 'before → now', 'windows', 'could see']
  return markdownTable(head, rows, ['left', 'left', 'right', 'left', 'left', 'right'])
}

function wordQuiet({ columns, newest }: Judged, more: number): string[] {
  const count = (standing: string) => columns.filter((column) => column.standing === standing).length
  const [quiet, unknown] = [count('quiet'), count('unknown')]
  const skipped = newest?.columns.filter(({ verdict }) => verdict === 'not judged') ?? []
  return [
    ...(more > 0 ? [`${formatCount(more)} more, in --json`] : []),
    ...(quiet > 0 ? [`${formatCount(quiet)} ${quiet === 1 ? 'column' : 'columns'}: no drift`] : []),
    ...(unknown > 0 ? [`${formatCount(unknown)} ${unknown === 1 ? 'column' : 'columns'}: too little data`] : []),
    ...skipped.slice(0, maxNamed).map(({ name, againstTraining }) => `${name}: not judged: ${againstTraining.because}`),
    ...(skipped.length > maxNamed ? [`${formatCount(skipped.length - maxNamed)} more are not judged`] : []),
    ...(newest && newest.added.length > 0
      ? [`new, with nothing to compare: ${newest.added.slice(0, maxNamed).join(', ')}`]
      : []),
  ]
}

function wordNotes({ windows, judgedNow, plan, isRecorded, where, policy, finding }: Judged): string[] {
  const sum = (list: readonly { readonly rows: number }[]) => list.reduce((all, { rows }) => all + rows, 0)
  const [open] = plan.open
  const late = sum(plan.late)
  const newest = windows.at(-1)
  return [
    ...(newest
      ? [`${wordWindows(windows)} · the newest ${wordWindow(newest)} · ${formatCount(judgedNow)} judged now`]
      : []),
    ...(open && finding
      ? [`open: ${formatCount(sum(plan.open))} rows, the next window closes ${moment(open.closesMs)}`]
      : []),
    ...(late > 0 ? [`${formatCount(late)} rows came late, or were learned before: they are never judged`] : []),
    ...(plan.futureRows > 0 ? [`${formatCount(plan.futureRows)} rows lie in the future: is a clock wrong?`] : []),
    ...(plan.timelessRows > 0 ? [`${formatCount(plan.timelessRows)} rows have no time and are left out`] : []),
    `windows of ${wordSpan(policy.windowMs)}, closed ${wordSpan(policy.latenessMs)} after their end · effect at least ${formatNumber(policy.effect)} · in ${policy.persist.need} of ${policy.persist.of} windows, or at once · false discoveries at most ${formatShare(policy.fdr)}`,
    ...(isRecorded ? [`recorded in the ledger of ${where.name}${where.isEmbedded ? ' (embedded GitHub)' : ''}`] : []),
  ]
}

function wordWindows(windows: readonly KeptWindow[]): string {
  return windows.length === 1 ? '1 window' : `${formatCount(windows.length)} windows`
}

function wordWindow({ sinceMs, untilMs, rows }: KeptWindow): string {
  return `${day(sinceMs)} to ${day(untilMs)}, ${formatCount(rows)} rows`
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

function moment(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ')
}
