import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { type DeploymentState, readDeploymentState } from '../../action/project/deployment-state.ts'
import { nextDeployment, type RolloutWish } from '../../action/rollout/next-deployment.ts'

const tag = (version: number) => `parcels-v${version}-g1a2b3c4d-d7f3a91c2`
const wisher = { at: '2026-03-04T06:12:00.000Z', actor: 'ada' }
const next = (state: DeploymentState | undefined, wish: RolloutWish) => nextDeployment('parcels', state, wish, wisher)

function after(...wishes: readonly RolloutWish[]): DeploymentState {
  let state: DeploymentState | undefined
  for (const wish of wishes) {
    const decided = next(state, wish)
    if (decided.kind === 'refused') throw new Error(decided.why)
    state = decided.state
  }
  if (!state) throw new Error('no wish')
  return state
}

const start = (version: number, share = 5): RolloutWish => ({ kind: 'start', tag: tag(version), share })
const promote = (version: number): RolloutWish => ({ kind: 'promote', tag: tag(version) })
const rollback = (version?: number): RolloutWish => ({
  kind: 'rollback',
  ...(version !== undefined && { tag: tag(version) }),
})
const brief = ({ stable, previous, candidate, last }: DeploymentState) => [
  stable.tag,
  previous?.tag ?? null,
  candidate ? [candidate.tag, candidate.share] : null,
  last?.did,
]

describe('nextDeployment()', () => {
  test.each<[string, readonly RolloutWish[], unknown]>([
    ['the first is live at once', [start(1)], [tag(1), null, null, 'first']],
    ['a later one is a candidate', [start(1), start(2)], [tag(1), null, [tag(2), 5], 'started']],
    ['its share changes', [start(1), start(2), start(2, 25)], [tag(1), null, [tag(2), 25], 'shared']],
    ['it is promoted', [start(1), start(2), promote(2)], [tag(2), tag(1), null, 'promoted']],
    ['a candidate is withdrawn', [start(1), start(2), rollback()], [tag(1), null, null, 'withdrawn']],
    ['the one before is restored', [start(1), start(2), promote(2), rollback()], [tag(1), null, null, 'restored']],
    ['by its name, too', [start(1), start(2), promote(2), rollback(2)], [tag(1), null, null, 'restored']],
  ])('%s', (_, wishes, expected) => {
    expect(brief(after(...wishes))).toEqual(expected)
  })

  test.each<[string, readonly RolloutWish[], RolloutWish, string]>([
    ['two candidates', [start(1), start(2)], start(3), 'is being rolled out (5 %); expected one at a time'],
    ['a candidate that is none', [start(1)], promote(2), 'it is not being rolled out'],
    ['going back from the first', [start(1)], rollback(), 'there is no release before it'],
    ['going back from one that is compared with', [start(1), start(2)], rollback(1), 'is compared with it (5 %)'],
    ['going back from a stranger', [start(1), start(2)], rollback(3), 'it is neither live nor being rolled out'],
  ])('refuses %s', (_, wishes, wish, why) => {
    expect(next(after(...wishes), wish)).toMatchObject({ kind: 'refused', why: expect.stringContaining(why) })
  })

  test('refuses all but a start where nothing is live', () => {
    for (const wish of [promote(1), rollback(), rollback(1)]) expect(next(undefined, wish).kind).toBe('refused')
  })

  test('a rollback that names nothing, pressed twice, takes one release back', () => {
    const state = after(start(1), start(2), promote(2), start(3), rollback())
    expect(next(state, rollback())).toEqual({ kind: 'same', state })
    expect(brief(after(start(1), start(2), promote(2), start(3), rollback(), rollback(2)))[0]).toBe(tag(1))
  })

  test('the one before can be tried again', () => {
    const state = after(start(1), start(2), promote(2), start(1))
    expect([state.stable.tag, state.previous?.tag, state.candidate?.tag]).toEqual([tag(2), tag(1), tag(1)])
    expect(brief(after(start(1), start(2), promote(2), start(1), promote(1)))[0]).toBe(tag(1))
    expect(brief(after(start(1), start(2), promote(2), start(1), rollback(), rollback(2)))[0]).toBe(tag(1))
  })

  test('whatever is wished, the state is one that can be read, with the same wish once more changing nothing', () => {
    const wishes = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('start' as const), tag: versions, share: fc.integer({ min: 1, max: 99 }) }),
        fc.record({ kind: fc.constant('promote' as const), tag: versions }),
        fc.record({ kind: fc.constant('promote' as const), tag: versions, share: fc.integer({ min: 1, max: 99 }) }),
        fc.record({ kind: fc.constant('rollback' as const), tag: versions }),
        fc.record({ kind: fc.constant('rollback' as const) }),
      ),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(wishes, (wished) => {
        let state: DeploymentState | undefined
        for (const wish of wished) {
          const decided = next(state, wish)
          if (decided.kind === 'refused') continue
          state = decided.state
          expect(readDeploymentState(JSON.stringify(state))).toEqual({ ok: true, state })
          expect(next(state, wish)).toEqual({ kind: 'same', state })
          // The one before may be tried again; what is live is no candidate, nor the one before itself.
          expect([state.previous?.tag, state.candidate?.tag]).not.toContain(state.stable.tag)
        }
      }),
    )
  })
})

const versions = fc.integer({ min: 1, max: 4 }).map(tag)
