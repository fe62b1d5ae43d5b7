import type { ListedRun, ListedRuns } from '../pipeline/list-runs.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import { formatCount, formatNumber } from './numbers.ts'
import type { Report } from './report.ts'
import { sparkline } from './sparkline.ts'
import { ownLines, plainText } from './terminal.ts'
import {
  columns,
  outcomeMarks,
  type RunSources,
  wordLedger,
  wordMetric,
  wordMoment,
  wordOutcome,
  wordProblem,
  wordSpent,
} from './word-runs.ts'

/** What `runs list` shows. */
export interface RunListing extends ListedRuns {
  readonly currency: string
  readonly sources: RunSources
}

const longestActor = 24

export function reportRuns(listing: RunListing): Report {
  const { runs, metric } = listing
  const header = ['when (UTC)', 'run', 'trigger', 'outcome', plainText(metric ?? 'metric'), 'took', 'release']
  const cells = runs.map((run) => cellsOf(run, listing.currency))
  const line = wordLine(listing)
  const unseen = unseenOf(listing.sources)
  const headline = wordHeadline(listing)
  return {
    text: ownLines([
      headline,
      ...(runs.length === 0 ? [] : ['', ...columns([header, ...cells]).map((row) => `  ${row}`)]),
      ...(line === undefined ? [] : ['', `  ${line}`]),
    ]),
    markdown: [
      '## Runs',
      markdownText(headline),
      ...(runs.length === 0 ? [] : [markdownTable(header.map(markdownText), cells.map(markdownCells))]),
      ...(line === undefined ? [] : [markdownCode(line)]),
      ...unseen.map((words) => `⚠ ${markdownText(words)}`),
    ].join('\n\n'),
    outputs: { runs: String(listing.total) },
    ...(runs[0] ? { next: `plumbline runs show ${runs[0].runKey.slice(0, 8)}` } : { next: 'plumbline run' }),
  }
}

function wordHeadline({ runs, total, sources }: RunListing): string {
  const places = {
    read: 'here and in the ledger',
    'not asked': 'here',
    'cannot see': 'here; the ledger cannot be seen',
  }
  const where = places[sources.ledger.kind]
  if (total === 0) return `No run is known ${where}`
  const rest = total - runs.length
  const more = rest > 0 ? ` · ${formatCount(rest)} older not shown: --limit ${total}` : ''
  return `${formatCount(total)} ${total === 1 ? 'run' : 'runs'} ${where}${more}`
}

function cellsOf({ runKey, record, executions, metric, spent, tag }: ListedRun, currency: string): readonly string[] {
  const actor = plainText(record.trigger.actor)
  const by = actor.length > longestActor ? `${actor.slice(0, longestActor - 1)}…` : actor
  return [
    wordMoment(record.startedAt),
    runKey.slice(0, 8),
    `${record.trigger.kind} by ${by}`,
    `${outcomeMarks[record.outcome]} ${wordOutcome(record)}${executions > 1 ? ` (${executions}×)` : ''}`,
    wordMetric(metric ?? undefined),
    wordSpent(spent, currency),
    plainText(tag ?? ''),
  ]
}

function markdownCells(cells: readonly string[]): readonly string[] {
  return cells.map((cell, at) => ((at === 1 || at === 6) && cell !== '' ? markdownCode(cell) : markdownText(cell)))
}

/** `roc_auc  ▁▃▅▇  0.71 … 0.861, 4 runs from 2025-03-01 to 2025-03-04` */
function wordLine({ metric, line }: RunListing): string | undefined {
  const [first, last] = [line[0], line.at(-1)]
  if (metric === null || first === undefined || last === undefined || line.length < 2) return undefined
  const values = line.map(({ value }) => value)
  const span = `${first.startedAt.slice(0, 10)} to ${last.startedAt.slice(0, 10)}`
  const [least, most] = [Math.min(...values), Math.max(...values)].map((value) => formatNumber(value))
  return `${plainText(metric)}  ${sparkline(values)}  ${formatNumber(first.value)} → ${formatNumber(last.value)} · between ${least} and ${most} · ${formatCount(line.length)} runs, ${span}`
}

function unseenOf({ ledger, problems }: RunSources): readonly string[] {
  const cannotSee = wordLedger(ledger)
  return [...(cannotSee === undefined ? [] : [cannotSee]), ...problems.map(wordProblem)]
}
