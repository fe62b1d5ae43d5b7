import type { ModelScan } from '../data/model-formats/scan-model.ts'
import type { GateVerdict } from '../evaluation/judge-gates.ts'
import type { MetricValue } from '../evaluation/metric.ts'
import type { RunRecord } from '../pipeline/run-record.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import { formatCount, formatNumber } from './numbers.ts'
import { scanMarkdown } from './word-scan.ts'

/** What a card says of a release beside its run. */
export interface CardSubject {
  readonly version: number
  readonly tag: string
  readonly commit: string
  /** What the model is saved as; left out: nobody looked. */
  readonly scan?: ModelScan
}

/** The model card: what it is, how good it was, what it was made of, and how to check that. */
export function modelCard(record: RunRecord, subject: CardSubject): string {
  const sections = [
    `# ${markdownText(record.model)} v${subject.version}`,
    releaseNotes(record, subject),
    '## Training',
    facts(record),
    ...(record.split ? ['## Rows', rowCounts(record.split)] : []),
    '## What to know before using it',
    limits(record),
    ...(subject.scan ? ['## How it is saved', scanMarkdown(subject.scan)] : []),
    '## How to check it',
    `\`sha256sum -c sums.txt\` checks every file; \`provenance.intoto.json\` says what they were made of (integrity, not authenticity: it is not signed); \`run.json\` holds the whole run.`,
  ]
  return `${sections.join('\n\n')}\n`
}

/** The text of the release: what was judged and came out. */
export function releaseNotes(record: RunRecord, subject: CardSubject): string {
  const { data, trigger } = record
  const gatesPassed = record.gates.filter(({ kind }) => kind === 'pass').length
  const period =
    data.since !== null && data.until !== null ? `, ${markdownText(data.since)} … ${markdownText(data.until)}` : ''
  return [
    `**${gatesPassed} of ${record.gates.length} gates passed.** Commit ${markdownCode(subject.commit.slice(0, 8))}, data ${markdownCode(data.digest.slice(0, 8))} (${formatCount(data.rows)} rows in ${formatCount(data.files)} files${period}), trigger: ${trigger.kind} by ${markdownText(trigger.actor)}.`,
    ...(record.metrics.length > 0 ? [metricTable(record.metrics)] : []),
    ...(record.gates.length > 0 ? [gateTable(record.gates)] : []),
  ].join('\n\n')
}

function metricTable(metrics: readonly MetricValue[]): string {
  const cells = metrics.map(({ name, value, reason, low, high, rows }) => [
    markdownCode(name),
    value === null ? markdownText(reason ?? 'undefined') : formatNumber(value, 4),
    low === undefined || high === undefined ? '' : `${formatNumber(low, 4)} – ${formatNumber(high, 4)}`,
    formatCount(rows),
  ])
  return markdownTable(['metric', 'value', '95 % interval', 'test rows'], cells, ['left', 'right', 'right', 'right'])
}

function gateTable(gates: readonly GateVerdict[]): string {
  const marks = { pass: '✓ pass', fail: '✗ fail', 'insufficient data': '– insufficient data' } as const
  const cells = gates.map(({ gate, kind, reason }) => [markdownCode(gate), marks[kind], markdownText(reason)])
  return markdownTable(['gate', 'verdict', 'reason'], cells)
}

function facts(record: RunRecord): string {
  const { environment, params, seed, builtFrom } = record
  const given = Object.entries(params).map(([name, value]) => `${markdownCode(name)} ${markdownText(String(value))}`)
  const lines = [
    ['run key', markdownCode(record.runKey)],
    ['data digest', markdownCode(record.data.digest)],
    ['parameters', [...given, `seed ${seed}`].join(' · ')],
    ['python', markdownText(environment.python ?? 'none')],
    [
      'requirements',
      environment.requirements === null
        ? 'none'
        : `${markdownCode(environment.requirements.slice(0, 12))} (${formatCount(environment.packages)} packages)`,
    ],
    ...(environment.setup === undefined ? [] : [['setup', markdownCode(environment.setup.slice(0, 12))]]),
    ...Object.entries(environment.containers ?? {}).map(([stage, image]) => [
      `container of ${markdownText(stage)}`,
      markdownCode(image),
    ]),
    ['system', markdownText(environment.system)],
    ...(builtFrom === null
      ? []
      : [['built from', `run ${markdownText(builtFrom.runId)} at ${markdownCode(builtFrom.head.slice(0, 8))}`]]),
  ]
  return markdownTable(['', ''], lines)
}

function rowCounts(split: NonNullable<RunRecord['split']>): string {
  const left = Object.entries(split.leftOut).map(([reason, count]) => `${formatCount(count)}: ${markdownText(reason)}`)
  return [
    `Judged fit: trained on ${formatCount(split.train)} rows, tested on ${formatCount(split.test)}.`,
    `Released fit: ${formatCount(split.whole)} rows.`,
    ...(left.length > 0 ? [`Left out: ${left.join('; ')}.`] : []),
  ].join(' ')
}

function limits(record: RunRecord): string {
  const isRefitted = record.stages.some(({ name }) => name === 'refit')
  const thin = record.gates.flatMap(({ slices }) => slices.filter(({ kind }) => kind === 'insufficient data'))
  return [
    isRefitted
      ? 'The gates judged the recipe on the judged fit; `model` is the same recipe on all rows, so its own bytes were not judged.'
      : 'The gates judged these very bytes.',
    'The numbers hold for rows like the test rows; they say nothing of a cause.',
    ...(thin.length > 0
      ? [
          `Too few test rows to judge: ${thin
            .slice(0, 10)
            .map(({ slice, rows: count }) => `${markdownText(slice)} (${formatCount(count)})`)
            .join(', ')}${thin.length > 10 ? ` and ${thin.length - 10} more` : ''}.`,
        ]
      : []),
  ]
    .map((line) => `- ${line}`)
    .join('\n')
}
