import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { canonicalJson } from '../../action/base/canonical-json.ts'
import { register } from '../../action/commands/register.ts'
import { registryDownload } from '../../action/commands/registry-download.ts'
import { verify } from '../../action/commands/verify.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import { commitFiles, readBranch } from '../../action/github/git-data.ts'
import { openLocalGitHub } from '../../action/local-github/open-local-github.ts'
import { readLedger } from '../../action/registry/ledger.ts'
import { type LedgerRecord, readChain, recordPath } from '../../action/registry/ledger-record.ts'
import { caller, git } from '../support/local-github.ts'
import { contextOf, runProject } from '../support/registered-project.ts'
import { tempFolder } from '../support/temp-folder.ts'
import type { TinyProject } from '../support/tiny-project.ts'

interface Released {
  readonly project: TinyProject
  readonly tag: string
  readonly assets: readonly string[]
  /** The release's files. */
  readonly folder: string
}

async function released(): Promise<Released> {
  const project = await runProject()
  const outcome = await register.run({ param: [] }, contextOf(project.folder))
  if (outcome.kind !== 'done' || outcome.result.kind !== 'registered') throw new Error(JSON.stringify(outcome))
  const { tag, assets } = outcome.result
  const folder = tempFolder()
  await registryDownload.run({ version: tag, into: folder, asset: [] }, contextOf(project.folder))
  return { project, tag, assets: assets.map(({ name }) => name), folder }
}

async function verified({ folder }: TinyProject, release: string) {
  const outcome = await verify.run({ 'tag-or-folder': release }, contextOf(folder))
  if (outcome.kind === 'diagnosed') throw new Error(JSON.stringify(outcome))
  return { kind: outcome.kind, ...outcome.result, ...(await verify.report(outcome.result)) }
}

const outcomesOf = ({ checks }: Awaited<ReturnType<typeof verified>>) =>
  Object.fromEntries(checks.map(({ name, outcome }) => [name, outcome]))

const allAgree = { files: 'agrees', provenance: 'agrees', data: 'agrees', judgement: 'agrees' } as const

test('verify says yes to what was published, and names each asset of which one byte is flipped', async () => {
  const { project, tag, assets, folder } = await released()
  const there = await verified(project, tag)
  expect({ kind: there.kind, findings: there.findings }).toEqual({ kind: 'done', findings: [] })
  expect(outcomesOf(there)).toEqual({ ...allAgree, ledger: 'agrees', tag: 'agrees' })
  expect(there.text).toMatch(/^VERIFIED /)
  expect(there.checks.find(({ name }) => name === 'judgement')?.detail).toMatch(/4 metrics and 2 gates, .* 100 stored/)
  const here = await verified(project, folder)
  expect({ kind: here.kind, tag: here.tag }).toEqual({ kind: 'done', tag })
  expect(outcomesOf(here)).toEqual({ ...allAgree, ledger: 'cannot see', tag: 'cannot see' })

  expect(assets).toContain('predictions.parquet')
  for (const name of assets) {
    const copy = tempFolder()
    cpSync(folder, copy, { recursive: true })
    const bytes = readFileSync(join(copy, name))
    const place = Math.floor(bytes.length / 2)
    bytes[place] = (bytes[place] ?? 0) ^ 1
    writeFileSync(join(copy, name), bytes)
    const flipped = await verified(project, copy)
    expect({ name, kind: flipped.kind, isVerified: flipped.isVerified }).toEqual({
      name,
      kind: 'no',
      isVerified: false,
    })
    const told = flipped.findings.map(({ subject, problem }) => `${subject}: ${problem}`).join('\n')
    expect(told, name).toContain(name)
    expect(flipped.text).toMatch(/^NOT VERIFIED /)
  }

  const lacking = tempFolder()
  cpSync(folder, lacking, { recursive: true })
  writeFileSync(join(lacking, 'more.txt'), 'more')
  writeFileSync(join(lacking, 'model.json'), '')
  expect((await verified(project, lacking)).findings.map(({ subject }) => subject)).toEqual(
    expect.arrayContaining(['more.txt', 'model.json']),
  )
  expect((await verified(project, tempFolder())).kind).toBe('no')
})

test('verify judges the stored predictions again', async () => {
  const { project, folder } = await released()
  const run = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))
  run.metrics[0].value = 0.99
  run.gates[1].slices[0].rows += 1
  writeFileSync(join(folder, 'run.json'), JSON.stringify(run))
  const { findings } = await verified(project, folder)
  const told = findings.filter(({ check }) => check === 'judgement').map(({ problem }) => problem)
  expect(told).toEqual([
    expect.stringMatching(/^metric roc_auc: 0\.\d+ .* comes out, 0\.99 .* is claimed$/),
    expect.stringMatching(/^gate regions: /),
  ])
  const stored = readFileSync(join(folder, 'predictions.parquet')).toString('latin1')
  expect(stored).not.toMatch(/p\d{2,}|distance_km/)
})

