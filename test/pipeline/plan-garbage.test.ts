import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { type CacheEntry, planGarbage } from '../../action/pipeline/plan-garbage.ts'

const entry = fc.record<CacheEntry>({
  kind: fc.constantFrom('stage', 'checkpoint', 'environment', 'draft'),
  name: fc.constantFrom('train', 'predict'),
  key: fc.constant(null),
  path: fc.uuid(),
  bytes: fc.nat(1000),
  madeMs: fc.constant(null),
  usedMs: fc.nat(20),
  runs: fc.constant([]),
  need: fc.constantFrom(null, null, null, 'current run', 'newest passed run', 'in use'),
  isDead: fc.boolean(),
})
const entries = fc.uniqueArray(entry, { selector: ({ path }) => path, maxLength: 30 })

function bytesOf(list: readonly CacheEntry[]): number {
  return list.reduce((sum, { bytes }) => sum + bytes, 0)
}

describe('planGarbage()', () => {
  test('removes nothing that is needed, all that is dead, and no more than it takes, the oldest use first', () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: 1, max: 20_000 }), (all, budget) => {
        const { removed, kept, bytesBefore, bytesAfter, isOver } = planGarbage(all, budget)

        expect(new Set([...removed, ...kept])).toEqual(new Set(all))
        expect(removed.filter(({ need }) => need !== null)).toEqual([])
        expect(kept.filter(({ need, isDead }) => need === null && isDead)).toEqual([])
        expect([bytesBefore, bytesAfter]).toEqual([bytesOf(all), bytesOf(kept)])
        const free = kept.filter(({ need }) => need === null)
        const old = removed.filter(({ isDead }) => !isDead)
        for (const { usedMs } of old) for (const other of free) expect(usedMs).toBeLessThanOrEqual(other.usedMs)
        // Without the last that went, it would have been too much; where it still is, only what is needed is left.
        const last = old.at(-1)
        expect(last === undefined || bytesAfter + last.bytes > budget).toBe(true)
        expect(isOver).toBe(bytesAfter > budget)
        expect(isOver && free.length > 0).toBe(false)
      }),
    )
  })

  test('comes to the same in any order, and to nothing more once it was carried out', () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: 1, max: 20_000 }), fc.nat(), (all, budget, stopAfter) => {
        const plan = planGarbage(all, budget)

        expect(planGarbage([...all].reverse(), budget)).toEqual(plan)
        expect(planGarbage(plan.kept, budget).removed).toEqual([])
        // Killed after some of it, and run again.
        const gone = new Set(plan.removed.slice(0, stopAfter % (plan.removed.length + 1)))
        const again = planGarbage(
          all.filter((one) => !gone.has(one)),
          budget,
        )
        expect(again.kept).toEqual(plan.kept)
      }),
    )
  })
})
