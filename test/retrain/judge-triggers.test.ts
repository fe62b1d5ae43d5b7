import { describe, expect, test } from 'vitest'
import type { DriftFinding, FoundColumn } from '../../action/drift/drift-finding.ts'
import type { RetrainPolicy, RetrainTrigger } from '../../action/project/project.ts'
import { wordReason } from '../../action/report/word-decision.ts'
import { decideRetrain } from '../../action/retrain/decide-retrain.ts'
import type { RetrainFacts } from '../../action/retrain/retrain-facts.ts'
import { retrainFacts } from '../support/retrain-facts.ts'

const day = 86_400_000
const policy = (...of: readonly RetrainTrigger[]): RetrainPolicy => ({
  when: { kind: 'any', of },
  limits: { coolDownMs: day, refreshMs: 7 * day, minNewShare: 0 },
})
const drift = policy({ kind: 'drift' })
const fall = policy({ kind: 'metric', metric: 'roc_auc', drop: 0.03, overMs: 14 * day })

const carrier: FoundColumn = {
  ...{ name: 'carrier', standing: 'confirmed', effect: 0.31, drifted: 2, windows: 3, isAtOnce: false },
  ...{ rows: [826, 811], smallestEffect: 0.06, before: [0.9, 0.1], now: [0.2, 0.8] },
}
const finding: DriftFinding = {
  ...{ release: 'parcels-v1', until: '2025-03-24T00:00:00.000Z', verdict: 'drift', confirmedShare: 0.25 },
  ...{ effect: 0.1, windowMs: 7 * day, persist: { need: 2, of: 3 }, columns: [carrier] },
}
const drifted: RetrainFacts = { ...retrainFacts, drift: finding }

const performance: RetrainFacts['performance'][number] = {
  ...{ release: 'parcels-v1', metric: 'roc_auc', overMs: 14 * day, limit: 0.03, before: 0.861, rows: 2300 },
  ...{ better: 'higher', sql: null },
  ...{ drop: 0.049, interval: { low: 0.02, high: 0.078 }, verdict: 'drop', cause: 'concept' },
  ...{ since: '2025-03-10T00:00:00.000Z', until: '2025-03-24T00:00:00.000Z', at: '2025-03-25T00:00:00.000Z' },
}
const fallen: RetrainFacts = { ...retrainFacts, performance: [performance] }

const reasonOf = (one: RetrainPolicy, facts: RetrainFacts) => {
  const { limits: _, ...decision } = decideRetrain(one, facts, null)
  return wordReason({ ...decision, limits: [] })
}

