import { formatDuration } from '../base/duration.ts'
import type { SampleReplay } from '../pipeline/replay-sample.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import { formatCount, formatNumber, formatShare } from './numbers.ts'
import type { Report } from './report.ts'
import { ownLines, plainText } from './terminal.ts'

export interface ReplayReport extends SampleReplay {
  /** As it was named. */
  readonly reference: string
}

const maxColumns = 50
const maxMoments = 6

/** How often the rule would have raised an alarm in the past: the number a year first, then the columns, the loudest first. */
export function reportReplay(report: ReplayReport): Report {
  const reason = wordReplay(report)
  const shown = report.columns.slice(0, maxColumns)
  const rest = report.columns.length - shown.length
  const notes = [...(rest > 0 ? [`${formatCount(rest)} other columns`] : []), ...wordNotes(report), wordRule(report)]
  const width = Math.max(0, ...shown.map(({ name }) => plainText(name).length))
  const lines = shown.map(({ name, alarms }) => {
    return `  ✗ ${plainText(name).padEnd(width)}  ${times(alarms)}: ${momentsOf(report, name)}`
  })
  const sides = wordSides(report)
  return {
    text: ownLines([reason, `  ${plainText(sides)}`, ...lines, ...notes.map((note) => `  ${plainText(note)}`)]),
    markdown: [
      '## Drift, replayed',
      markdownText(reason),
      markdownText(sides),
      ...(shown.length > 0 ? [tableOf(report, shown)] : []),
      ...notes.map(markdownText),
    ].join('\n\n'),
    outputs: { verdict: verdictOf(report), drifted: String(report.columns.length), reason },
  }
}

function verdictOf({ windows, alarms }: ReplayReport): 'insufficient data' | 'drift' | 'no drift' {
  if (windows.length === 0) return 'insufficient data'
  return alarms > 0 ? 'drift' : 'no drift'
}

function wordReplay({ windows, alarms, alarmsPerYear, years }: ReplayReport): string {
  if (windows.length === 0 || alarmsPerYear === null)
    return 'INSUFFICIENT DATA  too few windows to learn from and judge'
  if (alarms === 0) return `NO ALARM  in ${formatCount(windows.length)} windows, ${formatNumber(years)} years`
  return `${formatNumber(alarmsPerYear)} ALARMS A YEAR  ${times(alarms)} in ${formatCount(windows.length)} windows, ${formatNumber(years)} years`
}

function wordSides({ reference, rows, time, windowMs, windowsWithRows, windows }: ReplayReport): string {
  const learned = windowsWithRows - windows.length
  return `${reference}, ${formatCount(rows)} rows by ${time} · ${formatCount(windowsWithRows)} windows of ${formatDuration(windowMs)} with rows, the first ${formatCount(learned)} only learned from`
}

function wordNotes({ timelessRows, windows }: ReplayReport): string[] {
  const unknown = windows.filter(({ verdict }) => verdict === 'insufficient data').length
  return [
    ...(timelessRows > 0 ? [`${formatCount(timelessRows)} rows have no time and are left out`] : []),
    ...(unknown > 0 ? [`${formatCount(unknown)} windows have too little data to say anything`] : []),
  ]
}

function wordRule({ rule, atOnceEffect }: ReplayReport): string {
  const { effect, fdr, persist, recentMs, season } = rule
  return `effect at least ${formatNumber(effect)} · false discoveries at most ${formatShare(fdr)} · in ${persist.need} of ${persist.of} windows, or once at ${formatNumber(atOnceEffect)} · also against the last ${formatDuration(recentMs)}${season === null ? '' : ` · by ${season.replaceAll('-', ' ')}`}`
}

/** Beginnings of the windows in which a column became confirmed. */
function momentsOf({ windows }: ReplayReport, name: string): string {
  const begins = windows.filter(({ confirmed }, index) => {
    return confirmed.includes(name) && !(windows[index - 1]?.confirmed.includes(name) ?? false)
  })
  const days = begins
    .slice(0, maxMoments)
    .map(({ sinceMs }) => new Date(sinceMs).toISOString().replace(/T00:00:00\.000Z$|:00\.000Z$/, ''))
  return days.join(', ') + (begins.length > maxMoments ? ' …' : '')
}

function tableOf(report: ReplayReport, columns: ReplayReport['columns']): string {
  const rows = columns.map(({ name, alarms, alarmsPerYear }) => [
    markdownCode(name),
    formatCount(alarms),
    formatNumber(alarmsPerYear),
    markdownText(momentsOf(report, name)),
  ])
  return markdownTable(['column', 'alarms', 'a year', 'windows since'], rows, ['left', 'right', 'right', 'left'])
}

function times(count: number): string {
  return count === 1 ? 'once' : `${formatCount(count)} times`
}
