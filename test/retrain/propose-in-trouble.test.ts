import { expect, test } from 'vitest'

import type { Interrupt } from '../../action/local-github/answer-request.ts'
import { proposing } from '../support/proposing.ts'

/** From the nth request that writes on, every request of the API is refused so. */
function refusing(status: number, message: string) {
  const switched = { left: Number.POSITIVE_INFINITY }
  const interrupt: Interrupt = (moment, { method, url = '' }) => {
    if (moment === 'after' || !url.includes('/api/v3/')) return 'serve'
    if (method !== 'GET' && switched.left > 0) switched.left--
    return switched.left > 0 ? 'serve' : { status, json: { message } }
  }
  return { switched, interrupt }
}

test.each([2, 3, 4])(
  'propose says that the token died at write %i, and a new one ends it with one pull request',
  { timeout: 60_000 },
  async (writes) => {
    const { switched, interrupt } = refusing(401, 'Bad credentials')
    const world = await proposing({ github: { interrupt } })
    await world.addRows(20)
    switched.left = writes
    await expect(world.propose()).rejects.toMatchObject({ code: 'github/unauthorized' })
    switched.left = Number.POSITIVE_INFINITY

    expect(await world.propose()).toMatchObject({ state: 'open-clean', proposal: { number: 1, state: 'open' } })
    expect(await world.pulls()).toHaveLength(1)
    expect(await world.propose()).toMatchObject({ did: [] })
  },
)
