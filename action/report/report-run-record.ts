import type { RunRecord, StageRecord } from '../pipeline/run-record.ts'
import type { ShownRun } from '../pipeline/show-run.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import { formatBytes, formatCount, formatNumber, formatSeconds } from './numbers.ts'
import type { Report } from './report.ts'
import { gatesCount } from './report-evaluation.ts'
import { ownLines, plainText } from './terminal.ts'
import { wordEnvironment } from './word-environment.ts'
import { columns, outcomeMarks, type RunSources, wordMetric, wordMoment, wordOutcome, wordSpent } from './word-runs.ts'

/** What `runs show` shows. */
export interface RunShown extends ShownRun {
  readonly currency: string
  readonly sources: RunSources
}

type Row = readonly [name: string, value: string]

const executionsShown = 5
const stageHeader = ['stage', 'state', 'time', 'attempts', 'cpu', 'peak memory', 'disk']

export function reportRunRecord(shown: RunShown): Report {
  const { record } = shown
  const title = `${record.model} · run ${record.runKey.slice(0, 8)} · ${outcomeMarks[record.outcome]} ${wordOutcome(record)}`
  const rows = rowsOf(shown)
  const stages = record.stages.map(stageCells)
  const gates = record.gates.map(({ gate, kind, reason }) => [gate, kind, reason].map(plainText))
  return {
    text: ownLines([
      plainText(title),
      ...rows.map(([name, value]) => `  ${name.padEnd(13)} ${plainText(value)}`),
      ...block(stages.length === 0 ? [] : [stageHeader, ...stages]),
      ...block(gates),
    ]),
    markdown: [
      `## ${markdownText(title)}`,
      markdownTable(
        ['', ''],
        rows.map(([name, value]) => [markdownText(name), markdownText(value)]),
      ),
      ...(stages.length === 0
        ? []
        : [
            markdownTable(
              stageHeader,
              stages.map((cells) => cells.map(markdownText)),
            ),
          ]),
      ...(gates.length === 0
        ? []
        : [
            markdownTable(
              ['gate', 'verdict', 'why'],
              gates.map(([gate = '', ...words]) => [markdownCode(gate), ...words.map(markdownText)]),
            ),
          ]),
    ].join('\n\n'),
    outputs: { 'run-key': record.runKey },
    ...(shown.release && { next: `plumbline lineage ${plainText(shown.release.tag)}` }),
  }
}

function block(rows: readonly (readonly string[])[]): readonly string[] {
  return rows.length === 0 ? [] : ['', ...columns(rows).map((line) => `  ${line}`)]
}

function rowsOf(shown: RunShown): readonly Row[] {
  const { record, release } = shown
  const { trigger, builtFrom, failure } = record
  const built = builtFrom === null ? '' : ` · workflow run ${builtFrom.runId}, attempt ${builtFrom.attempt}`
  return [
    ...(failure === undefined ? [] : [['failure', failure.split('\n', 1)[0] ?? ''] as const]),
    ...(release === null
      ? []
      : [['release', `${release.tag} · published ${wordMoment(release.publishedAt)} UTC`] as const]),
    ['trigger', `${trigger.kind}: ${trigger.reason} · by ${trigger.actor}${built}`],
    ['when', `${wordMoment(record.startedAt)} … ${wordMoment(record.finishedAt)} UTC`],
    ['code', codeOf(record)],
    ['data', dataOf(record)],
    ...(record.split === null ? [] : [['split', splitOf(record.split)] as const]),
    ['params', paramsOf(record)],
    ['environment', wordEnvironment(record.environment)],
    ...limitsOf(record),
    ...record.metrics.map(
      (metric): Row => [
        metric.name,
        `${wordMetric(metric)} · ${metric.better} is better · ${formatCount(metric.rows)} rows${metric.value === null ? ` · ${metric.reason ?? ''}` : ''}`,
      ],
    ),
    ...selfReportedOf(record),
    ...(record.gates.length === 0 ? [] : [['gates', `${gatesCount(record.gates)} pass`] as const]),
    ['took', wordSpent(shown.spent, shown.currency)],
    ...executionsOf(shown),
  ]
}

