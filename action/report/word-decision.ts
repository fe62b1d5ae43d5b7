import { formatBeside, formatNumber } from '../base/format-number.ts'
import type { JudgedLimit, JudgedTrigger, RetrainVerdict } from '../retrain/decide-retrain.ts'
import { formatCount, formatShare } from './numbers.ts'

type Leaf = Exclude<JudgedTrigger, { kind: 'any' | 'all' }>

/** `12,004 new labelled rows (limit 10,000)` */
export function wordTrigger({ kind, observed, limit, unknown }: Leaf): string {
  if (kind === 'new-rows') return `${formatCount(observed ?? 0)} new labelled rows (limit ${formatCount(limit)})`
  if (unknown === 'never trained') return `never proposed or released (limit ${wordSpan(limit)})`
  const number = observed === null ? 'not known: the rows have no time of day' : wordBeside(observed, limit)
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
export function wordLimit({ kind, holds, observed, limit, since, subject }: JudgedLimit): string {
  const number = observed ?? 0
  const most = limit ?? 0
  switch (kind) {
    case 'same data':
      return holds
        ? `the data is the one that is pinned, ${(subject ?? '').slice(0, 8)}`
        : `the data differs from what is pinned`
    case 'proposed before':
      return `this very data was proposed on ${day(since)}`
    case 'cool-down':
      if (observed === null) return 'nothing was proposed or released before'
      return `${wordBeside(number, most)} since the last ${subject ?? 'proposal'} (limit ${wordSpan(most)})`
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
  const leaves = leavesIn(condition)
  const fired = leaves.filter(({ fires }) => fires).map(wordTrigger)
  if (verdict === 'retrain') return fired.join(' · ')
  const held = limits.filter(({ kind, holds }) => holds && (forced === null || kind === 'same data')).map(wordLimit)
  if (held.length > 0) return held.join(' · ')
  return `no trigger fires: ${leaves.map(wordTrigger).join(' · ')}`
}

function leavesIn(condition: JudgedTrigger): readonly Leaf[] {
  return 'of' in condition ? condition.of.flatMap(leavesIn) : [condition]
}

const unitsMs = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
] as const

/** A time between moments in its largest unit: `9.2 d`, `5 h`. */
export function wordSpan(ms: number): string {
  const [size, unit] = unitOf(ms)
  return `${formatNumber(ms / size)} ${unit}`
}

/** With as many digits as show on which side of the limit it is. */
function wordBeside(ms: number, limitMs: number): string {
  const [size, unit] = unitOf(ms)
  return `${formatBeside(ms / size, limitMs / size)} ${unit}`
}

function unitOf(ms: number): readonly [size: number, unit: string] {
  return unitsMs.find(([size]) => Math.abs(ms) >= size) ?? [1000, 's']
}

function day(moment: string | undefined): string {
  return moment?.slice(0, 10) ?? 'an earlier day'
}
