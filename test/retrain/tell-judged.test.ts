import { describe, expect, test } from 'vitest'

import { readMark, textOf } from '../../action/retrain/proposal-mark.ts'
import { type Reusing, reusing, workflow } from '../support/reusing.ts'

const checks = `on: { pull_request: , workflow_dispatch: }
jobs:
  all:
    runs-on: ubuntu-latest
    steps: [{ uses: plumbline-ml/plumbline@v0.1.0, with: { command: run } }]
`

async function proposed(): Promise<Reusing> {
  return await reusing({ [workflow]: checks })
}

async function bodyOf(world: Reusing): Promise<string> {
  return (await world.pull(1)).body
}

describe('propose, of a pull request whose checks have ended', { timeout: 60_000 }, () => {
  test('tells once what they came to, and asks for it no more', async () => {
    const world = await proposed()
    expect(await world.propose()).toMatchObject({ did: [], why: 'open' })
    expect(await bodyOf(world)).toContain('how it did stands here once they have ended')
    const run = await world.judge()

    const told = await world.propose()

    expect(told).toMatchObject({ did: ['tell-judged'], state: 'open-clean', why: 'open' })
    expect(told.report.text).toMatch(/^RENEWED/)
    const body = await bodyOf(world)
    expect(body).toMatch(
      /\*\*Candidate\.\*\* roc_auc [\d.]+ .*test rows, judged by \[run \d+\]\(http.*All gates pass \(2\)\./,
    )
    expect(body).toContain('There is no release to compare it with.')
    expect(readMark(body, 'parcels')).toMatchObject({ judged: run, commit: world.head })
    const again = await world.propose()
    expect(again).toMatchObject({ did: [] })
    expect(again.calls).toBeLessThanOrEqual(6)
    expect(await bodyOf(world)).toBe(body)
  })

  test('says where their report is where they failed and left nothing', async () => {
    const world = await proposed()
    await world.judge({ conclusion: 'failure', artifacts: [] })
    expect(await world.propose()).toMatchObject({ did: ['tell-judged'] })
    expect(await bodyOf(world)).toContain('**Candidate.** The checks failed: [run ')
  })

  test('leaves alone what a person wrote, and looks no more', async () => {
    const world = await proposed()
    const before = await bodyOf(world)
    const mine = `Look at March first.\n\n${before}`
    await world.github.call('PATCH', '/pulls/1', { body: mine })
    await world.judge({ conclusion: 'failure', artifacts: [] })
    expect(await world.propose()).toMatchObject({ did: ['tell-judged'] })
    expect(textOf(await bodyOf(world))).toBe(textOf(mine))
    expect(await world.propose()).toMatchObject({ did: [] })
  })

  test.each([
    ['goes on', { status: 'in_progress', conclusion: null }],
    ['waits for a button', { conclusion: 'action_required' }],
    ['is of another workflow', { workflow: '.github/workflows/other.yml' }],
  ] as const)('tells nothing where the run %s', async (_, change) => {
    const world = await proposed()
    await world.judge({ ...change, artifacts: [] })
    const quiet = await world.propose()
    expect(quiet).toMatchObject({ did: [] })
    // Six of the API, and the archive that holds the ledger.
    expect(quiet.calls).toBeLessThanOrEqual(7)
  })
})
