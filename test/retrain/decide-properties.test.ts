import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { canonicalJson } from '../../action/base/canonical-json.ts'
import type { RetrainCondition, RetrainPolicy } from '../../action/project/project.ts'
import { decideRetrain } from '../../action/retrain/decide-retrain.ts'
import { findingsIn } from '../../action/retrain/findings.ts'
import { causesOf, type JudgedTrigger, judgeTriggers } from '../../action/retrain/judge-triggers.ts'
import type { RetrainFacts } from '../../action/retrain/retrain-facts.ts'
import { retrainFacts } from '../support/retrain-facts.ts'

const day = 86_400_000
const overMs = 14 * day
const releases = ['parcels-v1', 'parcels-v2'] as const
/** Around the clock of the facts, a month before and two days after, so that every limit is met from both sides. */
const moment = fc
  .integer({ min: -31 * day, max: 2 * day })
  .map((ms) => new Date(retrainFacts.now.getTime() + ms).toISOString())
const orNone = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null })

const leaf: fc.Arbitrary<RetrainCondition> = fc.oneof(
  fc.record({ kind: fc.constantFrom('every', 'age', 'freshness'), limitMs: fc.integer({ min: 0, max: 31 * day }) }),
  fc.record({ kind: fc.constant('new-rows' as const), rows: fc.integer({ min: 1, max: 40 }) }),
  fc.constant({ kind: 'drift' as const }),
  fc.record({
    kind: fc.constant('metric' as const),
    metric: fc.constantFrom('roc_auc', 'log_loss'),
    drop: fc.constantFrom(0.01, 0.03, 0.1),
    overMs: fc.constant(overMs),
  }),
)
const { condition } = fc.letrec<{ condition: RetrainCondition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.record({ kind: fc.constantFrom('any', 'all'), of: fc.array(tie('condition'), { minLength: 1, maxLength: 4 }) }),
  ),
}))

const drift = fc.record({
  release: fc.constantFrom(...releases),
  until: moment,
  verdict: fc.constantFrom('drift', 'notable', 'no drift', 'insufficient data'),
  ...{ confirmedShare: fc.constant(0.3), effect: fc.constant(0.1), windowMs: fc.constantFrom(day, 7 * day) },
  ...{ persist: fc.constant({ need: 2, of: 3 }), columns: fc.constant([]) },
})
const fall = fc
  .record({
    ...{ release: fc.constantFrom(...releases), metric: fc.constantFrom('roc_auc', 'log_loss'), until: moment },
    drop: orNone(fc.constantFrom(-0.02, 0.01, 0.03, 0.05)),
    verdict: fc.constantFrom('drop', 'no drop', 'insufficient data'),
    width: fc.constantFrom(0.01, 0.04),
  })
  .map(({ width, drop, ...rest }) => ({
    ...{ ...rest, drop, overMs, limit: 0.03, before: 0.8, since: rest.until, at: rest.until, rows: 100 },
    ...{ interval: drop === null ? null : { low: drop - width, high: drop + width }, cause: 'unknown' as const },
    ...{ better: rest.metric === 'log_loss' ? ('lower' as const) : ('higher' as const), sql: null },
  }))

const facts: fc.Arbitrary<RetrainFacts> = fc
  .record({
    isSame: fc.boolean(),
    ...{ until: orNone(moment), pinnedUntil: orNone(moment), learnedUntil: orNone(moment) },
    ...{ newRows: fc.integer({ min: 0, max: 40 }), oldRows: fc.integer({ min: 0, max: 60 }) },
    last: orNone(fc.record({ kind: fc.constantFrom('release', 'proposal'), at: moment })),
    ...{ proposedAt: orNone(moment), release: orNone(fc.constantFrom(...releases)), drift: orNone(drift) },
    performance: fc.uniqueArray(fall, { maxLength: 2, selector: ({ metric }) => metric }),
    isKnown: fc.boolean(),
    refusedRows: orNone(fc.nat(40)),
  })
  .map(({ isSame, until, pinnedUntil, newRows, oldRows, isKnown, refusedRows, ...rest }) => ({
    ...{ ...retrainFacts, ...rest },
    data: { digest: (isSame ? 'a' : 'b').repeat(64), until, newRows, labelledRows: newRows + oldRows },
    pinned: { digest: 'a'.repeat(64), until: pinnedUntil },
    proposedFindings: isKnown ? knownOf(rest) : [],
    refused: refusedRows === null ? null : { ...refused, newRows: refusedRows },
  }))
const refused = { runKey: 'c'.repeat(64), outcome: 'refused', at: '', dataDigest: 'a'.repeat(64) } as const

