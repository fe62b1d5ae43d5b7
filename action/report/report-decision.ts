import type { SnapshotChanges } from '../data/compare-snapshots.ts'
import type { RetrainVerdict } from '../retrain/decide-retrain.ts'
import type { JudgedLimit } from '../retrain/judge-limits.ts'
import type { JudgedTrigger } from '../retrain/judge-triggers.ts'
import type { RetrainFacts } from '../retrain/retrain-facts.ts'
import { markdownTable, markdownText } from './markdown.ts'
import type { Report } from './report.ts'
import { ownLines } from './terminal.ts'
import { wordChanges } from './word-changes.ts'
import { causesIn, wordLimit, wordReason, wordTrigger } from './word-decision.ts'
import { driftTable } from './word-finding.ts'

export interface DecisionReport extends RetrainVerdict {
  readonly model: string
  readonly facts: RetrainFacts
  readonly changes: Pick<SnapshotChanges, 'added' | 'removed' | 'changed'>
}

/** Whether to retrain: the verdict with its reason, then every trigger and every limit with its number. */
export function reportDecision(decision: DecisionReport): Report {
  const { verdict, model, facts, changes, condition, limits } = decision
  const reason = wordReason(decision)
  const head = `${verdict === 'retrain' ? 'RETRAIN' : 'WAIT'}  ${model} · ${reason}`
  const changed = wordChanges(changes)
  const news = changed === '' ? [] : [`data  ${changed}`]
  const triggers = triggerLines(condition)
  return {
    text: ownLines([
      head,
      ...news.map((line) => `  ${line}`),
      '  triggers',
      ...triggers.map(({ depth, mark, words }) => `  ${'  '.repeat(depth)}${mark} ${words}`),
      '  limits',
      ...limits.map((limit) => `    ${markOf(limit)} ${wordLimit(limit)}`),
    ]),
    markdown: [
      `## ${verdict === 'retrain' ? 'Retrain' : 'Wait'}: ${markdownText(model)}`,
      markdownText(reason),
      ...(changed === '' ? [] : [`**Data.** ${markdownText(changed)}`]),
      ...causesIn(condition).flatMap((cause) => (cause.kind === 'drift' ? [driftTable(cause)] : [])),
      decisionTable(decision),
    ].join('\n\n'),
    outputs: {
      verdict,
      'landed-data': facts.data.digest,
      'new-rows': String(facts.data.newRows),
      reason,
    },
    ...(verdict === 'retrain' && { next: 'plumbline propose' }),
  }
}

/** Each trigger and limit in words, as a table. */
export function decisionTable({ condition, limits }: RetrainVerdict): string {
  const rows = [
    ...triggerLines(condition)
      .filter(({ isLeaf }) => isLeaf)
      .map(({ fires, words }) => [fires ? 'fires' : 'does not fire', markdownText(words)]),
    ...limits.map((limit) => [limit.holds ? '**holds back**' : 'lets pass', markdownText(wordLimit(limit))]),
  ]
  return markdownTable(['', 'number and limit'], rows)
}

interface Line {
  readonly depth: number
  readonly mark: string
  readonly words: string
  readonly fires: boolean
  readonly isLeaf: boolean
}

function triggerLines(condition: JudgedTrigger, depth = 1): readonly Line[] {
  const mark = condition.fires ? '✓' : '·'
  const { fires } = condition
  if (!('of' in condition)) {
    return [{ depth, mark, fires, words: wordTrigger(condition), isLeaf: true }]
  }
  const inner = condition.of.flatMap((one) => triggerLines(one, depth + 1))
  if (condition.of.length === 1 && depth === 1) return condition.of.flatMap((one) => triggerLines(one, depth))
  return [{ depth, mark, fires, words: condition.kind === 'any' ? 'any of' : 'all of', isLeaf: false }, ...inner]
}

function markOf({ holds }: JudgedLimit): string {
  return holds ? '✗' : '✓'
}