describe('judgeTriggers() of drift', () => {
  test('fires where the newest window of the newest release confirms it, and names the column with its numbers', () => {
    const decision = decideRetrain(drift, drifted, null)
    expect(decision).toMatchObject({ verdict: 'retrain', trigger: 'drift' })
    expect(wordReason(decision)).toBe('carrier drifted: effect 0.31 (limit 0.1), confirmed in 2 of 3 windows')
  })

  test('does not fire where only some column does, or none, and says how it stands', () => {
    const suspected = { ...carrier, standing: 'suspected', drifted: 1, effect: 0.1004 } as const
    const quiet = { ...finding, verdict: 'no drift', confirmedShare: 0, columns: [] } as const
    expect(reasonOf(drift, { ...drifted, drift: { ...finding, verdict: 'notable', columns: [suspected] } })).toBe(
      'no trigger fires: drift is not confirmed: carrier 0.1004 (limit 0.1, suspected), 25 % of the weight in the windows until 2025-03-24',
    )
    expect(reasonOf(drift, { ...drifted, drift: quiet })).toBe(
      'no trigger fires: drift is not confirmed: no column drifts in the windows until 2025-03-24',
    )
  })

  test.each<[string, Partial<RetrainFacts>, string]>([
    ['never judged', { drift: null }, 'nothing was judged yet'],
    [
      'of another release',
      { release: 'parcels-v2' },
      'what was judged until 2025-03-24 is of parcels-v1, whose place another release took',
    ],
    ['of another release', { release: null }, 'what was judged until 2025-03-24 is of parcels-v1'],
    [
      'pinned since',
      { pinned: { digest: 'a'.repeat(64), until: '2025-03-24T00:00:00Z' } },
      'what was judged until 2025-03-24 is pinned since',
    ],
    [
      'insufficient data',
      { drift: { ...finding, verdict: 'insufficient data' } },
      'insufficient data until 2025-03-24',
    ],
    [
      'in the future',
      { drift: { ...finding, until: '2025-04-01T12:00:00.001Z' } },
      'what was judged ends 2025-04-01, in the future',
    ],
    ['stale', { now: new Date('2025-04-14T00:00:00Z') }, 'stale, the newest judged window ended 2025-03-24'],
  ])('%s fires nothing, and the reason says so', (unknown, change, words) => {
    const data = { ...drifted.data, until: '2025-06-01T00:00:00Z' }
    const facts = { ...drifted, ...(unknown === 'stale' && { data }), ...change }
    const decision = decideRetrain(drift, facts, null)
    expect(decision).toMatchObject({ fires: false, condition: { of: [{ kind: 'drift', fires: false, unknown }] } })
    expect(wordReason(decision)).toContain(`drift is not known: ${words}`)
  })

  test('is stale from the moment on at which as many windows came as it rests on, by the rows that lie there', () => {
    const until = (moment: string): RetrainFacts => ({
      ...drifted,
      now: new Date('2025-05-01T00:00:00Z'),
      data: { ...drifted.data, until: moment },
    })
    expect(decideRetrain(drift, until('2025-04-13T23:59:59.999Z'), null).fires).toBe(true)
    expect(decideRetrain(drift, until('2025-04-14T00:00:00.000Z'), null).fires).toBe(false)
    // A row that somebody's clock put into the year 2099 makes nothing older than it is.
    const wrong = { ...until('2099-01-01T00:00:00.000Z'), now: new Date('2025-04-13T23:59:59Z') }
    expect(decideRetrain(drift, wrong, null).fires).toBe(true)
  })

  test('is pinned from the exact end of its window on, and of the pinned rows alone', () => {
    const pinned = (until: string | null) => ({ ...drifted, pinned: { digest: 'a'.repeat(64), until } })
    expect(decideRetrain(drift, pinned('2025-03-23T23:59:59.999Z'), null).fires).toBe(true)
    expect(decideRetrain(drift, pinned('2025-03-24T00:00:00.000Z'), null).fires).toBe(false)
    expect(decideRetrain(drift, pinned(null), null).fires).toBe(true)
  })

  test('of many columns the worst are named and the others counted, on one line, however they are called', () => {
    const named = (name: string) => ({ ...carrier, name })
    const columns = ['a\nb', 'x'.repeat(1000), ' ', 'd', 'e'].map(named)
    const many = { ...finding, columns: [...columns, ...Array.from({ length: 40 }, (_, at) => named(`c${at}`))] }
    const decision = decideRetrain(drift, { ...drifted, drift: many }, null)
    const reason = wordReason(decision)
    expect(reason).toMatch(
      /^a b drifted: .*; x{59}… drifted: .*; a column without a name drifted: .* and 42 more columns$/,
    )
    expect(decision.condition).toMatchObject({ of: [{ confirmed: 45, finding: { columns: { length: 20 } } }] })
  })
})

