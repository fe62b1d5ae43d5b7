import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { describe, expect, test } from 'vitest'

import { silent } from '../../action/base/progress.ts'
import { sha256 } from '../../action/base/sha256.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import type { Interrupt } from '../../action/local-github/answer-request.ts'
import { readLedger } from '../../action/registry/ledger.ts'
import { readLineage } from '../../action/registry/lineage.ts'
import { type Registered, registerCandidate } from '../../action/registry/register-candidate.ts'
import { runRecord, type TestCandidate, testCandidate } from '../support/candidate.ts'
import { git, type TestGitHub, testGitHub } from '../support/local-github.ts'
import { tempFolder } from '../support/temp-folder.ts'

const stamp = { at: '2025-03-04T06:12:00.000Z', actor: 'ada' }
const names = [
  'contract.yaml',
  'data.lock.yaml',
  'judged.skops',
  'model-card.md',
  'model.skops',
  'provenance.intoto.json',
  'run.json',
  'sbom.cdx.json',
  'serve.tar.gz',
  'sums.txt',
]

async function register(github: TestGitHub, subject: TestCandidate, at = stamp.at): Promise<Registered> {
  const client = await openGitHubClient(github)
  return registerCandidate(client, { ...subject, commit: github.head, stamp: { ...stamp, at } }, silent)
}

interface HeldRelease {
  readonly tag: string
  readonly draft: boolean
  readonly assets: readonly { readonly name: string; readonly digest: string; readonly state: string }[]
}

/** Every release with its assets, every tag, and the kinds of records: what must come out the same whatever happened. */
async function held(github: TestGitHub) {
  const listed: (HeldRelease & { tag_name: string })[] = (await github.call('GET', '/releases')).body
  const refs: { ref: string; object: { sha: string } }[] = (await github.call('GET', '/git/matching-refs/tags/')).body
  const { records } = await readLedger(await openGitHubClient(github))
  const releases: HeldRelease[] = listed.map(({ tag_name, draft, assets }) => ({
    tag: tag_name,
    draft,
    assets: assets
      .map(({ name, digest, state }) => ({ name, digest, state }))
      .toSorted((one, other) => (one.name < other.name ? -1 : 1)),
  }))
  return {
    releases,
    tags: refs.map(({ ref, object }) => `${ref} ${object.sha}`),
    records: records.map(({ kind }) => kind),
  }
}

function assetNames([release]: readonly HeldRelease[]): readonly string[] {
  return release?.assets.map(({ name }) => name) ?? []
}

function digestOf([release]: readonly HeldRelease[], asset: string): string | undefined {
  return release?.assets.find(({ name }) => name === asset)?.digest
}

/** Without what differs between two repositories: commits, and so the tag and the files that name it. */
function steady({ releases, tags, records }: Awaited<ReturnType<typeof held>>) {
  const withoutCommit = releases.map(({ draft, assets }) => ({
    draft,
    assets: assets.map((asset) => (/provenance|model-card|sums/.test(asset.name) ? { ...asset, digest: '' } : asset)),
  }))
  return { releases: withoutCommit, tags: tags.length, records }
}

/** Lets requests through until a write, at or after which the caller is dead: nothing more is heard of it. Counts writes. */
function breaker() {
  const state = { writes: 0, breakAt: 0, moment: 'before' as 'before' | 'after', isDead: false }
  const interrupt: Interrupt = (moment, { method }) => {
    const isWrite = method !== 'GET'
    if (isWrite && moment === 'before') state.writes++
    if (isWrite && state.writes === state.breakAt && moment === state.moment) state.isDead = true
    return state.breakAt > 0 && state.isDead ? 'drop' : 'serve'
  }
  const arm = (breakAt: number, moment: 'before' | 'after') =>
    Object.assign(state, { writes: 0, breakAt, moment, isDead: false })
  return { state, interrupt, arm }
}

