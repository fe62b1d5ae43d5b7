import type { Trigger } from '../pipeline/run-record.ts'
import type { RetrainPolicy } from '../project/project.ts'
import { type JudgedLimit, judgeLimits } from './judge-limits.ts'
import { causesOf, type JudgedLeaf, type JudgedTrigger, judgeTriggers } from './judge-triggers.ts'
import type { RetrainFacts } from './retrain-facts.ts'

export interface RetrainVerdict {
  readonly verdict: 'retrain' | 'wait'
  /** The condition of `retrain:` is met, whatever holds it back. */
  readonly fires: boolean
  /** What the run that this leads to says started it. */
  readonly trigger: Exclude<Trigger['kind'], 'commit'>
  readonly condition: JudgedTrigger
  readonly limits: readonly JudgedLimit[]
  /** Why a person wants it whatever the limits say. */
  readonly forced: string | null
}

/**
 * Pure. Retrains where the condition is met and no limit holds. A person who forces it needs no condition and minds no limit,
 * but the same data as is pinned is never proposed: there is nothing to merge.
 */
export function decideRetrain(policy: RetrainPolicy, facts: RetrainFacts, forced: string | null): RetrainVerdict {
  const condition = judgeTriggers(policy.when, facts)
  const limits = judgeLimits(policy, facts, condition)
  const isHeld = limits.some(({ kind, holds }) => holds && (forced === null || kind === 'same data'))
  const goes = (forced !== null || condition.fires) && !isHeld
  const trigger = forced !== null ? 'manual' : triggerOf(causesOf(condition))
  return { verdict: goes ? 'retrain' : 'wait', fires: condition.fires, trigger, condition, limits, forced }
}

/** Of several causes the gravest: what it cost, then what changed, then what came. */
function triggerOf(causes: readonly JudgedLeaf[]): RetrainVerdict['trigger'] {
  const kinds = new Set(causes.map(({ kind }) => kind))
  if (kinds.has('metric')) return 'performance'
  if (kinds.has('drift')) return 'drift'
  return kinds.has('new-rows') || kinds.has('freshness') ? 'new data' : 'schedule'
}
