import type { GateVerdict, SliceVerdict, VerdictKind } from '../evaluation/judge-gates.ts'
import type { MetricValue } from '../evaluation/metric.ts'
import { htmlText, markdownCode, markdownTable, markdownText } from './markdown.ts'
import { formatCount, formatNumber } from './numbers.ts'
import type { Report } from './report.ts'
import { ownLines, plainText } from './terminal.ts'

const marks: Readonly<Record<VerdictKind, string>> = { fail: '✗', 'insufficient data': '?', pass: '✓' }
const verdictNames: Readonly<Record<VerdictKind, string>> = {
  fail: 'FAIL',
  'insufficient data': 'INSUFFICIENT DATA',
  pass: 'PASS',
}

/** A page is to be read: what lies below is in `run.json`. */
const slicesShown = 20

/** What the test rows said of a model: the gates' verdict first, then the metrics, then the slices, each worst first. */
export function reportEvaluation(
  metrics: readonly MetricValue[],
  gates: readonly GateVerdict[],
): Pick<Report, 'text' | 'markdown'> {
  const ordered = worstFirst(gates)
  const sliced = ordered.filter(({ slices }) => slices.length > 0)
  const text = [gatesLine(gates), '', ...textColumns(metrics.map(metricCells)).map((line) => `  ${line}`)]
  const markdown = [
    gatesHeadline(ordered),
    ...(ordered.length > 0 ? [gatesTable(ordered)] : []),
    metricsTable(metrics),
    ...sliced.map(slicesDetails),
  ]
  return { text: ownLines(text), markdown: markdown.join('\n\n') }
}

/** `PASS  floor 0.861 ≥ 0.75 · weekdays worst Sun 0.74 ≥ 0.6 (n 512)`; gates that did not pass come first. */
export function gatesLine(gates: readonly GateVerdict[]): string {
  const words = worstFirst(gates).map(({ gate, reason }) => plainText(`${gate} ${reason}`))
  return `${verdictNames[overall(gates)]}  ${words.join(' · ') || 'no gates are set'}`
}

/** `4 of 4`: how many gates pass. */
export function gatesCount(gates: readonly GateVerdict[]): string {
  return `${gates.filter(({ kind }) => kind === 'pass').length} of ${gates.length}`
}

/** `roc_auc 0.861 (0.848–0.873)`, or why it has no value. */
export function metricWords(metric: MetricValue): string {
  const [name, value, interval] = metricCells(metric)
  return [name, value, interval && `(${interval})`].filter(Boolean).join(' ')
}

function gatesHeadline(ordered: readonly GateVerdict[]): string {
  const words = ordered.length === 0 ? 'no gates are set' : `${gatesCount(ordered)} gates pass`
  const kind = overall(ordered)
  return `**${marks[kind]} ${verdictNames[kind]}** · ${words}`
}

function gatesTable(ordered: readonly GateVerdict[]): string {
  const rows = ordered.map(({ gate, kind, metric, reason }) => [
    markdownCode(gate),
    `${marks[kind]} ${kind}`,
    markdownCode(metric),
    markdownText(reason),
  ])
  return markdownTable(['gate', 'verdict', 'metric', 'why'], rows)
}

function metricsTable(metrics: readonly MetricValue[]): string {
  const rows = metrics.map((metric) => {
    const [name, value, interval, better, rowCount] = metricCells(metric)
    return [markdownCode(name), markdownText(value), interval, better, rowCount]
  })
  return markdownTable(['metric', 'value', '95 % interval', 'better', 'rows'], rows, [
    'left',
    'right',
    'right',
    'left',
    'right',
  ])
}

function slicesDetails({ gate, metric, slices }: GateVerdict): string {
  const rows = slices
    .slice(0, slicesShown)
    .map((slice) => [
      markdownText(slice.slice),
      `${marks[slice.kind]} ${slice.kind}`,
      sliceValue(slice),
      formatCount(slice.rows),
    ])
  const rest = slices.length - slicesShown
  return [
    `<details><summary><code>${htmlText(gate)}</code>: ${formatCount(slices.length)} slices</summary>\n`,
    markdownTable(['slice', 'verdict', markdownCode(metric), 'rows'], rows, ['left', 'left', 'right', 'right']),
    ...(rest > 0 ? [`\n… and ${formatCount(rest)} more, none of them worse`] : []),
    '\n</details>',
  ].join('\n')
}

function sliceValue({ value, reason }: SliceVerdict): string {
  return value === null ? markdownText(reason ?? '–') : formatNumber(value)
}

type MetricCells = readonly [name: string, value: string, interval: string, better: string, rows: string]

function metricCells({ name, value, reason, low, high, better, rows }: MetricValue): MetricCells {
  const shown = value === null ? `undefined: ${plainText(reason ?? 'no reason given')}` : formatNumber(value)
  const interval = low === undefined || high === undefined ? '' : `${formatNumber(low)}–${formatNumber(high)}`
  return [name, shown, interval, better, formatCount(rows)]
}

function textColumns(metrics: readonly MetricCells[]): readonly string[] {
  const width = Math.max(0, ...metrics.map(([name]) => name.length))
  return metrics.map(([name, value, interval, better, rows]) => {
    const words = interval === '' ? value : `${value} (${interval})`
    return `${name.padEnd(width)}  ${words} · ${better} is better · ${rows} rows`
  })
}

function worstFirst(gates: readonly GateVerdict[]): readonly GateVerdict[] {
  return (['fail', 'insufficient data', 'pass'] as const).flatMap((kind) => gates.filter((gate) => gate.kind === kind))
}

function overall(gates: readonly GateVerdict[]): VerdictKind {
  return worstFirst(gates)[0]?.kind ?? 'pass'
}
