import { formatNumber } from '../base/format-number.ts'
import type { RetrainVerdict } from '../retrain/decide-retrain.ts'
import type { JudgedLimit } from '../retrain/judge-limits.ts'
import type { JudgedLeaf, JudgedTrigger, MeasuredTrigger } from '../retrain/judge-triggers.ts'
import { formatCount, formatShare } from './numbers.ts'
import { wordDriftTrigger, wordMetricTrigger } from './word-finding.ts'
import { wordSpan, wordSpanBeside } from './word-span.ts'

/** `12,004 new labelled rows (limit 10,000)` */
export function wordTrigger(leaf: JudgedLeaf): string {
  if (leaf.kind === 'drift') return wordDriftTrigger(leaf)
  return leaf.kind === 'metric' ? wordMetricTrigger(leaf) : wordMeasured(leaf)
}

function wordMeasured({ kind, observed, limit, unknown }: MeasuredTrigger): string {
  if (kind === 'new-rows') return `${formatCount(observed ?? 0)} new labelled rows (limit ${formatCount(limit)})`
  if (unknown === 'never trained') return `never proposed or released (limit ${wordSpan(limit)})`
  if (observed === null) {
    const because = unknown === 'in the future' ? 'a date lies in the future' : 'the rows have no time of day'
    return `${kind} is not known: ${because} (limit ${wordSpan(limit)})`
  }
  const number = wordSpanBeside(observed, limit)
  switch (kind) {
    case 'every':
      return `${number} since the last proposal or release (limit ${wordSpan(limit)})`
    case 'age':
      return `the newest row that the model learned is ${number} old (limit ${wordSpan(limit)})`
    case 'freshness':
      return `the data is ${number} newer than what is pinned (limit ${wordSpan(limit)})`
  }
}

/** What a limit says, whether it holds or not. */
export function wordLimit({ kind, holds, observed, limit, since, subject, isFuture }: JudgedLimit): string {
  const number = observed ?? 0
  const most = limit ?? 0
  switch (kind) {
    case 'same data':
      return holds
        ? `the data is the one that is pinned, ${(subject ?? '').slice(0, 8)}`
        : `the data differs from what is pinned`
    case 'proposed before':
      return `this very data was proposed on ${day(since)}`
    case 'proposed finding':
      return `${subject === 'drift' ? 'the drift of this window' : 'this fall'} was proposed on ${day(since)}: a newer one has to say so, too`
    case 'cool-down':
      if (observed === null) return 'nothing was proposed or released before'
      if (isFuture) return `the last ${subject ?? 'proposal'} is dated ${day(since)}, in the future: a clock was wrong`
      return `${wordSpanBeside(number, most)} since the last ${subject ?? 'proposal'} (limit ${wordSpan(most)})`
    case 'runs-per-month':
      return `${formatNumber(number, 6)} of ${formatNumber(most, 6)} runs in ${since ?? ''}`
    case 'budget':
      return `${formatNumber(number, 6)} of ${formatNumber(most, 6)} ${subject ?? 'runs'} of the budget of ${since ?? ''}`
    case 'min-new-share':
      return `${formatShare(number)} of the rows are new (limit ${formatShare(most)})`
    case 'refused run':
      return `${formatCount(number)} new labelled rows since run ${(subject ?? '').slice(0, 8)} ended badly (limit ${formatCount(most)})`
  }
}

/** Why, in one line: what fires where it goes on, what holds it where it does not. */
export function wordReason({ verdict, condition, limits, forced }: RetrainVerdict): string {
  if (verdict === 'retrain' && forced !== null) return `forced: ${forced}`
  if (verdict === 'retrain') return causesIn(condition).map(wordTrigger).join(' · ')
  const held = limits.filter(({ kind, holds }) => holds && (forced === null || kind === 'same data')).map(wordLimit)
  if (held.length > 0) return held.join(' · ')
  return `no trigger fires: ${leavesIn(condition).map(wordTrigger).join(' · ')}`
}

/** What fires and is why the whole does: within `all` that does not fire, nothing. */
export function causesIn(condition: JudgedTrigger): readonly JudgedLeaf[] {
  if (!condition.fires) return []
  return 'of' in condition ? condition.of.flatMap(causesIn) : [condition]
}

function leavesIn(condition: JudgedTrigger): readonly JudgedLeaf[] {
  return 'of' in condition ? condition.of.flatMap(leavesIn) : [condition]
}

function day(moment: string | undefined): string {
  return moment?.slice(0, 10) ?? 'an earlier day'
}
