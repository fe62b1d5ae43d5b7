import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'

import { once } from '../../action/base/once.ts'
import { silent } from '../../action/base/progress.ts'
import { sha256 } from '../../action/base/sha256.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import { startLocalGitHub } from '../../action/local-github/start-local-github.ts'
import { readLedger } from '../../action/registry/ledger.ts'
import type { LedgerRecord } from '../../action/registry/ledger-record.ts'
import { registerCandidate } from '../../action/registry/register-candidate.ts'
import { runRecord, testCandidate } from '../support/candidate.ts'
import type { Ended } from '../support/command-line.ts'
import { type Beginning, type Copy, copyOf, killAtEachWrite, undisturbed } from '../support/killed-calls.ts'
import { git, push } from '../support/local-github.ts'
import { pinData } from '../support/pin-data.ts'
import { everyTenRows, rowsBetween } from '../support/proposing.ts'
import { commitAll, runProject } from '../support/registered-project.ts'
import { tinyProject } from '../support/tiny-project.ts'

/** What each scenario begins with outlives the test that made it. */
const kept = mkdtempSync(join(tmpdir(), 'plumbline-killed-'))
afterAll(() => rmSync(kept, { recursive: true, force: true, maxRetries: 10 }))

const workflow = '.github/workflows/plumbline.yml'
const workflowText = `name: Plumbline
on: { pull_request: {}, workflow_dispatch: {} }
jobs: { train: { runs-on: ubuntu-latest, steps: [{ uses: plumbline-ml/plumbline@v0.1.0, with: { command: run } }] } }
`
const settings = `version: 1
labels: { retrain: { color: 0E8A16, description: Opened by Plumbline }, bug: { color: d73a4a, description: Ours } }
environments: { production: { reviewers: [acme], wait-minutes: 5 }, staging: {} }
actions: { pull-requests: true, default-permissions: read }
`

/** A project, and a GitHub that has its commits; `more` is done with them before the first copy is made. */
async function beginningOf(
  name: string,
  project: { readonly folder: string },
  more: (github: Copy) => Promise<void> = async () => {},
): Promise<Beginning> {
  const empty = join(kept, `${name}-empty`)
  const [github, folder] = [join(kept, `${name}-github`), join(kept, `${name}-project`)]
  {
    await using live = await startLocalGitHub({ folder: empty, owner: 'acme', repository: 'parcels' })
    await push(live, project.folder, '+HEAD:refs/heads/main')
  }
  await using copy = await copyOf({ github: empty, project: project.folder })
  await more(copy)
  cpSync(join(copy.bare, '..'), github, { recursive: true, preserveTimestamps: true })
  cpSync(copy.project, folder, { recursive: true, preserveTimestamps: true })
  return { github, project: folder }
}

const proposing = once(async () => {
  const project = await tinyProject({ files: { 'plumbline.yaml': everyTenRows, [workflow]: workflowText } })
  await pinData(project.folder)
  project.write('data/more.csv', rowsBetween(400, 420))
  await commitAll(project, 'More rows')
  return await beginningOf('propose', project, (github) => github.configure({ mayJobsOpenPulls: true }))
})

const trained = once(async () => await beginningOf('register', await runProject()))

/** Two releases of one model, of which the first is live and the second a candidate in `canary`. */
const released = once(async () => {
  const project = await tinyProject({ files: { '.github/plumbline-settings.yaml': settings } })
  await commitAll(project, 'First')
  return await beginningOf('rollout', project, async (github) => {
    const client = await openGitHubClient(github)
    const commit = await project.git('rev-parse', 'HEAD')
    for (const number of [1, 2]) {
      const subject = testCandidate(runRecord({ runKey: sha256(`run ${number}`) }))
      await registerCandidate(
        client,
        { ...subject, commit, stamp: { at: '2025-03-04T06:12:00.000Z', actor: 'ada' } },
        silent,
      )
    }
    for (const version of [1, 2])
      ended(await github.plumbline(['rollout', 'start', `parcels-v${version}`, '--deployment', 'canary']))
  })
})

function ended(end: Ended): void {
  if (end.code !== 0) throw new Error(`${end.stdout}${end.stderr}`)
}

async function ledgerOf(copy: Copy): Promise<readonly LedgerRecord[]> {
  return (await readLedger(await openGitHubClient(copy))).records
}

/** Everything of releases that is one of each, without times. */
async function releasesOf(copy: Copy) {
  const releases = (await copy.call('GET', '/releases')).body as {
    tag_name: string
    draft: boolean
    assets: { name: string; state: string; digest: string }[]
  }[]
  const tags = (await copy.call('GET', '/git/matching-refs/tags/')).body as { ref: string }[]
  const records = await ledgerOf(copy)
  return {
    releases: releases.map(({ tag_name, draft, assets }) => ({
      tag_name,
      draft,
      assets: assets.map(({ name, state, digest }) => `${name} ${state} ${digest}`).sort(),
    })),
    tags: tags.map(({ ref }) => ref),
    records: records.map(({ kind, body }) => [kind, body['tag']]),
  }
}

