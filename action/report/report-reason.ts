import type { StageReason } from '../pipeline/explain-stage.ts'
import type { ChangedPart } from '../pipeline/plan-step.ts'
import { markdownCode, markdownTable, markdownText } from './markdown.ts'
import { formatCount, formatSeconds } from './numbers.ts'
import type { Report } from './report.ts'
import { wordReason } from './report-plan.ts'
import { ownLines, plainText } from './terminal.ts'
import { wordPart } from './word-stages.ts'

/** Digests are told by their first digits, longer texts by their beginning. */
const longestShown = 48

/** `train runs: train.py changed`, then each part that changed, before and now. */
export function reportReason({ stage, runKey, newest }: StageReason): Report {
  const { name, action, reasons } = stage
  const because = reasons.map(wordReason).join('; ')
  const said = {
    cached: `${name} comes from the cache: nothing that it is made of changed`,
    runs: `${name} runs: ${because}`,
    open: `${name} may run: ${because}`,
    skipped: `${name} is skipped: ${because}`,
  }[action]
  const parts = reasons.flatMap((reason) => (reason.kind === 'changed' ? reason.parts : []))
  const made = newest
    ? `newest result here: ${newest.startedAt.slice(0, 16).replace('T', ' ')} UTC, ${formatSeconds(newest.seconds)}, of ${formatCount(newest.parts)} parts`
    : 'no result of it is here'
  const width = Math.max(0, ...parts.map((part) => wordPart(part.name).length))
  const lines = parts.map(
    (part) =>
      `  ${plainText(wordPart(part.name)).padEnd(width)}  ${plainText(wordSide(part.before))} → ${plainText(wordSide(part.after))}`,
  )
  return {
    text: ownLines([plainText(said), ...lines, `  ${made} (run key ${runKey.slice(0, 8)})`]),
    markdown: [`## ${markdownText(said)}`, ...(parts.length > 0 ? [partTable(parts)] : []), markdownText(made)].join(
      '\n\n',
    ),
    outputs: { verdict: 'pass' },
  }
}

function partTable(parts: readonly ChangedPart[]): string {
  const rows = parts.map((part) => [
    markdownCode(wordPart(part.name)),
    markdownCode(wordSide(part.before)),
    markdownCode(wordSide(part.after)),
  ])
  return markdownTable(['part', 'before', 'now'], rows)
}

function wordSide(value: string | null): string {
  if (value === null) return 'none'
  if (/^[0-9a-f]{64}$/.test(value)) return value.slice(0, 8)
  return value.length > longestShown ? `${value.slice(0, longestShown)}…` : value
}