describe('judgeTriggers() of a metric', () => {
  test('fires where it is worse by the limit in more than chance, and says that no input drifted', () => {
    const decision = decideRetrain(fall, fallen, null)
    expect(decision).toMatchObject({ verdict: 'retrain', trigger: 'performance' })
    expect(wordReason(decision)).toBe(
      'roc_auc fell from 0.861 to 0.812: worse by 0.049 (0.02 … 0.078), limit 0.03, over 14 d; no input drifted: concept, not data',
    )
    const inputs = { ...fallen, performance: [{ ...performance, cause: 'data' as const }] }
    expect(reasonOf(fall, inputs)).toMatch(/, over 14 d; inputs drifted, too$/)
  })

  test.each([
    [0.0299999, 0.01, false, /worse by 0\.0299999 .* limit 0\.03/],
    [0.03, 0.01, true, /worse by 0\.03 /],
    [0.0300001, 0.01, true, /worse by 0\.0300001 /],
    [0.05, 0, false, /, which may be chance/],
    [0.05, 1e-9, true, /fell/],
    [-0.01, -0.02, false, /worse by −0\.01/],
  ])('a fall of %d whose interval begins at %d: %s', (drop, low, fires, words) => {
    const verdict = fires ? 'drop' : 'no drop'
    const found = { ...performance, drop, verdict, interval: { low, high: 0.2 } } as const
    const decision = decideRetrain(fall, { ...fallen, performance: [found] }, null)
    expect(decision.fires).toBe(fires)
    expect(wordReason(decision)).toMatch(words)
  })

  test('of a metric of which less is better, rises', () => {
    const worse = { drop: 0.1, interval: { low: 0.05, high: 0.15 } }
    const found = { ...performance, metric: 'log_loss', better: 'lower', before: 0.4, ...worse } as const
    const policyOf = policy({ kind: 'metric', metric: 'log_loss', drop: 0.1, overMs: 14 * day })
    expect(reasonOf(policyOf, { ...fallen, performance: [found] })).toMatch(
      /^log_loss rose from 0\.4 to 0\.5: worse by 0\.1 /,
    )
  })

  test.each<[string, Partial<RetrainFacts>, string]>([
    ['never judged', { performance: [] }, 'nothing was judged yet'],
    ['never judged', { performance: [{ ...performance, overMs: 7 * day }] }, 'nothing was judged yet'],
    ['never judged', { performance: [{ ...performance, metric: 'f1' }] }, 'nothing was judged yet'],
    ['of another release', { release: 'parcels-v2' }, 'is of parcels-v1, whose place another release took'],
    [
      'insufficient data',
      { performance: [{ ...performance, drop: null, interval: null, verdict: 'insufficient data' }] },
      'insufficient data until 2025-03-24',
    ],
    [
      'in the future',
      { performance: [{ ...performance, until: '2099-01-01T00:00:00.000Z' }] },
      'what was judged ends 2099-01-01, in the future',
    ],
  ])('%s fires nothing, and the reason says so', (unknown, change, words) => {
    const decision = decideRetrain(fall, { ...fallen, ...change }, null)
    expect(decision).toMatchObject({ fires: false, condition: { of: [{ kind: 'metric', unknown }] } })
    expect(wordReason(decision)).toContain(`roc_auc over 14 d is not known: `)
    expect(wordReason(decision)).toContain(words)
  })
})

describe('what is asked of a clock', () => {
  const when = (kind: 'every' | 'age' | 'freshness', limitMs: number) => policy({ kind, limitMs })

  test.each([
    ['2025-04-01T12:00:00.000Z', { observed: expect.any(Number) }],
    ['2025-04-01T12:00:00.001Z', { observed: null, unknown: 'in the future' }],
  ])('a moment up to a day ahead is one of another time zone, later ones are no moment: %s', (at, told) => {
    const last = { kind: 'release', at } as const
    expect(decideRetrain(when('every', 1), { ...retrainFacts, last }, null).condition).toMatchObject({ of: [told] })
    const learned = { ...retrainFacts, learnedUntil: at }
    expect(decideRetrain(when('age', 1), learned, null).condition).toMatchObject({ of: [told] })
    const data = { ...retrainFacts, data: { ...retrainFacts.data, until: at } }
    expect(decideRetrain(when('freshness', 1), data, null).condition).toMatchObject({ of: [told] })
    const pinned = { ...retrainFacts, pinned: { digest: 'a'.repeat(64), until: at } }
    expect(decideRetrain(when('freshness', 1), pinned, null).condition).toMatchObject({ of: [told] })
  })

  test('a row of the year 2099 starts no run, and says why', () => {
    const data = { ...retrainFacts.data, until: '2099-01-01T00:00:00Z' }
    expect(reasonOf(when('freshness', day), { ...retrainFacts, data })).toBe(
      'no trigger fires: freshness is not known: a date lies in the future (limit 1 d)',
    )
  })

  test.each([
    ['over a leap day', '2024-02-28T12:00:00Z', '2024-03-06T12:00:00Z'],
    ['without one', '2025-02-28T12:00:00Z', '2025-03-07T12:00:00Z'],
    ['over a change to summer time', '2025-03-28T12:00:00Z', '2025-04-04T12:00:00Z'],
    ['over a change back', '2025-10-24T12:00:00Z', '2025-10-31T12:00:00Z'],
    ['over the end of a year', '2024-12-28T00:00:00Z', '2025-01-04T00:00:00Z'],
  ])('7 days are 168 hours %s', (_, at, end) => {
    const last = { kind: 'release', at } as const
    const firesAt = (ms: number) =>
      decideRetrain(when('every', 7 * day), { ...retrainFacts, last, now: new Date(ms) }, null).fires
    expect([firesAt(Date.parse(end) - 1), firesAt(Date.parse(end)), firesAt(Date.parse(end) + 1)]).toEqual([
      false,
      true,
      true,
    ])
  })
})