async function proposalsOf(copy: Copy) {
  const pulls = (await copy.call('GET', '/pulls?state=all')).body as {
    state: string
    title: string
    body: string
    head: { ref: string; sha: string }
  }[]
  const branches = (await copy.call('GET', '/git/matching-refs/heads/plumbline/retrain/')).body as { ref: string }[]
  const { workflow_runs: runs } = (await copy.call('GET', '/actions/runs')).body as {
    workflow_runs: { event: string; head_sha: string }[]
  }
  const records = await ledgerOf(copy)
  return {
    pulls: pulls.map(({ state, title, body, head }) => ({ state, title, body, head: [head.ref, head.sha] })),
    branches: branches.map(({ ref }) => ref),
    checks: [...new Set(runs.filter(({ event }) => event === 'workflow_dispatch').map(({ head_sha }) => head_sha))],
    // One may be too many, which is said: a dispatch cannot be sent once and surely.
    areChecksFew: runs.filter(({ event }) => event === 'workflow_dispatch').length <= 2,
    records: records.map(({ kind, body }) => [kind, body['dataDigest'], body['commit'], body['pull']]),
  }
}

async function rolloutIn(deployment: string, copy: Copy) {
  const branch = `plumbline/deploy/${deployment}`
  const shown = await git(copy.bare, 'show', `${branch}:models/parcels/state.json`)
  const { stable, previous, candidate, last } = JSON.parse(shown)
  const commits = await git(copy.bare, 'rev-list', '--count', branch)
  const records = await ledgerOf(copy)
  return {
    live: [stable.tag, previous, candidate?.tag, candidate?.share, last.did],
    commits,
    records: records.map(({ kind, body }) => [kind, body['tag'], body['did']]),
  }
}

async function settingsOf(copy: Copy) {
  const [labels, environments, rulesets, permissions] = await Promise.all(
    ['/labels', '/environments', '/rulesets', '/actions/permissions/workflow'].map(
      async (path) => (await copy.call('GET', path)).body,
    ),
  )
  return {
    labels: labels.map(({ name, color }: { name: string; color: string }) => [name, color]),
    environments: environments.environments.map(({ name }: { name: string }) => name),
    rulesets: rulesets.map(({ name }: { name: string }) => name),
    permissions,
  }
}

const asJob = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'schedule' }
const writes = { contents: 'write', pull_requests: 'write', issues: 'write', actions: 'write' } as const

/** As a step of a workflow does, whose token starts no checks. */
async function proposeAsJob(copy: Copy, folder = copy.project): Promise<Ended> {
  const token = await copy.issueToken({ kind: 'job', permissions: writes })
  return await copy.plumbline(['propose'], { folder, token })
}

interface Command {
  readonly begin: () => Promise<Beginning>
  readonly environment?: Readonly<Record<string, string>>
  readonly run: (copy: Copy, folder?: string) => Promise<Ended>
  readonly state: (copy: Copy) => Promise<unknown>
}

const words =
  (...line: string[]) =>
  (copy: Copy, folder = copy.project) =>
    copy.plumbline(line, { folder })

const commands: Readonly<Record<string, Command>> = {
  register: { begin: trained, run: words('register'), state: releasesOf },
  propose: { begin: proposing, environment: asJob, run: proposeAsJob, state: proposalsOf },
  'rollout start': {
    begin: released,
    run: words('rollout', 'start', 'parcels-v1'),
    state: (copy) => rolloutIn('production', copy),
  },
  'rollout promote': {
    begin: released,
    run: words('rollout', 'promote', 'parcels-v2', '--deployment', 'canary'),
    state: (copy) => rolloutIn('canary', copy),
  },
  'rollout rollback': {
    begin: released,
    run: words('rollout', 'rollback', '--deployment', 'canary'),
    state: (copy) => rolloutIn('canary', copy),
  },
  'setup --apply': { begin: released, run: words('setup', '--apply'), state: settingsOf },
}

describe.each(Object.entries(commands))('plumbline %s', (name, { begin, environment, run, state }) => {
  const scenario = {
    begin: async () => await copyOf(await begin(), environment),
    run: (copy: Copy) => run(copy),
    state,
  }
  const alone = once(() => undisturbed(scenario))

  test('killed before and after each of its writes and run again, it ends the same', { timeout: 600_000 }, async () => {
    const { points, wrong } = await killAtEachWrite(scenario, await alone())
    console.log(`plumbline ${name}: killed at ${points} points`)
    expect(wrong).toEqual([])
    expect(points).toBeGreaterThan(4)
  })

  test.each([2, 8])('%i at once leave one of each', { timeout: 600_000 }, async (processes) => {
    await using copy = await scenario.begin()
    const ends = await Promise.all(copy.folders(processes).map((folder) => run(copy, folder)))
    expect(ends.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual(ends.map(() => 0))
    expect(await state(copy)).toEqual((await alone()).state)
  })
})
