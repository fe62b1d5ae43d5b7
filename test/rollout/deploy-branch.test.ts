import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

import { openGitHubClient } from '../../action/github/client.ts'
import type { Interrupt } from '../../action/local-github/answer-request.ts'
import { readLedger } from '../../action/registry/ledger.ts'
import { recordDeployment } from '../../action/registry/record-deployment.ts'
import { changeDeployment, readDeployment } from '../../action/rollout/deploy-branch.ts'
import { nextDeployment, type RolloutWish } from '../../action/rollout/next-deployment.ts'
import { eachFault } from '../support/each-fault.ts'
import { git, type TestGitHub, testGitHub } from '../support/local-github.ts'

const place = { model: 'parcels', environment: 'production' }
const tag = (version: number) => `parcels-v${version}-g1a2b3c4d-d7f3a91c2`

let minutes = 0

/** As the commands do it. */
async function wish(github: TestGitHub, wished: RolloutWish, at = new Date(60_000 * minutes++).toISOString()) {
  const client = await openGitHubClient(github)
  const before = await readDeployment(client, place)
  if (before) await recordDeployment(client, place.environment, before)
  const { state } = await changeDeployment(client, place, (now) => {
    const next = nextDeployment(place.model, now, wished, { at, actor: 'ada' })
    if (next.kind === 'refused') throw new Error(next.why)
    return next.kind === 'same' ? next : { ...next, message: 'change' }
  })
  await recordDeployment(client, place.environment, state)
}

const scenario: readonly RolloutWish[] = [
  { kind: 'start', tag: tag(1), share: 5 },
  { kind: 'start', tag: tag(2), share: 5 },
  { kind: 'promote', tag: tag(2) },
]

async function held(github: TestGitHub) {
  const client = await openGitHubClient(github)
  const state = await readDeployment(client, place)
  const { records } = await readLedger(client)
  const commits = await git(
    `${github.folder}/github/repository.git`,
    'rev-list',
    '--count',
    'plumbline/deploy/production',
  )
  return {
    live: [state?.stable.tag, state?.previous, state?.candidate, state?.last?.did],
    commits,
    records: records.map(({ kind, body }) => [kind, body['did'], body['share']]),
  }
}

describe('changeDeployment()', () => {
  test('ends the same, with one record a change, wherever it was killed', async () => {
    const state = { writes: 0, breakAt: 0, moment: 'before' }
    const interrupt: Interrupt = (moment, { method }) => {
      if (method === 'GET') return 'serve'
      if (moment === 'before') state.writes++
      return state.writes === state.breakAt && moment === state.moment ? 'drop' : 'serve'
    }
    await using measured = await testGitHub({ interrupt })
    state.writes = 0
    for (const wished of scenario) await wish(measured, wished)
    const { writes } = state
    const expected = await held(measured)
    expect(expected.records.map(([, did]) => did)).toEqual(['first', 'started', 'promoted'])
    expect(writes).toBeGreaterThan(15)
    for (let breakAt = 1; breakAt <= writes; breakAt += 1) {
      for (const moment of ['before', 'after']) {
        Object.assign(state, { breakAt: 0 })
        await using fragile = await testGitHub({ interrupt })
        Object.assign(state, { writes: 0, breakAt, moment })
        for (const wished of scenario) {
          await wish(fragile, wished).catch(async () => {
            state.breakAt = 0
            await wish(fragile, wished)
          })
        }
        expect(await held(fragile), `killed ${moment} write ${breakAt}`).toEqual(expected)
      }
    }
  })

  test('ends the same, with one record a change, whatever fault befalls whichever call', {
    timeout: 600_000,
  }, async () => {
    const limits = { slowMs: 5, retryAfterSeconds: 0 }
    await using measured = await testGitHub({ limits })
    const [first, second] = [scenario[0], scenario[1]] as const
    if (!first || !second) throw new Error('The scenario has changed')
    await wish(measured, first)
    const start = measured.calls().length
    const at = '2025-03-04T06:12:00.000Z'
    await wish(measured, second, at)
    const faults = eachFault(measured.calls().slice(start))
    const expected = await held(measured)
    expect(faults.length).toBeGreaterThan(60)

    await using fragile = await testGitHub({ limits })
    await wish(fragile, first)
    const bare = `${fragile.folder}/github/repository.git`
    const branches = ['plumbline/deploy/production', 'plumbline/ledger']
    const before = await Promise.all(branches.map((branch) => git(bare, 'rev-parse', branch)))
    for (const fault of faults) {
      for (const [index, branch] of branches.entries()) {
        await git(bare, 'update-ref', `refs/heads/${branch}`, before[index] ?? '')
      }
      fragile.fault(fault)
      const failed = await wish(fragile, second, at).then(
        () => 'none',
        (error: { code?: string }) => error.code,
      )
      expect(failed).toMatch(/^(none|(github|registry)\/.*)$/)
      fragile.faultless()
      await wish(fragile, second, at)
      expect(await held(fragile), `${fault.kind}@${fault.at}`).toEqual(expected)
    }
  })

  test('of eight that start other candidates at once, one is first and the others are refused', async () => {
    await using github = await testGitHub()
    await wish(github, { kind: 'start', tag: tag(1), share: 5 })
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => wish(github, { kind: 'start', tag: tag(index + 2), share: 5 })),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect((await held(github)).records.map(([, did]) => did)).toEqual(['first', 'started'])
  })

  test('leaves a state that it cannot read as it is', async () => {
    await using github = await testGitHub()
    await wish(github, { kind: 'start', tag: tag(1), share: 5 })
    const work = `${github.folder}/work`
    await git(work, 'fetch', '--quiet', `${github.folder}/github/repository.git`, 'plumbline/deploy/production')
    await git(work, 'checkout', '--quiet', 'FETCH_HEAD')
    writeFileSync(`${work}/models/parcels/state.json`, '{"schema":"plumbline/state/v9"}')
    await git(work, 'commit', '--quiet', '--all', '-m', 'by hand')
    await git(work, 'push', '--quiet', `${github.folder}/github/repository.git`, 'HEAD:plumbline/deploy/production')
    await expect(wish(github, { kind: 'start', tag: tag(2), share: 5 })).rejects.toMatchObject({
      code: 'rollout/bad-state',
      message: expect.stringContaining('schema'),
    })
  })
})