test('verify names a moved tag, replaced assets, and records that were edited, dropped or put elsewhere', async () => {
  const { project, tag } = await released()
  const { folder } = project
  const bare = `${folder}/.plumbline/github/repository.git`
  const ledger = await git(bare, 'rev-parse', 'plumbline/ledger')
  const restore = () => git(bare, 'update-ref', 'refs/heads/plumbline/ledger', ledger)
  const edit = async (change: (records: Map<string, string>) => void) => {
    await using github = await openLocalGitHub(folder)
    const client = await openGitHubClient(github)
    const { records } = await readLedger(client)
    const files = new Map(records.map((record) => [recordPath(record), canonicalJson({ ...record })]))
    change(files)
    await git(bare, 'update-ref', '-d', 'refs/heads/plumbline/ledger')
    const author = { name: 'Eve', email: 'eve@example.org', date: '2025-03-06T06:00:00Z' }
    const commit = { branch: 'plumbline/ledger', parent: undefined, message: 'tidy', author }
    const done = await commitFiles(client, { ...commit, files: Object.fromEntries(files) })
    expect(done.kind).toBe('done')
  }
  const findings = async () => {
    const result = await verified(project, tag)
    expect(result.kind).toBe('no')
    return result.findings.map(({ subject, problem }) => `${subject}: ${problem}`).join('\n')
  }
  const paths = ['records/0/1-allocate.json', 'records/0/2-published.json'] as const
  const changed = (text: string, change: Partial<LedgerRecord>) => canonicalJson({ ...JSON.parse(text), ...change })

  await edit((files) => files.set(paths[0], changed(files.get(paths[0]) ?? '', { actor: 'eve' })))
  expect(await findings()).toMatch(/^records\/0\/2-published\.json: the record before it has other bytes/)
  await restore()
  await edit((files) => files.set(paths[1], changed(files.get(paths[1]) ?? '', { actor: 'eve' })))
  expect(await findings()).toContain('records/0/1-allocate.json: the commit that wrote it tells of another record')
  await restore()
  await edit((files) => files.delete(paths[0]))
  expect(await findings()).toContain('record 1 is missing before it')
  await restore()
  await edit((files) => {
    const [first, second] = paths.map((path) => files.get(path) ?? '')
    files.set(paths[0], second ?? '').set(paths[1], first ?? '')
  })
  expect(await findings()).toMatch(/^records\/0\/1-allocate\.json: /)
  await restore()

  // By a commit on top, as somebody with a browser does it.
  {
    await using github = await openLocalGitHub(folder)
    const client = await openGitHubClient(github)
    const { records } = await readLedger(client)
    const text = canonicalJson({ ...records[1], actor: 'eve' })
    expect(
      readChain(
        new Map([
          [paths[0], canonicalJson({ ...records[0] })],
          [paths[1], text],
        ]),
      ).records,
    ).toHaveLength(2)
    await commitFiles(client, {
      branch: 'plumbline/ledger',
      parent: await readBranch(client, 'plumbline/ledger'),
      message: 'published parcels (record 2)',
      files: { [paths[1]]: text },
      author: { name: 'Eve', email: 'eve@example.org', date: '2025-03-06T06:00:00Z' },
    })
  }
  expect(await findings()).toContain('records/0/2-published.json: 2 commits wrote it; expected one')
  await restore()

  await using github = await openLocalGitHub(folder)
  const call = caller(github)
  const found = (await call('GET', `/releases/tags/${tag}`)).body
  const asset = found.assets.find(({ name }: { name: string }) => name === 'model.json')
  await call('DELETE', `/releases/assets/${asset.id}`)
  await call('POST', `/releases/${found.id}/assets?name=model.json`, Buffer.from('{"late":1}'))
  await git(bare, 'update-ref', `refs/tags/${tag}`, ledger)
  const told = await findings()
  for (const where of ['sums.txt', 'provenance.intoto.json', 'the ledger'])
    expect(told).toMatch(new RegExp(`model\\.json: sha256 .* in ${where}`))
  expect(told).toContain(`${tag}: it points at ${ledger.slice(0, 8)}`)

  await call('DELETE', `/releases/${found.id}`)
  await expect(verified(project, tag)).rejects.toMatchObject({ code: 'github/not-found' })
  expect(readdirSync(folder)).not.toContain('plumbline-verify')
})
