import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { Release } from '../../action/github/releases.ts'
import { draftMarker, planJanitor } from '../../action/registry/plan-janitor.ts'
import { planRetention, type RetainedRelease } from '../../action/registry/plan-retention.ts'

const tagOf = (model: string, version: number) => `${model}-v${version}-g1a2b3c4d-d7f3a91c2`

const retained: fc.Arbitrary<readonly RetainedRelease[]> = fc
  .array(
    fc.record({
      model: fc.constantFrom('parcels', 'quotes'),
      isThere: fc.boolean(),
      isHalfCleaned: fc.boolean(),
      aliases: fc.subarray(['champion', 'stable'], { maxLength: 1 }),
      roles: fc.subarray(['live in production', 'previous in production', 'candidate in staging'], { maxLength: 2 }),
    }),
    { maxLength: 40 },
  )
  .map((all) => all.map((one, index) => ({ ...one, version: index + 1, tag: tagOf(one.model, index + 1) })))

describe('planRetention()', () => {
  test('never removes what is live, previous, candidate or has an alias, nor a newest one', () => {
    fc.assert(
      fc.property(retained, fc.integer({ min: 0, max: 10 }), (releases, keepNewest) => {
        const { keep, remove } = planRetention(releases, keepNewest)
        const gone = new Set(remove.map(({ tag }) => tag))
        const needed = releases.filter(({ aliases, roles, isThere }) => aliases.length + roles.length > 0 || !isThere)
        expect(needed.filter(({ tag }) => gone.has(tag))).toEqual([])
        for (const model of ['parcels', 'quotes']) {
          const whole = releases.filter((one) => one.model === model && one.isThere && !one.isHalfCleaned)
          const newest = whole.toSorted((one, other) => other.version - one.version).slice(0, Math.max(1, keepNewest))
          for (const { tag } of newest) expect(gone.has(tag)).toBe(false)
        }
        // Each that is there is decided, once.
        const decided = [...keep, ...remove].map(({ tag }) => tag).toSorted()
        expect(decided).toEqual(
          releases
            .filter(({ isThere }) => isThere)
            .map(({ tag }) => tag)
            .toSorted(),
        )
        expect([...keep, ...remove].every(({ reason }) => reason !== '')).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  test('once done, plans nothing more', () => {
    fc.assert(
      fc.property(retained, fc.integer({ min: 1, max: 10 }), (releases, keepNewest) => {
        const { remove } = planRetention(releases, keepNewest)
        const gone = new Set(remove.map(({ tag }) => tag))
        const after = releases.map((one) => (gone.has(one.tag) ? { ...one, isThere: false } : one))
        expect(planRetention(after, keepNewest).remove).toEqual([])
      }),
    )
  })

  test('says why', () => {
    const plain = { model: 'parcels', isThere: true, isHalfCleaned: false, aliases: [], roles: [] }
    const releases = [1, 2, 3, 4, 5].map((version) => ({ ...plain, version, tag: tagOf('parcels', version) }))
    const [one, two, ...others] = releases
    if (!one || !two) throw new Error('no releases')
    const plan = planRetention(
      [{ ...one, roles: ['live in production'] }, { ...two, aliases: ['champion'] }, ...others],
      2,
    )
    expect(plan.remove).toEqual([{ tag: tagOf('parcels', 3), reason: 'older than the newest 2' }])
    expect(plan.keep.map(({ reason }) => reason)).toEqual([
      'of the newest 2',
      'of the newest 2',
      'alias champion',
      'live in production',
    ])
  })
})

describe('planJanitor()', () => {
  const nowMs = Date.parse('2025-03-04T06:00:00Z')
  const old = '2025-03-01T06:00:00Z'
  const young = '2025-03-04T05:30:00Z'
  const draft = (change: Partial<Release>): Release => ({
    id: 1,
    tag: tagOf('parcels', 1),
    body: `${draftMarker}aa -->`,
    isDraft: true,
    url: '',
    uploadUrl: '',
    createdAt: old,
    publishedAt: null,
    assets: [],
    ...change,
  })
  const asset = (createdAt: string, isWhole: boolean) => ({
    id: 2,
    name: 'm',
    bytes: 1,
    isWhole,
    sha256: null,
    createdAt,
  })
  const plan = (...releases: readonly Release[]) =>
    planJanitor(releases, { model: 'parcels', nowMs, olderThanMs: 86_400_000 }).map(({ kind }) => kind)

  test('takes old drafts of ours, and old uploads that broke off in a draft that somebody still fills', () => {
    expect(plan(draft({}))).toEqual(['draft'])
    expect(plan(draft({ assets: [asset(old, true)] }))).toEqual(['draft'])
    expect(plan(draft({ assets: [asset(old, false), asset(young, true)] }))).toEqual(['asset'])
  })

  test.each<[string, Partial<Release>]>([
    ['a young draft', { createdAt: young }],
    ['a draft that somebody still fills', { assets: [asset(young, false)] }],
    ['a draft without our marker', { body: 'Release notes' }],
    ['a draft of another model', { tag: tagOf('quotes', 1) }],
    ['a draft with a tag that is none of ours', { tag: 'v1.0.0' }],
    ['a published release, whatever it holds', { isDraft: false, assets: [asset(old, false)] }],
  ])('leaves %s', (_, change) => {
    expect(plan(draft(change))).toEqual([])
  })
})
