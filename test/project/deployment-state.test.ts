import { describe, expect, test } from 'vitest'

import { readDeploymentState } from '../../action/project/deployment-state.ts'

const tag = (version: number) => `parcels-v${version}-g1a2b3c4d-d7f3a91c2`
const state = {
  schema: 'plumbline/state/v1',
  model: 'parcels',
  stable: { tag: tag(11) },
  previous: { tag: tag(10) },
  candidate: { tag: tag(12), share: 5 },
}

describe('readDeploymentState()', () => {
  test('keeps what it does not know, so that writing it back loses nothing', () => {
    const more = { ...state, step: 3, stable: { tag: tag(11), since: '2025-03-06' } }
    expect(readDeploymentState(JSON.stringify(more))).toEqual({ ok: true, state: more })
    const first = { ...state, previous: null, candidate: null }
    expect(readDeploymentState(JSON.stringify(first))).toEqual({ ok: true, state: first })
  })

  test.each([
    ['{', 'it is no JSON'],
    ['null', 'state: '],
    [JSON.stringify({ ...state, schema: 'plumbline/state/v2' }), 'schema: '],
    [JSON.stringify({ ...state, stable: null }), 'stable: '],
    [JSON.stringify({ ...state, previous: { tag: 'latest' } }), 'previous.tag: '],
    [JSON.stringify({ ...state, candidate: { tag: tag(12), share: 101 } }), 'candidate.share: '],
    [JSON.stringify({ ...state, candidate: { tag: tag(12) } }), 'candidate.share: '],
  ])('says what is wrong with %s', (text, beginning) => {
    expect(readDeploymentState(text)).toEqual({ ok: false, problem: expect.stringContaining(beginning) })
  })
})
