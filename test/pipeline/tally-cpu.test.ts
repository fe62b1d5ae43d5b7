import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { type CpuTally, cpuSecondsOf, noCpu, tallyCpu } from '../../action/pipeline/tally-cpu.ts'

interface Simulated {
  pid: number
  parent: number
  own: number
  waited: number
}

/** A system in which process 1 waits for everybody whose parent is gone, and counts nothing. */
function simulate() {
  const alive = new Map<number, Simulated>([[2, { pid: 2, parent: 1, own: 0, waited: 0 }]])
  let [next, spent] = [3, 0]
  const pick = (at: number) => [...alive.values()][at % alive.size]!
  return {
    truth: () => spent,
    burn: (at: number, seconds: number) => {
      pick(at).own += seconds
      spent += seconds
    },
    fork: (at: number) => {
      alive.set(next, { pid: next, parent: pick(at).pid, own: 0, waited: 0 })
      next += 1
    },
    end: (at: number) => {
      const ended = pick(at)
      if (ended.pid === 2) return
      alive.delete(ended.pid)
      const parent = alive.get(ended.parent)
      if (parent) parent.waited += ended.own + ended.waited
      for (const child of alive.values()) if (child.parent === ended.pid) child.parent = 1
    },
    seen: () =>
      [...alive.values()].map(({ pid, parent, own, waited }) => ({
        pid,
        parent,
        started: '1',
        cpuSeconds: own + waited,
      })),
  }
}

const events = fc.array(
  fc.record({
    what: fc.constantFrom('burn', 'fork', 'end', 'look'),
    at: fc.nat(20),
    seconds: fc.integer({ min: 1, max: 100 }),
  }),
  { maxLength: 60 },
)

describe('tallyCpu()', () => {
  test('is exact where it looks often enough, whoever waits for whom', () => {
    fc.assert(
      fc.property(events, (happened) => {
        const system = simulate()
        let tally: CpuTally = noCpu
        for (const { what, at, seconds } of happened) {
          if (what !== 'look') system[what](at, seconds)
          tally = tallyCpu(tally, system.seen())
        }
        expect(cpuSecondsOf(tally)).toBe(system.truth())
      }),
    )
  })

  test('never counts anything twice, however seldom it looks', () => {
    fc.assert(
      fc.property(events, (happened) => {
        const system = simulate()
        let tally: CpuTally = noCpu
        for (const { what, at, seconds } of happened) {
          if (what === 'look') tally = tallyCpu(tally, system.seen())
          else system[what](at, seconds)
        }
        expect(cpuSecondsOf(tally)).toBeLessThanOrEqual(system.truth())
      }),
    )
  })
})
