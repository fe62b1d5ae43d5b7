import { describe, expect, test } from 'vitest'

import { register } from '../../action/commands/register.ts'
import { rolloutPromote } from '../../action/commands/rollout-promote.ts'
import { rolloutRollback } from '../../action/commands/rollout-rollback.ts'
import { rolloutStart } from '../../action/commands/rollout-start.ts'
import { rolloutStatus } from '../../action/commands/rollout-status.ts'
import { score } from '../../action/commands/score.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import { readLedger } from '../../action/registry/ledger.ts'
import { caller } from '../support/local-github.ts'
import { type Proposing, proposing } from '../support/proposing.ts'
import { rerun } from '../support/registered-project.ts'
import { tinyRows } from '../support/tiny-project.ts'

async function release(world: Proposing): Promise<string> {
  await rerun(world)
  const outcome = await register.run({ param: [] }, world.context())
  if (outcome.kind === 'diagnosed' || outcome.result.kind !== 'registered') throw new Error(JSON.stringify(outcome))
  return outcome.result.tag
}

async function pullMain({ github, git }: Proposing): Promise<void> {
  const credentials = Buffer.from(`x-access-token:${github.token}`).toString('base64')
  const header = `http.extraHeader=Authorization: Basic ${credentials}`
  await git('-c', header, 'pull', '--quiet', '--ff-only', github.gitUrl, 'main')
}

const plain = { deployment: undefined, note: undefined, share: undefined }

describe('the loop', () => {
  test('new data → decide → propose → a person merges → release → 5 % → all → back', async () => {
    const world = await proposing()
    const { github } = world
    const first = await release(world)
    await rolloutStart.run({ ...plain, release: first }, world.context())
    expect(await world.decide()).toBe('wait')

    await world.addRows(60)
    expect(await world.decide()).toBe('retrain')
    expect((await world.propose()).did).toEqual(['write-branch', 'open', 'record'])
    expect((await world.propose()).did).toEqual([])
    const grace = await github.issueToken({ kind: 'user', login: 'grace', role: 'write' })
    await caller(github, grace)('POST', '/pulls/1/reviews', { event: 'APPROVE' })
    expect((await github.call('PUT', '/pulls/1/merge', { merge_method: 'squash' })).status).toBe(200)
    await pullMain(world)
    expect(await world.decide()).toBe('wait')

    const second = await release(world)
    const head = await world.git('rev-parse', '--short=8', 'HEAD')
    expect(second).toMatch(new RegExp(`^parcels-v2-g${head}-d`))
    expect((await world.propose()).did).toEqual([])

    const context = world.context()
    world.write(
      'data/today/rows.csv',
      tinyRows(300)
        .replace(/,late\n/, '\n')
        .replace(/,[01](?=\n)/g, ''),
    )
    const rows = {
      rows: ['data/today/*.csv'],
      predictions: 'data/today.parquet',
      'prediction-log': 'data/log',
      deployment: undefined,
    }
    await rolloutStart.run({ ...plain, release: second }, context)
    const canary = await score.run(rows, context)
    expect(canary).toMatchObject({ kind: 'done', result: { rows: 300, failure: null } })
    const answered = canary.kind === 'done' ? canary.result.answered : []
    expect(answered.map(({ tag }) => tag)).toEqual([first, second])
    await rolloutPromote.run({ ...plain, release: second }, context)
    expect(await score.run(rows, context)).toMatchObject({ result: { answered: [{ tag: second, rows: 300 }] } })
    await rolloutRollback.run({ ...plain, release: undefined }, context)
    const status = await rolloutStatus.run({ deployment: undefined }, context)
    expect(status).toMatchObject({ result: { state: { stable: { tag: first }, candidate: null } } })

    const { records } = await readLedger(await openGitHubClient(github))
    expect(records.map(({ kind }) => kind)).toEqual([
      'allocate',
      'published',
      'deployed',
      'proposed',
      'allocate',
      'published',
      'deployed',
      'deployed',
      'deployed',
    ])
    const [one, other] = records.filter(({ kind }) => kind === 'published').map(({ body }) => body['approval'])
    expect(one).toEqual({ kind: 'none' })
    expect(other).toMatchObject({ kind: 'merged', by: 'acme', pull: 1, approvers: [{ by: 'grace' }] })
  })
})
