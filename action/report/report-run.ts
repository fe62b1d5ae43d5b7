import type { LockDifference } from '../data/compare-with-lock.ts'
import type { RunRecord, Trigger } from '../pipeline/run-record.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import { formatCount, formatSeconds } from './numbers.ts'
import type { Report } from './report.ts'
import { gatesLine, reportEvaluation } from './report-evaluation.ts'
import { plainText } from './terminal.ts'

interface Header {
  readonly model: string
  readonly dataDigest: string
  readonly files: number
  /** The snapshot that was asked for instead of the pinned one. */
  readonly askedData?: string
  readonly code: RunRecord['code']
  readonly trigger: Trigger
  readonly runKey: string
}

/** `parcels · data 7f3a91c2 (12 files) · code 1a2b3c4d + 1 uncommitted · trigger: commit by ada` */
export function wordHeader({ model, dataDigest, files, askedData, code, trigger }: Header): string {
  return [
    model,
    `data ${dataDigest.slice(0, 8)} (${wordAsked(askedData)}${formatCount(files)} ${files === 1 ? 'file' : 'files'})`,
    wordCode(code),
    `trigger: ${trigger.kind} by ${plainText(trigger.actor)}`,
  ].join(' · ')
}

/** `before-outage, not the pinned snapshot: ` */
function wordAsked(asked: string | undefined): string {
  return asked === undefined ? '' : `${plainText(asked)}, not the pinned snapshot: `
}

export function wordCode({ commit, uncommitted }: RunRecord['code']): string {
  if (commit === null) return 'code not committed'
  const base = `code ${commit.slice(0, 8)}`
  return uncommitted > 0 ? `${base} + ${uncommitted} uncommitted` : base
}

/** `data.lock.yaml does not pin the files as they are now (1 new, 2 gone): …` */
export function wordLockDifference({ added, removed, changed }: LockDifference): string {
  const counts = [
    ...(added > 0 ? [`${formatCount(added)} new`] : []),
    ...(removed > 0 ? [`${formatCount(removed)} gone`] : []),
    ...(changed > 0 ? [`${formatCount(changed)} changed`] : []),
  ]
  return `data.lock.yaml does not pin the files as they are now (${counts.join(', ')}): this run is of what it pins; plumbline snapshot takes them in`
}

export function wordOtherRun(): string {
  return 'another run goes on in this folder: this one waits for it'
}

/** What a run came to: the verdict first, then its numbers, its stages and what to do next. */
export function reportRun(record: RunRecord): Report {
  const wasJudged = record.metrics.length > 0
  const evaluation = reportEvaluation(record.metrics, record.gates)
  return {
    text: wordOutcome(record, evaluation.text),
    markdown: [
      `## ${markdownText(record.model)}`,
      ...(wasJudged ? [evaluation.markdown] : []),
      ...(wasJudged || record.outcome !== 'refused' ? [] : [`**✗ NO** · ${markdownText(record.failure ?? 'refused')}`]),
      markdownText(origin(record)),
      stageTable(record),
      ...selfReported(record),
    ].join('\n\n'),
    outputs: {
      verdict: record.outcome === 'passed' ? 'pass' : 'no',
      'run-key': record.runKey,
      'data-digest': record.data.digest,
    },
    ...nextStep(record, wasJudged),
  }
}

/** A passed run in which nothing ran is one line: the reader saw its numbers when they were made. */
function wordOutcome(record: RunRecord, evaluation: string): string {
  if (record.metrics.length === 0) {
    return record.outcome === 'refused' ? `NO  ${plainText(record.failure ?? 'refused')}` : `DONE  ${whereFrom(record)}`
  }
  const isNews = record.outcome !== 'passed' || record.stages.some(({ outcome }) => outcome !== 'cached')
  return isNews ? `${evaluation}\n\n  ${whereFrom(record)}` : `${gatesLine(record.gates)} · ${whereFrom(record)}`
}

/** `all 8 stages from the cache (run key 9c41aa02)`, or how long those took that ran. */
function whereFrom({ stages, runKey }: RunRecord): string {
  const ran = stages.filter(({ outcome }) => outcome === 'done')
  const seconds = ran.reduce((sum, stage) => sum + stage.seconds, 0)
  const key = `run key ${runKey.slice(0, 8)}`
  if (ran.length === 0) return `all ${stages.length} stages from the cache (${key})`
  return `${ran.length} of ${stages.length} stages ran in ${formatSeconds(seconds)} (${key})`
}

function origin({ data, code, trigger }: RunRecord): string {
  const rows = data.rows > 0 ? ` (${formatCount(data.rows)} rows)` : ''
  const asked = data.asked === undefined ? '' : ` as ${data.asked}, not the pinned snapshot`
  return `data ${data.digest.slice(0, 8)}${asked}${rows} · ${wordCode(code)} · trigger: ${trigger.kind} by ${trigger.actor}`
}

function stageTable({ stages }: RunRecord): string {
  const rows = stages.map(({ name, outcome, detail, seconds }) => [
    markdownCode(name),
    { done: '✓ ran', cached: '✓ from the cache', failed: '✗ failed', skipped: '– skipped' }[outcome],
    markdownText(detail),
    outcome === 'cached' ? '' : formatSeconds(seconds),
  ])
  return markdownTable(['stage', 'state', 'came to', 'time'], rows)
}

function selfReported(record: RunRecord): string[] {
  const numbers = Object.entries(record.selfReported)
  if (numbers.length === 0) return []
  const worded = numbers.map(([name, value]) => `${markdownCode(name)} ${Number(value.toPrecision(4))}`).join(' · ')
  return [`Self-reported by the stages, never judged: ${worded}`]
}

function nextStep({ outcome, code, data }: RunRecord, wasJudged: boolean): Pick<Report, 'next'> {
  if (!wasJudged) {
    return outcome === 'refused' ? { next: 'start it by hand, which goes on whatever was spent: Run workflow' } : {}
  }
  if (outcome !== 'passed') {
    return { next: 'change the features, the training or the data, and run again; nothing was refitted' }
  }
  if (data.asked !== undefined) {
    return {
      next: `to release it, pin it first: plumbline data pull --data ${plainText(data.asked)} --force   then   plumbline snapshot`,
    }
  }
  const isCommitted = code.commit !== null && code.uncommitted === 0
  return { next: isCommitted ? 'plumbline register' : 'git add --all && git commit   then   plumbline register' }
}