function codeOf({ code }: RunRecord): string {
  if (code.commit === null) return 'not committed'
  return `${code.commit.slice(0, 8)}${code.uncommitted > 0 ? ` + ${formatCount(code.uncommitted)} uncommitted` : ''}`
}

function dataOf({ data }: RunRecord): string {
  const { digest, asked, files, rows, since, until } = data
  const period = since === null || until === null ? [] : [`${dayOf(since)} … ${dayOf(until)}`]
  const counts = `${formatCount(files)} ${files === 1 ? 'file' : 'files'}`
  return [
    digest.slice(0, 8),
    ...(asked === undefined ? [] : [`${asked}, not the pinned snapshot`]),
    counts,
    ...(rows > 0 ? [`${formatCount(rows)} rows`] : []),
    ...period,
  ].join(' · ')
}

/** `2025-07-31T20:29:07Z` → `2025-07-31`; an integer time stays. */
function dayOf(time: string): string {
  return /^\d{4}-\d{2}-\d{2}T/.test(time) ? time.slice(0, 10) : time
}

function splitOf({ train, gap, test, whole }: NonNullable<RunRecord['split']>): string {
  return `train ${formatCount(train)} · gap ${formatCount(gap)} · test ${formatCount(test)} · whole ${formatCount(whole)}`
}

function paramsOf({ params, askedParams = {}, seed }: RunRecord): string {
  const words = Object.entries(params).map(([name, value]) => {
    return `${name} ${value}${Object.hasOwn(askedParams, name) ? ' (given)' : ''}`
  })
  return [...words, `seed ${seed}`].join(' · ')
}

/** What keeps the run from being a whole one. */
function limitsOf({ sample, part, degraded = [], hooks = [] }: RunRecord): readonly Row[] {
  return [
    ...(sample ? [['sample', `${formatCount(sample.rows)} rows: nothing of it may be released`] as const] : []),
    ...(part === undefined ? [] : [['part', `only ${part}`] as const]),
    ...(degraded.length === 0 ? [] : [['degraded', `a fallback stood in for ${degraded.join(', ')}`] as const]),
    ...hooks.map(({ name, outcome, seconds }): Row => ['hook', `${name} ${outcome} in ${formatSeconds(seconds)}`]),
  ]
}

function selfReportedOf({ selfReported }: RunRecord): readonly Row[] {
  const numbers = Object.entries(selfReported).map(([name, value]) => `${name} ${formatNumber(value, 4)}`)
  return numbers.length === 0 ? [] : [['self-reported', `${numbers.join(' · ')} · by the stages, never judged`]]
}

function executionsOf({ executions, currency }: RunShown): readonly Row[] {
  if (executions.length < 2) return []
  const shown = executions
    .slice(0, executionsShown)
    .map(
      ({ startedAt, outcome, trigger, spent }): Row => [
        'execution',
        `${wordMoment(startedAt)} · ${outcome} · ${trigger.kind} by ${trigger.actor} · ${wordSpent(spent, currency)}`,
      ],
    )
  const more = executions.length - shown.length
  return more > 0 ? [...shown, ['', `and ${formatCount(more)} older`]] : shown
}

function stageCells({ name, outcome, seconds, attempts, resources, runner, fallback }: StageRecord): readonly string[] {
  const states = { done: '✓ ran', cached: '✓ from the cache', failed: '✗ failed', skipped: '– skipped' }
  const on = runner === undefined ? '' : ` on ${runner.join(', ')}`
  const stoodIn = fallback === undefined ? '' : `, ${fallback} stood in`
  return [
    plainText(name),
    plainText(`${states[outcome]}${stoodIn}${on}`),
    outcome === 'skipped' ? '' : formatSeconds(seconds),
    outcome === 'skipped' || outcome === 'cached' ? '' : formatCount(attempts ?? 1),
    resources ? formatSeconds(resources.cpuSeconds) : '',
    resources ? formatBytes(resources.peakMemoryBytes) : '',
    resources ? formatBytes(resources.diskBytes) : '',
  ]
}
