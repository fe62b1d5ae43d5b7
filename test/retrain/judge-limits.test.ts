import { describe, expect, test } from 'vitest'
import type { DriftFinding } from '../../action/drift/drift-finding.ts'
import { decideBudget } from '../../action/pipeline/decide-budget.ts'
import type { RetrainPolicy } from '../../action/project/project.ts'
import { wordLimit, wordReason } from '../../action/report/word-decision.ts'
import { decideRetrain } from '../../action/retrain/decide-retrain.ts'
import type { JudgedLimit } from '../../action/retrain/judge-limits.ts'
import type { RetrainFacts } from '../../action/retrain/retrain-facts.ts'
import { runNamed } from '../bad-input/run-named.ts'
import { retrainFacts } from '../support/retrain-facts.ts'

const day = 86_400_000
const policy = (limits: Partial<RetrainPolicy['limits']> = {}): RetrainPolicy => ({
  when: { kind: 'any', of: [{ kind: 'age', limitMs: 1 }] },
  limits: { coolDownMs: 0, refreshMs: 0, minNewShare: 0, ...limits },
})

function held(rules: RetrainPolicy, facts: RetrainFacts): readonly JudgedLimit['kind'][] {
  return decideRetrain(rules, facts, null).limits.flatMap(({ kind, holds }) => (holds ? [kind] : []))
}

describe('judgeLimits()', () => {
  test.each([
    [3 * day - 1, ['cool-down']],
    [3 * day, []],
    [3 * day + 1, []],
    [0, ['cool-down']],
    [-5000, ['cool-down']],
  ])('a cool-down of 3 days, %i ms after the last', (ms, kinds) => {
    const last = { kind: 'release', at: new Date(retrainFacts.now.getTime() - ms).toISOString() } as const
    expect(held(policy({ coolDownMs: 3 * day }), { ...retrainFacts, last })).toEqual(kinds)
  })

  test('a release of the year 2099 holds, and the reason says that a clock was wrong', () => {
    const last = { kind: 'release', at: '2099-01-01T00:00:00.000Z' } as const
    const decision = decideRetrain(policy({ coolDownMs: day }), { ...retrainFacts, last }, null)
    expect(wordReason(decision)).toBe('the last release is dated 2099-01-01, in the future: a clock was wrong')
    expect(decideRetrain(policy(), { ...retrainFacts, last }, null).verdict).toBe('retrain')
  })

  test.each([
    [6, ['min-new-share']],
    [7, []],
    [8, []],
  ])('a least share of a tenth, %i of 70 rows', (newRows, kinds) => {
    const data = { ...retrainFacts.data, newRows, labelledRows: 70 }
    expect(held(policy({ minNewShare: 0.1 }), { ...retrainFacts, data })).toEqual(kinds)
    // After a run that ended badly a tenth is enough, too.
    const refused = { runKey: 'c'.repeat(64), outcome: 'failed', at: '', dataDigest: 'a'.repeat(64), newRows } as const
    expect(held(policy(), { ...retrainFacts, data, refused })).toEqual(newRows < 7 ? ['refused run'] : [])
  })

  test('without a labelled row there is no share of them', () => {
    const data = { ...retrainFacts.data, newRows: 0, labelledRows: 0 }
    expect(held(policy({ minNewShare: 0.1 }), { ...retrainFacts, data })).toEqual(['min-new-share'])
    expect(held(policy(), { ...retrainFacts, data })).toEqual([])
  })

  test.each([
    ['2025-03-31T23:59:59.999Z', ['runs-per-month', 'budget']],
    ['2025-04-01T00:00:00.000Z', []],
    ['2025-02-28T23:59:59.999Z', []],
  ])('a month is one of UTC: at %s its two runs of March count', (moment, kinds) => {
    const now = new Date(moment)
    const runs = ['2025-03-01T00:00:00.000Z', '2025-03-31T23:59:59.999Z'].map(trainedAt)
    const facts = { ...retrainFacts, now, learnedUntil: '2025-01-01T00:00:00Z' }
    const monthly = decideBudget(runs, { runs: 2 }, now)
    const budget = decideBudget(runs, { minutes: 2 }, now)
    expect(held(policy(), { ...facts, monthly, budget })).toEqual(kinds)
    const more = decideBudget(runs, { runs: 3 }, now)
    expect(held(policy(), { ...facts, monthly: more })).toEqual([])
  })

  test('no run is one too many where none is allowed', () => {
    const none = decideBudget([], { runs: 0 }, retrainFacts.now)
    expect(held(policy(), { ...retrainFacts, monthly: none })).toEqual(['runs-per-month'])
  })

  test('drift that was proposed once is not proposed again until a newer window says so, nor holds what else fires', () => {
    const drift: DriftFinding = {
      ...{ release: 'parcels-v1', until: '2025-03-24T00:00:00.000Z', verdict: 'drift', confirmedShare: 1, effect: 0.1 },
      ...{ windowMs: 7 * day, persist: { need: 2, of: 3 }, columns: [] },
    }
    const known = {
      kind: 'drift',
      subject: '',
      release: 'parcels-v1',
      until: drift.until,
      at: '2025-03-25T04:23:00.000Z',
    } as const
    const rules: RetrainPolicy = { ...policy(), when: { kind: 'any', of: [{ kind: 'drift' }] } }
    const facts = { ...retrainFacts, drift, proposedFindings: [known] }
    const decision = decideRetrain(rules, facts, null)
    expect(decision).toMatchObject({ verdict: 'wait', fires: true, trigger: 'drift' })
    expect(wordReason(decision)).toBe(
      'the drift of this window was proposed on 2025-03-25: a newer one has to say so, too',
    )
    expect(held(rules, { ...facts, drift: { ...drift, until: '2025-03-31T00:00:00.000Z' } })).toEqual([])
    expect(held(rules, { ...facts, proposedFindings: [{ ...known, release: 'parcels-v0' }] })).toEqual([])
    const other = { ...rules, when: { kind: 'any', of: [{ kind: 'drift' }, { kind: 'age', limitMs: 1 }] } } as const
    expect(held(other, facts)).toEqual([])
    const both = { ...rules, when: { ...other.when, kind: 'all' } } as const
    expect(held(both, facts)).toEqual(['proposed finding'])
    expect(decideRetrain(rules, facts, 'look again').verdict).toBe('retrain')
  })

  test('every limit has words of its own', () => {
    const kinds = ['same data', 'proposed before', 'proposed finding', 'cool-down', 'min-new-share'] as const
    const said = kinds.map((kind) => wordLimit({ kind, holds: true, observed: 0, limit: 1, since: '2025-03-01' }))
    expect(new Set(said).size).toBe(kinds.length)
  })
})

/** A run of a workflow that fitted the model for less than a minute. */
function trainedAt(startedAt: string) {
  const jobs = [
    { job: 'train', startedAt, seconds: 30, ran: ['train'], workSeconds: 20, runner: ['ubuntu-latest'] },
  ] as const
  return { ...runNamed('x'), startedAt, jobs }
}