describe('registerCandidate()', () => {
  test('publishes one release whose tag names the commit and the data', async () => {
    await using github = await testGitHub()
    const subject = testCandidate()
    const { release, allocation, isNew } = await register(github, subject)

    const tag = `parcels-v1-g${github.head.slice(0, 8)}-d${sha256('data 1').slice(0, 8)}`
    expect({ tag: release.tag, version: allocation.version, isNew }).toEqual({ tag, version: 1, isNew: true })
    const { releases, tags, records } = await held(github)
    expect(releases).toHaveLength(1)
    expect(assetNames(releases)).toEqual(names)
    expect(digestOf(releases, 'model.skops')).toBe(`sha256:${sha256('released bytes')}`)
    expect(tags).toEqual([`refs/tags/${tag} ${github.head}`])
    expect(records).toEqual(['allocate', 'published'])
  })

  test('changes nothing the second time, even at a later commit', async () => {
    await using github = await testGitHub()
    const subject = testCandidate()
    const first = await register(github, subject)
    const before = await held(github)
    const again = await register({ ...github, head: '2'.repeat(40) }, subject)

    expect(again).toMatchObject({ isNew: false, release: { id: first.release.id } })
    expect(await held(github)).toEqual(before)
  })

  test('ends with the same release wherever it was killed, and however often', async () => {
    const { state, interrupt } = breaker()
    await using github = await testGitHub({ interrupt })
    const subject = testCandidate()
    state.writes = 0
    await register(github, subject)
    const writes = state.writes
    const expected = await held(github)
    const points = Array.from({ length: writes }, (_, index) => index + 1).flatMap((breakAt) =>
      (['before', 'after'] as const).map((moment) => ({ breakAt, moment })),
    )
    expect(points.length).toBeGreaterThan(30)

    for (const { breakAt, moment } of points) {
      const killed = breaker()
      await using fragile = await testGitHub({ interrupt: killed.interrupt })
      killed.arm(breakAt, moment)
      await register(fragile, subject).then(
        () => undefined,
        () => undefined,
      )
      killed.arm(0, 'before')
      await register(fragile, subject)
      const place = `killed ${moment} write ${breakAt}`
      expect({ place, ...steady(await held(fragile)) }).toEqual({ place, ...steady(expected) })
    }
  })

  test('goes on with the draft that a killed run left, and uploads nothing twice', async () => {
    const { state, interrupt, arm } = breaker()
    await using github = await testGitHub({ interrupt })
    const subject = testCandidate()
    arm(9, 'before')
    await expect(register(github, subject)).rejects.toMatchObject({ code: 'github/unreachable' })
    arm(0, 'before')
    const [draft] = (await github.call('GET', '/releases')).body
    const whole = draft.assets.filter((asset: { state: string }) => asset.state === 'uploaded').length
    const unfinished = draft.assets.length - whole
    expect(whole).toBeGreaterThan(0)

    const { release } = await register(github, subject)
    expect(release.id).toBe(draft.id)
    // Of the ledger, what broke off, what is missing, the release itself.
    expect(state.writes).toBe(3 + unfinished + (names.length - whole) + 1)
  })

  test('replaces an upload that broke off, and whatever else lies in its draft', async () => {
    let isBroken = false
    await using github = await testGitHub({
      interrupt: (moment, request) => {
        if (!isBroken && moment === 'before' && request.url?.includes('name=model.skops')) {
          isBroken = true
          setTimeout(() => request.destroy(), 5)
        }
        return 'serve'
      },
    })
    const subject = testCandidate(runRecord(), 'x'.repeat(40_000_000))
    await expect(register(github, subject)).rejects.toMatchObject({ code: 'github/unreachable' })
    await expect
      .poll(async () => (await github.call('GET', '/releases')).body[0].assets)
      .toContainEqual(expect.objectContaining({ name: 'model.skops', state: 'starter' }))
    const [draft] = (await github.call('GET', '/releases')).body
    await github.call('POST', `/releases/${draft.id}/assets?name=notes.txt`, Buffer.from('foreign'))
    const record = draft.assets.find(({ name }: { name: string }) => name === 'run.json')
    if (record) await github.call('DELETE', `/releases/assets/${record.id}`)
    await github.call('POST', `/releases/${draft.id}/assets?name=run.json`, Buffer.from('other'))

    await register(github, subject)
    const { releases } = await held(github)
    expect(releases).toHaveLength(1)
    expect(assetNames(releases)).toEqual(names)
  })

  test('leaves one release where two publish the same candidate at once', async () => {
    await using github = await testGitHub()
    const subject = testCandidate()
    // Of one millisecond and one person, their records would be one commit, and each would find its own in place.
    const later = new Date(Date.parse(stamp.at) + 1).toISOString()
    const both = await Promise.all([register(github, subject), register(github, subject, later)])

    expect(both.filter(({ isNew }) => isNew)).toHaveLength(1)
    expect(new Set(both.map(({ release }) => release.id)).size).toBe(1)
    const { releases, tags, records } = await held(github)
    expect({ releases: releases.length, tags: tags.length, records }).toEqual({
      releases: 1,
      tags: 1,
      records: ['allocate', 'published'],
    })
  })

  test('gives different candidates that race different numbers', async () => {
    await using github = await testGitHub()
    const subjects = [1, 2, 3].map((n) => testCandidate(runRecord({ runKey: sha256(`run ${n}`) })))
    const all = await Promise.all(subjects.map((subject) => register(github, subject)))

    expect(all.map(({ allocation }) => allocation.version).toSorted((one, other) => one - other)).toEqual([1, 2, 3])
    expect((await held(github)).releases).toHaveLength(3)
  })

  test('refuses other bytes under a published tag, and leaves the release as it is', async () => {
    await using github = await testGitHub()
    await register(github, testCandidate())
    const before = await held(github)

    await expect(register(github, testCandidate(runRecord(), 'other bytes'))).rejects.toMatchObject({
      code: 'registry/bytes-differ',
      owner: 'user',
      stays: 'the published release stays as it is',
      message: expect.stringContaining(
        `the published asset "model.skops" has other bytes (sha256 ${sha256('released bytes').slice(0, 8)}…, ours ${sha256('other bytes').slice(0, 8)}…)`,
      ),
    })
    expect(await held(github)).toEqual(before)
  })

  test('takes a draft of other content for what it is, and removes it once the release is out', async () => {
    const { interrupt, arm } = breaker()
    await using github = await testGitHub({ interrupt })
    arm(10, 'after')
    await expect(register(github, testCandidate(runRecord(), 'first training'))).rejects.toThrow('Cannot upload')
    arm(0, 'before')

    await register(github, testCandidate(runRecord(), 'second training'))
    const { releases } = await held(github)
    expect(releases).toHaveLength(1)
    expect(digestOf(releases, 'model.skops')).toBe(`sha256:${sha256('second training')}`)
  })

  test('does not follow a tag that somebody moved', async () => {
    await using github = await testGitHub()
    const subject = testCandidate()
    const { release } = await register(github, subject)
    const ledger = (await github.call('GET', '/git/ref/heads/plumbline/ledger')).body.object.sha
    await github.call('PATCH', `/git/refs/tags/${release.tag}`, { sha: ledger, force: true })

    await expect(register(github, subject)).rejects.toMatchObject({
      code: 'registry/tag-moved',
      message: expect.stringContaining(ledger.slice(0, 8)),
    })
  })

  test('gives up with words where a draft never comes to rest', async () => {
    let uploads = 0
    await using github = await testGitHub({
      interrupt: (moment, { method, url }) => {
        if (method !== 'POST' || moment !== 'before' || !url?.includes('/assets')) return 'serve'
        uploads++
        return { status: 422, json: { message: 'Validation Failed', documentation_url: '' } }
      },
    })
    await expect(register(github, testCandidate())).rejects.toMatchObject({
      code: 'registry/not-settled',
      message: expect.stringContaining('422 Validation Failed'),
    })
    expect(uploads).toBeGreaterThan(5)
  })
})

