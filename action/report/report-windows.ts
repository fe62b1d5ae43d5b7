import type { KeptWindow } from '../drift/drift-finding.ts'
import type { JudgedNewRows } from '../pipeline/judge-new-rows.ts'
import type { DriftPolicy } from '../project/drift-policy.ts'
import { markdownTable, markdownText } from './markdown.ts'
import { formatCount, formatCounted, formatNumber } from './numbers.ts'
import type { Report } from './report.ts'
import { sparkline } from './sparkline.ts'
import { ownLines, plainText } from './terminal.ts'
import { wordRename } from './word-drift.ts'
import {
  confirmedIn,
  maxNamed,
  wordClosing,
  wordLearned,
  wordName,
  wordPrediction,
  wordReason,
  wordRule,
  wordWindow,
} from './word-windows.ts'

/** Where what a release learned is known from: it was kept with it, or was counted anew of its snapshot. */
export type ReferenceSource = 'release' | 'snapshot'

export interface LearnedSpan {
  readonly blockMs: number
  readonly blocks: number
  readonly rows: number
  readonly sinceMs: number
  readonly untilMs: number
}

/** What became of the prediction: no log is named, the release keeps nothing to compare it with, or it is judged. */
export type PredictionTold =
  | { readonly kind: 'no log' }
  | { readonly kind: 'not kept' }
  | ({
      readonly kind: 'judged'
      /** What it is called beside the columns of the data. */
      readonly column: string
      /** The rows that the model was judged on. */
      readonly learned: LearnedSpan
    } & NonNullable<JudgedNewRows['answers']>)

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
        readonly learned: LearnedSpan & { readonly source: ReferenceSource }
        readonly prediction: PredictionTold
        readonly isRecorded: boolean
        readonly where: { readonly isEmbedded: boolean; readonly name: string }
        /** Requests that it took. */
        readonly calls: number
      } & Omit<JudgedNewRows, 'answers'>)
  )

export type JudgedReport = Extract<WindowsReport, { kind: 'judged' }>

const maxLines = 50

/** Whether new rows drifted from what the live release learned: the verdict with its reason, the columns, then the windows. */
export function reportWindows(report: WindowsReport): Report {
  if (report.kind !== 'judged') return reportNothing(report)
  const verdict = report.finding?.verdict ?? 'insufficient data'
  const reason = wordReason(report)
  const sides = `beside ${wordLearned(report)}`
  const notes = [...report.renames.map(wordRename), ...wordNotes(report)]
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

function reportNothing(report: Exclude<WindowsReport, JudgedReport>): Report {
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

type Line = readonly [mark: string, name: string, effect: string, bars: string, windows: string, sight: string]

function columnLines(report: JudgedReport): Line[] {
  const { finding, newest } = report
  if (!finding) return []
  const found = finding.columns.map((column): Line => {
    const { name, standing, effect, drifted, windows, isAtOnce, rows, smallestEffect } = column
    const bars = Array.from(sparkline([0, ...column.before, ...column.now])).slice(1)
    const [before, now] = [bars.slice(0, column.before.length), bars.slice(column.before.length)]
    return [
      standing === 'confirmed' ? '✗' : '!',
      wordName(report, name),
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
      return [
        '·',
        wordName(report, name),
        `effect ${formatNumber(effect)}`,
        '',
        'differs from the whole, learned already',
        '',
      ]
    }),
  ]
}

function tableOf(lines: readonly Line[]): string {
  const rows = lines.map(([mark, name, ...words]) => [mark, name, ...words].map(markdownText))
  const head = ['', 'column', 'effect', 'before → now', 'windows', 'could see']
  return markdownTable(head, rows, ['left', 'left', 'right', 'left', 'left', 'right'])
}

function wordQuiet(report: JudgedReport, more: number): string[] {
  const { columns, newest } = report
  const count = (standing: string) => columns.filter((column) => column.standing === standing).length
  const [quiet, unknown] = [count('quiet'), count('unknown')]
  const skipped = newest?.columns.filter(({ verdict }) => verdict === 'not judged') ?? []
  return [
    ...(more > 0 ? [`${formatCount(more)} more, in --json`] : []),
    ...(quiet > 0 ? [`${formatCount(quiet)} ${quiet === 1 ? 'column' : 'columns'}: no drift`] : []),
    ...(unknown > 0 ? [`${formatCount(unknown)} ${unknown === 1 ? 'column' : 'columns'}: too little data`] : []),
    ...skipped
      .slice(0, maxNamed)
      .map(({ name, againstTraining }) => `${wordName(report, name)}: not judged: ${againstTraining.because}`),
    ...(skipped.length > maxNamed ? [`${formatCount(skipped.length - maxNamed)} more are not judged`] : []),
    ...(newest && newest.added.length > 0
      ? [`new, with nothing to compare: ${newest.added.slice(0, maxNamed).join(', ')}`]
      : []),
  ]
}

function wordNotes(report: JudgedReport): string[] {
  const { windows, judgedNow, plan, isRecorded, where, policy, finding } = report
  const sum = (list: readonly { readonly rows: number }[]) => list.reduce((all, { rows }) => all + rows, 0)
  const [open] = plan.open
  const late = sum(plan.late)
  const newest = windows.at(-1)
  return [
    ...(newest
      ? [`${wordWindows(windows)} · the newest ${wordWindow(newest)} · ${formatCount(judgedNow)} judged now`]
      : []),
    ...(open && finding
      ? [`open: ${formatCounted(sum(plan.open), 'row')}, the next window closes ${wordClosing(open)}`]
      : []),
    ...(late > 0
      ? [`never judged: ${formatCounted(late, 'row')} that came late, or of a time that was learned before`]
      : []),
    ...(plan.futureRows > 0
      ? [`left out: ${formatCounted(plan.futureRows, 'row')} from the future; is a clock wrong?`]
      : []),
    ...(plan.timelessRows > 0
      ? [`left out: ${formatCounted(plan.timelessRows, 'row')} with no time, or one that cannot be read`]
      : []),
    ...wordPrediction(report),
    wordRule(policy),
    ...(isRecorded ? [`recorded in the ledger of ${where.name}${where.isEmbedded ? ' (embedded GitHub)' : ''}`] : []),
  ]
}

function wordWindows(windows: readonly KeptWindow[]): string {
  return windows.length === 1 ? '1 window' : `${formatCount(windows.length)} windows`
}
