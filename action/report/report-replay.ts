import { formatDuration } from '../base/duration.ts'
import type { LoudColumn } from '../drift/replay-drift.ts'
import type { SampleReplay } from '../pipeline/replay-sample.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import { formatCount, formatCounted, formatNumber, formatShare } from './numbers.ts'
import type { Report } from './report.ts'
import { ownLines, plainText } from './terminal.ts'

export interface ReplayReport extends SampleReplay {
  /** As it was named. */
  readonly reference: string
}

const maxColumns = 50
const maxNotJudged = 10

/** How often the rule would have raised an alarm in the past: the number a year first, then the columns, the loudest first. */
export function reportReplay(report: ReplayReport): Report {
  const reason = wordReplay(report)
  const shown = report.columns.slice(0, maxColumns)
  const rest = report.columns.length - shown.length
  const notes = [...(rest > 0 ? [`${formatCount(rest)} other columns`] : []), ...wordNotes(report), wordRule(report)]
  const width = Math.max(0, ...shown.map(({ name }) => plainText(name).length))
  const lines = shown.map((column) => {
    return `  ✗ ${plainText(column.name).padEnd(width)}  ${times(column.alarms)}: ${momentsOf(column)}`
  })
  const sides = wordSides(report)
  return {
    text: ownLines([reason, `  ${plainText(sides)}`, ...lines, ...notes.map((note) => `  ${plainText(note)}`)]),
    markdown: [
      '## Drift, replayed',
      markdownText(reason),
      markdownText(sides),
      ...(shown.length > 0 ? [tableOf(shown)] : []),
      ...notes.map(markdownText),
    ].join('\n\n'),
    outputs: { verdict: verdictOf(report), drifted: String(report.columns.length), reason },
  }
}

function verdictOf({ windowsJudged, verdicts, alarms }: ReplayReport): 'insufficient data' | 'drift' | 'no drift' {
  if (verdicts['insufficient data'] === windowsJudged) return 'insufficient data'
  return alarms > 0 ? 'drift' : 'no drift'
}

function wordReplay({ windowsJudged, verdicts, alarms, alarmsPerYear, years }: ReplayReport): string {
  if (windowsJudged === 0 || alarmsPerYear === null) return 'INSUFFICIENT DATA  too few windows to learn from and judge'
  const unknown = verdicts['insufficient data']
  if (unknown === windowsJudged)
    return `INSUFFICIENT DATA  too little in each of ${formatCounted(windowsJudged, 'window')} to say anything`
  const judged =
    unknown > 0
      ? `${formatCount(windowsJudged - unknown)} of ${formatCount(windowsJudged)} windows that say anything`
      : formatCounted(windowsJudged, 'window')
  if (alarms === 0) return `NO ALARM  in ${judged}, ${formatNumber(years)} years`
  return `${formatNumber(alarmsPerYear)} ALARMS A YEAR  ${times(alarms)} in ${formatCount(windowsJudged)} windows, ${formatNumber(years)} years`
}

function wordSides({ reference, rows, time, windowMs, windowsWithRows, windowsJudged }: ReplayReport): string {
  const learned = windowsWithRows - windowsJudged
  return `${reference}, ${formatCounted(rows, 'row')} by ${time} · ${formatCounted(windowsWithRows, 'window')} of ${formatDuration(windowMs)} with rows, the first ${formatCount(learned)} only learned from`
}

function wordNotes({ timelessRows, futureRows, verdicts, notJudged, windowMs }: ReplayReport): string[] {
  const unknown = verdicts['insufficient data']
  const longer = formatDuration(2 * windowMs)
  return [
    ...(timelessRows > 0
      ? [`left out: ${formatCounted(timelessRows, 'row')} with no time, or one that cannot be read`]
      : []),
    ...(futureRows > 0 ? [`left out: ${formatCounted(futureRows, 'row')} from the future`] : []),
    ...(unknown > 0 ? [`too little data in ${formatCounted(unknown, 'window')}: --window ${longer} holds more`] : []),
    ...notJudged.slice(0, maxNotJudged).map(({ name, because }) => `– ${name}  not judged: ${because}`),
    ...(notJudged.length > maxNotJudged ? [`${formatCount(notJudged.length - maxNotJudged)} more are not judged`] : []),
  ]
}

function wordRule({ rule, atOnceEffect }: ReplayReport): string {
  const { effect, fdr, persist, recentMs, season } = rule
  return `effect at least ${formatNumber(effect)} · false discoveries at most ${formatShare(fdr)} · in ${persist.need} of ${persist.of} windows, or once at ${formatNumber(atOnceEffect)} · also against the last ${formatDuration(recentMs)}${season === null ? '' : ` · by ${season.replaceAll('-', ' ')}`}`
}

/** Beginnings of the windows in which a column became confirmed. */
function momentsOf({ alarms, sinceMs }: LoudColumn): string {
  const days = sinceMs.map((at) => new Date(at).toISOString().replace(/T00:00:00\.000Z$|:00\.000Z$/, ''))
  return days.join(', ') + (alarms > sinceMs.length ? ' …' : '')
}

function tableOf(columns: ReplayReport['columns']): string {
  const rows = columns.map((column) => [
    markdownCode(column.name),
    formatCount(column.alarms),
    formatNumber(column.alarmsPerYear),
    markdownText(momentsOf(column)),
  ])
  return markdownTable(['column', 'alarms', 'a year', 'windows since'], rows, ['left', 'right', 'right', 'left'])
}

function times(count: number): string {
  return count === 1 ? 'once' : `${formatCount(count)} times`
}