describe('buildAssets()', () => {
  test('makes archives and sums that the usual tools read', async () => {
    await using github = await testGitHub()
    const subject = testCandidate()
    const model = join(subject.folder, 'released', 'forest')
    await mkdir(join(model, 'trees', 'empty'), { recursive: true })
    await writeFile(join(model, 'trees', `${'long-name-'.repeat(18)}ä.bin`), 'tree')
    await writeFile(join(model, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 })
    const { release } = await register(github, {
      ...subject,
      candidate: { ...subject.candidate, releasedModel: model },
    })

    const folder = tempFolder()
    for (const asset of (await github.call('GET', `/releases/${release.id}`)).body.assets) {
      await writeFile(
        join(folder, asset.name),
        Buffer.from(await (await fetch(asset.browser_download_url)).arrayBuffer()),
      )
    }
    const { stdout } = await promisify(execFile)('tar', ['-tvzf', 'model.tar.gz'], {
      cwd: folder,
      env: { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8' },
    })
    const listed = stdout.trim().split('\n')
    expect(listed.map((line) => line.split(' ')[0])).toEqual(['-rwxr-xr-x', 'drwxr-xr-x', '-rw-r--r--'])
    expect(listed.every((line) => line.includes('0/0') && line.includes('1970-01-01'))).toBe(true)
    expect(listed.join('\n')).toContain('ä.bin')
    const sums = (await readFile(join(folder, 'sums.txt'), 'utf8')).trim().split('\n')
    for (const line of sums) {
      const [digest = '', name = ''] = line.split('  ')
      expect({ name, digest: sha256(await readFile(join(folder, name))) }).toEqual({ name, digest })
    }
    expect(sums.map((line) => line.split('  ')[1])).toEqual([
      'contract.yaml',
      'data.lock.yaml',
      'judged.skops',
      'model-card.md',
      'model.tar.gz',
      'provenance.intoto.json',
      'run.json',
      'sbom.cdx.json',
      'serve.tar.gz',
    ])
    const statement = JSON.parse(await readFile(join(folder, 'provenance.intoto.json'), 'utf8'))
    expect(statement).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: { plumbline_label: expect.stringContaining('not authenticity') },
    })
    expect(statement.subject[0]).toEqual({
      name: 'model.tar.gz',
      digest: { sha256: sums.find((line) => line.endsWith('model.tar.gz'))?.split('  ')[0] },
    })
  })

  test('publishes the contract of every source, and the sums and the provenance know each', async () => {
    await using github = await testGitHub()
    const subject = testCandidate()
    const carriers = join(subject.folder, 'carriers.yaml')
    await writeFile(carriers, 'kind: DataContract # of carriers\n')
    const contractFiles = { ...subject.contractFiles, 'contract.carriers.yaml': carriers }
    const { release } = await register(github, { ...subject, contractFiles })
    const digest = sha256('kind: DataContract # of carriers\n')
    expect(release.assets.find(({ name }) => name === 'contract.carriers.yaml')?.sha256).toBe(digest)
    const read = async (asset: string) => {
      const { body } = await github.call('GET', `/releases/${release.id}`)
      const { browser_download_url: url } = body.assets.find(({ name }: { name: string }) => name === asset)
      return await (await fetch(url)).text()
    }
    expect(await read('sums.txt')).toContain(`${digest}  contract.carriers.yaml\n`)
    expect(JSON.parse(await read('provenance.intoto.json')).subject).toContainEqual({
      name: 'contract.carriers.yaml',
      digest: { sha256: digest },
    })
    const lineage = await readLineage(await openGitHubClient(github), digest)
    expect(lineage).toMatchObject({ kind: 'model', release: { tag: release.tag } })
  })

  test('stores no second model where the refit made the same bytes', async () => {
    await using github = await testGitHub()
    const { release } = await register(github, testCandidate(runRecord(), 'judged bytes'))
    expect(release.assets.map(({ name }) => name)).not.toContain('judged.skops')
  })

  test.each<[string, (folder: string) => Promise<void>]>([
    ['an empty model', (folder) => writeFile(join(folder, 'released/model.skops'), '')],
    [
      'a link among the files that predict needs',
      async (folder) => {
        await rm(join(folder, 'predict.py'))
        await symlink('/etc/passwd', join(folder, 'predict.py'))
      },
    ],
  ])('refuses %s before anything is published', async (_, damage) => {
    await using github = await testGitHub()
    const subject = testCandidate()
    await damage(subject.folder)
    await expect(register(github, subject)).rejects.toMatchObject({ code: 'registry/bad-asset' })
    expect((await github.call('GET', '/releases')).body).toEqual([])
  })

  test('keeps hostile names out of the Markdown', async () => {
    await using github = await testGitHub()
    const gate = {
      gate: '<img src=x> | @everyone',
      kind: 'pass',
      metric: 'roc_auc',
      value: 1,
      reason: '![x](http://x) <!-- plumbline content',
      slices: [],
    } as const
    const { release } = await register(
      github,
      testCandidate(runRecord({ gates: [gate], params: { '`$(x)`': '<script>' } })),
    )
    const [, card] = [
      release.body,
      (await github.call('GET', `/releases/${release.id}`)).body.assets.find(
        ({ name }: { name: string }) => name === 'model-card.md',
      ),
    ]
    const text = `${release.body}\n${await (await fetch(card.browser_download_url)).text()}`
    expect(text).not.toMatch(/<img|<script|@everyone/)
    expect(text.match(/<!--/g)).toHaveLength(1)
  })
})

test('git sees the release as a tag', async () => {
  await using github = await testGitHub()
  const { release } = await register(github, testCandidate())
  const clone = join(github.folder, 'clone')
  await git('.', 'clone', '--quiet', github.gitUrl, clone)
  expect(await git(clone, 'rev-parse', `${release.tag}^{commit}`)).toBe(github.head)
})
