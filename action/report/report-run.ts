import type { RunRecord, Trigger } from '../pipeline/run-record.ts'
import { formatCount, formatSeconds } from './numbers.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import type { Report } from './report.ts'
import { reportEvaluation } from './report-evaluation.ts'
import { plainText } from './terminal.ts'

interface Header {
  readonly model: string
  readonly dataDigest: string
  readonly files: number
  readonly code: RunRecord['code']
  readonly trigger: Trigger
  readonly runKey: string
}

/** `parcels · data 7f3a91c2 (12 files) · code 1a2b3c4d + 1 uncommitted · trigger: commit by ada` */
export function wordHeader({ model, dataDigest, files, code, trigger }: Header): string {
  return [
    model,
    `data ${dataDigest.slice(0, 8)} (${formatCount(files)} ${files === 1 ? 'file' : 'files'})`,
    wordCode(code),
    `trigger: ${trigger.kind} by ${plainText(trigger.actor)}`,
  ].join(' · ')
}

export function wordCode({ commit, uncommitted }: RunRecord['code']): string {
  const base = commit === null ? 'code not committed' : `code ${commit.slice(0, 8)}`
  return uncommitted > 0 ? `${base} + ${uncommitted} uncommitted` : base
}

/** What a run came to: the verdict first, then its numbers, its stages and what to do next. */
export function reportRun(record: RunRecord): Report {
  const evaluation = reportEvaluation(record.metrics, record.gates)
  const seconds = record.stages
    .filter(({ outcome }) => outcome === 'done')
    .reduce((sum, stage) => sum + stage.seconds, 0)
  const isCached = record.stages.every(({ outcome }) => outcome === 'cached')
  const wasJudged = record.gates.length > 0 || record.metrics.length > 0
  const verdict = !wasJudged ? 'DONE' : record.outcome === 'passed' ? 'PASS' : 'FAIL'
  const source = isCached
    ? `all ${record.stages.length} stages from the cache (key ${record.runKey.slice(0, 8)})`
    : `${formatSeconds(seconds)} (key ${record.runKey.slice(0, 8)})`
  return {
    text: [`${verdict}  ${wasJudged ? evaluation.text : source}`, ...(wasJudged ? [`      ${source}`] : [])].join('\n'),
    markdown: [
      `## ${verdict}: ${markdownText(record.model)}`,
      markdownText(
        `data ${record.data.digest.slice(0, 8)} (${formatCount(record.data.rows)} rows) · ${wordCode(record.code)} · trigger: ${record.trigger.kind} by ${record.trigger.actor}`,
      ),
      ...(wasJudged ? [evaluation.markdown] : []),
      stageTable(record),
      ...selfReported(record),
    ].join('\n\n'),
    outputs: {
      verdict: record.outcome === 'passed' ? 'pass' : 'no',
      'run-key': record.runKey,
      'data-digest': record.data.digest,
    },
    ...nextStep(verdict),
  }
}

function stageTable({ stages }: RunRecord): string {
  const rows = stages.map(({ name, outcome, detail, seconds }) => [
    markdownCode(name),
    { done: '✓ ran', cached: '✓ from the cache', failed: '✗ failed' }[outcome],
    markdownText(detail),
    formatSeconds(seconds),
  ])
  return markdownTable(['stage', 'state', 'came to', 'time'], rows)
}

function selfReported(record: RunRecord): string[] {
  const numbers = Object.entries(record.selfReported)
  if (numbers.length === 0) return []
  const worded = numbers.map(([name, value]) => `${markdownCode(name)} ${Number(value.toPrecision(4))}`).join(' · ')
  return [`Self-reported by the stages, never judged: ${worded}`]
}

function nextStep(verdict: string): Pick<Report, 'next'> {
  if (verdict === 'PASS') return { next: 'plumbline register' }
  if (verdict === 'FAIL')
    return { next: 'change the features, the training or the data, and run again; nothing was refitted' }
  return {}
}