function knownOf(found: Pick<RetrainFacts, 'drift' | 'performance'>): RetrainFacts['proposedFindings'] {
  const all = [
    ...(found.drift ? [{ kind: 'drift' as const, subject: '', ...found.drift }] : []),
    ...found.performance.map((one) => ({ kind: 'metric' as const, subject: one.metric, ...one })),
  ]
  return all.map(({ kind, subject, release, until }) => ({ kind, subject, release, until, at: until }))
}

const policy: fc.Arbitrary<RetrainPolicy> = fc.record({
  when: condition,
  limits: fc.record({
    coolDownMs: fc.integer({ min: 0, max: 10 * day }),
    refreshMs: fc.constant(day),
    minNewShare: fc.constantFrom(0, 0.1, 0.5),
  }),
})

function check(judged: JudgedTrigger): void {
  if (!('of' in judged)) return
  const fires = judged.of.map((one) => one.fires)
  expect(judged.fires).toBe(judged.kind === 'any' ? fires.includes(true) : !fires.includes(false))
  judged.of.forEach(check)
}

describe('decideRetrain() of any policy and facts', () => {
  test('any is or, all is and, at every depth; what fires has a cause and what does not has none', () => {
    fc.assert(
      fc.property(condition, facts, (when, known) => {
        const judged = judgeTriggers(when, known)
        check(judged)
        const causes = causesOf(judged)
        expect(causes.length > 0).toBe(judged.fires)
        expect(causes.filter(({ fires }) => !fires)).toEqual([])
        expect(judgeTriggers({ kind: 'any', of: [when] }, known).fires).toBe(judged.fires)
        expect(judgeTriggers({ kind: 'all', of: [when, when] }, known).fires).toBe(judged.fires)
        expect(judgeTriggers({ kind: 'any', of: [when, { kind: 'every', limitMs: 0 }] }, known).fires).toBe(
          judged.fires || judgeTriggers({ kind: 'every', limitMs: 0 }, known).fires,
        )
      }),
    )
  })

  test('more new rows never turn retrain into wait', () => {
    const seen = { retrain: 0 }
    fc.assert(
      fc.property(policy, facts, fc.integer({ min: 1, max: 100 }), (rules, known, more) => {
        const { newRows, labelledRows } = known.data
        // Only what counts rows may hold it.
        const data = { ...known.data, digest: 'b'.repeat(64) }
        const free = { ...known, data, last: null, proposedAt: null, proposedFindings: [] }
        const later = {
          ...free,
          data: { ...data, newRows: newRows + more, labelledRows: labelledRows + more },
          refused: known.refused && { ...known.refused, newRows: known.refused.newRows + more },
        }
        const [before, after] = [free, later].map((one) => decideRetrain(rules, one, null).verdict)
        if (before === 'retrain') seen.retrain++
        expect([before, after]).not.toEqual(['retrain', 'wait'])
      }),
      { numRuns: 2000 },
    )
    expect(seen.retrain).toBeGreaterThan(200)
  })

  test('the same facts give the same verdict, and are left as they were', () => {
    fc.assert(
      fc.property(policy, facts, orNone(fc.string()), (rules, known, forced) => {
        const told = JSON.stringify([rules, known])
        const [one, other] = [1, 2].map(() =>
          canonicalJson(JSON.parse(JSON.stringify(decideRetrain(rules, known, forced)))),
        )
        expect(one).toBe(other)
        expect(JSON.stringify([rules, known])).toBe(told)
      }),
    )
  })

  test('retrains where it fires and nothing holds; whoever forces it is held by the same data alone', () => {
    fc.assert(
      fc.property(policy, facts, (rules, known) => {
        const { verdict, fires, limits, condition: judged } = decideRetrain(rules, known, null)
        const holding = limits.filter(({ holds }) => holds).map(({ kind }) => kind)
        expect(verdict).toBe(fires && holding.length === 0 ? 'retrain' : 'wait')
        const isSame = known.data.digest === known.pinned?.digest
        expect(decideRetrain(rules, known, 'because').verdict).toBe(isSame ? 'wait' : 'retrain')
        // What was not proposed before holds nothing, and what is of another release or unknown is no cause.
        expect(holding.includes('proposed finding') && known.proposedFindings.length === 0).toBe(false)
        expect(findingsIn(judged).filter(({ release }) => release !== known.release)).toEqual([])
      }),
    )
  })

  test('a finding that was proposed holds exactly where it would not fire without it', () => {
    fc.assert(
      fc.property(policy, facts, (rules, known) => {
        const decision = decideRetrain(rules, { ...known, proposedFindings: knownOf(known) }, null)
        const without = judgeTriggers(rules.when, { ...known, drift: null, performance: [] })
        expect(decision.limits.some(({ kind }) => kind === 'proposed finding')).toBe(decision.fires && !without.fires)
      }),
    )
  })
})
