import type { MetricValue } from '../evaluation/metric.ts'
import type { Spent } from '../pipeline/run-cost.ts'
import type { RecordProblem } from '../pipeline/run-history.ts'
import type { RunRecord } from '../pipeline/run-record.ts'
import { formatNumber, formatSeconds } from './numbers.ts'
import { plainText } from './terminal.ts'

/** Where runs were looked for, and what could not be seen. */
export interface RunSources {
  readonly ledger:
    | { readonly kind: 'read'; readonly runs: number }
    | { readonly kind: 'not asked' }
    | { readonly kind: 'cannot see'; readonly code: string; readonly message: string }
  readonly problems: readonly RecordProblem[]
}

export const outcomeMarks: Readonly<Record<RunRecord['outcome'], string>> = {
  passed: '✓',
  refused: '✗',
  failed: '✗',
  interrupted: '–',
}

/** What a reader must know of a ledger that could not be read; undefined where all is seen. */
export function wordLedger(ledger: RunSources['ledger']): string | undefined {
  if (ledger.kind !== 'cannot see') return undefined
  const [first = ''] = ledger.message.split('\n')
  return `cannot see the runs of the ledger, only those of this folder: ${plainText(first)} [${ledger.code}]`
}

export function wordProblem({ file, problem, where }: RecordProblem): string {
  const states: Readonly<Record<RecordProblem['problem'], string>> = {
    cut: 'it is cut off, or no JSON',
    newer: 'a newer version of Plumbline wrote it',
    'no record': `it is no record of a run${where === undefined ? '' : ` (at ${plainText(where)})`}`,
    'no file': 'it is no file',
    'too large': 'it is too large',
  }
  return `left out ${plainText(file)}: ${states[problem]}`
}

/** `passed`, `passed, degraded`, `refused, sample`. */
export function wordOutcome({ outcome, degraded = [], sample }: RunRecord): string {
  return [outcome, ...(degraded.length > 0 ? ['degraded'] : []), ...(sample ? ['sample'] : [])].join(', ')
}

/** `2025-03-04 06:12` in UTC. */
export function wordMoment(moment: string): string {
  return moment.slice(0, 16).replace('T', ' ')
}

/** `0.861 (0.848–0.873)`; a dash where there is no value. */
export function wordMetric(metric: MetricValue | undefined): string {
  if (metric === undefined || metric.value === null) return '–'
  const { value, low, high } = metric
  const interval = low === undefined || high === undefined ? '' : ` (${formatNumber(low)}–${formatNumber(high)})`
  return `${formatNumber(value)}${interval}`
}

/** `14 min · 0.08 USD`; a dash where nothing was spent. */
export function wordSpent(spent: Spent, currency: string): string {
  const parts = [wordMinutes(spent), ...(spent.money === null ? [] : [wordMoney(spent.money, currency)])]
  return parts.filter((part) => part !== '').join(' · ') || '–'
}

/** Billed minutes as they are billed, those of a terminal to the second. */
export function wordMinutes({ billedMinutes, localMinutes }: Spent): string {
  const billed = billedMinutes > 0 ? [`${formatNumber(billedMinutes, 6)} min`] : []
  const local = localMinutes > 0 ? [`${formatSeconds(localMinutes * 60)} here`] : []
  return [...billed, ...local].join(' + ')
}

/** `0.08 USD`, `0.006 USD`, `1,204.50 USD` */
export function wordMoney(money: number, currency: string): string {
  const shown = money > 0 && money < 0.1 ? formatNumber(money, 2) : formatNumber(Number(money.toFixed(2)), 12)
  return `${shown} ${currency}`
}

/** Lines of columns, each as wide as its widest cell; the last is not filled up. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = []
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)))
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
