import { describe, expect, test } from 'vitest'

import type { Interrupt } from '../../action/local-github/answer-request.ts'
import { type ProposalWorld, proposalWorld } from '../support/proposal-world.ts'

type Answer = ReturnType<Interrupt>
type How = (moment: 'before' | 'after') => Answer

/** Cuts connections as a killed run, or a fault of GitHub's, would; counts the writes of a run. */
class Disturbance {
  #writes = 0
  #at = Infinity
  #how: How = () => 'serve'
  #isOn = false

  readonly interrupt: Interrupt = (moment, { method }) => {
    if (!this.#isOn || method === 'GET' || method === 'HEAD') return 'serve'
    if (moment === 'before') this.#writes++
    return this.#writes === this.#at ? this.#how(moment) : 'serve'
  }

  /** Counts from now on; the write of this number is disturbed. */
  start(at = Infinity, how: How = () => 'serve'): void {
    this.#writes = 0
    this.#at = at
    this.#how = how
    this.#isOn = true
  }

  /** How many writes there were. */
  stop(): number {
    this.#isOn = false
    return this.#writes
  }
}

const scenarios: Readonly<Record<'opened' | 'renewed' | 'closed', (world: ProposalWorld) => Promise<void>>> = {
  opened: async (world) => world.set(2),
  renewed: async (world) => {
    world.set(2)
    await world.run()
    world.set(4)
  },
  closed: async (world) => {
    world.set(2)
    await world.run()
    world.set(2, false)
  },
}

async function prepared(scenario: keyof typeof scenarios) {
  const disturbance = new Disturbance()
  const world = await proposalWorld(disturbance.interrupt)
  await scenarios[scenario](world)
  return { world, disturbance }
}

/** How many writes a run takes that nobody disturbs, and how it ends. */
async function undisturbed(scenario: keyof typeof scenarios) {
  const { world, disturbance } = await prepared(scenario)
  disturbance.start()
  await world.run()
  const writes = disturbance.stop()
  return { writes, expected: await world.endState() }
}

/** Runs with one write disturbed, then again, and compares. */
async function disturbed(scenario: keyof typeof scenarios, write: number, how: How) {
  const { world, disturbance } = await prepared(scenario)
  disturbance.start(write, how)
  const failed = await world.run().then(
    () => 'none',
    (error: { code?: string }) => error.code,
  )
  disturbance.stop()
  await world.run()
  return { failed, end: await world.endState(), left: (await world.run()).did }
}

describe('keepProposal()', () => {
  test.each([
    ['opened', 7, 'open'],
    ['renewed', 7, 'open'],
    ['closed', 2, 'closed'],
  ] as const)(
    'a proposal that is %s ends the same, killed before or after any of its %i writes',
    {
      timeout: 240_000,
    },
    async (scenario, count, state) => {
      const { writes, expected } = await undisturbed(scenario)
      expect(writes).toBe(count)
      expect(expected).toMatchObject({ pulls: [{ state, isTold: true }] })
      let kills = 0
      for (let write = 1; write <= writes; write++) {
        for (const killed of ['before', 'after'] as const) {
          const run = await disturbed(scenario, write, (moment) => (moment === killed ? 'drop' : 'serve'))
          expect(run, `${killed} write ${write}`).toMatchObject({ end: expected, left: [] })
          if (run.failed === 'github/unreachable') kills++
        }
      }
      // Git's own answer to a push is on its way before anybody can cut it off.
      expect(kills).toBeGreaterThanOrEqual(2 * writes - 1)
    },
  )

  test.each([
    ['a bad gateway', { status: 502, json: { message: 'Bad Gateway' } }],
    ['a secondary limit', { status: 403, json: { message: 'You have exceeded a secondary rate limit' } }],
    ['a token that died', { status: 401, json: { message: 'Bad credentials' } }],
    ['a conflict', { status: 409, json: { message: 'Conflict' } }],
    ['a refusal', { status: 422, json: { message: 'Validation Failed' } }],
  ] as const)('ends the same after %s at any of its writes', { timeout: 240_000 }, async (_, answer) => {
    const { writes, expected } = await undisturbed('renewed')
    for (let write = 1; write <= writes; write++) {
      const run = await disturbed('renewed', write, (moment) => (moment === 'before' ? answer : 'serve'))
      expect(run, `write ${write}`).toMatchObject({ end: expected, left: [] })
      expect(run.failed).toMatch(/^none$|^github\//)
    }
  })

  test.each([2, 8])('%i runs at once make one proposal', { timeout: 240_000 }, async (runs) => {
    for (const scenario of ['opened', 'renewed', 'closed'] as const) {
      const { expected } = await undisturbed(scenario)
      const { world } = await prepared(scenario)
      const results = await Promise.all(Array.from({ length: runs }, () => world.run()))
      expect(results.map(({ proposal }) => proposal?.number)).toEqual(results.map(() => 1))
      expect(await world.endState()).toEqual(expected)
      expect((await world.run()).did).toEqual([])
    }
  })
})
