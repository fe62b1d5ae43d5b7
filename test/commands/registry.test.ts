import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { sha256 } from '../../action/base/sha256.ts'
import { lineage } from '../../action/commands/lineage.ts'
import { register } from '../../action/commands/register.ts'
import { registryAlias } from '../../action/commands/registry-alias.ts'
import { registryCompare } from '../../action/commands/registry-compare.ts'
import { registryDownload } from '../../action/commands/registry-download.ts'
import { registryList } from '../../action/commands/registry-list.ts'
import { registryShow } from '../../action/commands/registry-show.ts'
import { runsShow } from '../../action/commands/runs-show.ts'
import { openLocalGitHub } from '../../action/local-github/open-local-github.ts'
import { deploy } from '../support/deploy.ts'
import { caller } from '../support/local-github.ts'
import { pinData } from '../support/pin-data.ts'
import { commitAll, contextOf, rerun, runProject } from '../support/registered-project.ts'
import { type TinyProject, tinyRows, tinyYaml } from '../support/tiny-project.ts'

async function release(project: TinyProject): Promise<string> {
  const outcome = await register.run({ param: [] }, contextOf(project.folder))
  if (outcome.kind !== 'done' || outcome.result.kind !== 'registered') throw new Error(JSON.stringify(outcome))
  return outcome.result.tag
}

/** Two releases: the first, and one with another parameter and more data. */
async function twoReleases() {
  const yaml = tinyYaml.replace('split:', 'params: { depth: 6 }\nsplit:')
  const project = await runProject({ files: { 'plumbline.yaml': yaml } })
  const first = await release(project)
  project.write('plumbline.yaml', yaml.replace('depth: 6', 'depth: 7'))
  project.write('data/more.csv', tinyRows(440).replace(/^(.*\n)(?:.*\n){400}/, '$1'))
  await pinData(project.folder)
  await commitAll(project, 'Deeper, on more data')
  await rerun(project)
  return { project, first, second: await release(project) }
}

const everything = { model: undefined, limit: undefined, metric: undefined, cleaned: false }

type ListInputs = Parameters<typeof registryList.run>[0]

async function listed(project: TinyProject, inputs: Partial<ListInputs> = {}) {
  const outcome = await registryList.run({ ...everything, ...inputs }, contextOf(project.folder))
  if (outcome.kind === 'diagnosed') throw new Error(JSON.stringify(outcome))
  return { ...outcome.result, ...(await registryList.report(outcome.result)) }
}

async function shown(project: TinyProject, version: string) {
  const outcome = await registryShow.run({ version }, contextOf(project.folder))
  if (outcome.kind === 'diagnosed') throw new Error(JSON.stringify(outcome))
  return { ...outcome.result, ...(await registryShow.report(outcome.result)) }
}

async function compared(project: TinyProject, earlier: string, later: string, all = false) {
  const outcome = await registryCompare.run({ earlier, later, all }, contextOf(project.folder))
  if (outcome.kind === 'diagnosed') throw new Error(JSON.stringify(outcome))
  return { ...outcome.result, ...(await registryCompare.report(outcome.result)) }
}

async function downloaded(project: TinyProject, version: string, into?: string, asset: readonly string[] = []) {
  const outcome = await registryDownload.run({ version, into, asset }, contextOf(project.folder))
  if (outcome.kind === 'diagnosed') throw new Error(JSON.stringify(outcome))
  return { ...outcome.result, ...(await registryDownload.report(outcome.result)) }
}

describe('registry list', () => {
  test('says what it does not know', async () => {
    const project = await runProject()
    expect((await listed(project)).text).toMatch(/^Nothing is published yet/)
    await release(project)
    await expect(listed(project, { model: 'parcel' })).rejects.toMatchObject({ remedy: 'Did you mean "parcels"?' })
    await expect(listed(project, { metric: 'roc_au' })).rejects.toMatchObject({ code: 'runs/unknown-metric' })

    await using github = await openLocalGitHub(project.folder)
    await deploy(github, 'production', { model: 'parcels', stable: { tag: 'the best one' } })
    const { unreadable, markdown } = await listed(project)
    expect(unreadable).toEqual([
      {
        place: 'plumbline/deploy/production:models/parcels/state.json',
        problem: expect.stringContaining('stable.tag'),
      },
    ])
    expect(markdown).toContain('cannot see what is live')
  })
})

describe('registry show', () => {
  test('names assets that are not as they were published, and a release that is gone', async () => {
    const project = await runProject()
    const tag = await release(project)
    await using github = await openLocalGitHub(project.folder)
    const call = caller(github)
    const found = (await call('GET', `/releases/tags/${tag}`)).body
    const idOf = (name: string) => found.assets.find((asset: { name: string }) => asset.name === name).id
    await call('DELETE', `/releases/assets/${idOf('run.json')}`)
    await call('POST', `/releases/${found.id}/assets?name=run.json`, Buffer.from('{}'))
    await call('DELETE', `/releases/assets/${idOf('sums.txt')}`)
    await call('POST', `/releases/${found.id}/assets?name=more.txt`, Buffer.from('more'))
    const { text } = await shown(project, tag)
    expect(text).toMatch(/run\.json .*✗ other bytes than were published/)
    expect(text).toMatch(/sums\.txt .*✗ gone/)
    expect(text).toMatch(/more\.txt .*✗ added after it was published/)
    expect((await listed(project)).text).toContain('✗ 3 assets are not as published')
    await expect(downloaded(project, tag)).rejects.toMatchObject({ code: 'registry/bytes-differ' })

    await call('DELETE', `/releases/${found.id}`)
    expect((await shown(project, tag)).release).toMatchObject({ state: 'gone', url: null, bytes: null })
    expect((await listed(project)).text).toContain(' gone')
    await expect(downloaded(project, tag)).rejects.toMatchObject({ code: 'github/not-found' })
  })
})

type TwoReleases = Awaited<ReturnType<typeof twoReleases>>

test('registry list, show, compare and download agree on two releases', async () => {
  const releases = await twoReleases()
  expect(releases.first).not.toBe(releases.second)
  await expectListed(releases)
  await expectShown(releases)
  await expectAliased(releases)
  await expectCompared(releases)
  await expectDownloaded(releases)
})

/** Versions newest first, with judgement, size and what is live, in few calls. */
async function expectListed({ project, first, second }: TwoReleases) {
  await using github = await openLocalGitHub(project.folder)
  await deploy(github, 'production', {
    model: 'parcels',
    stable: { tag: first },
    previous: null,
    candidate: { tag: second, share: 5 },
  })
  const { text, releases, calls, outputs } = await listed(project)
  expect(releases.map(({ tag }) => tag)).toEqual([second, first])
  const lines = text.split('\n')
  expect(lines[0]).toMatch(/^2 releases$/)
  expect(lines[3]).toMatch(/roc_auc 0\.\d+ .*2 of 2 .*kB .*candidate in production at 5 %$/)
  expect(lines[4]).toMatch(/live in production$/)
  expect(calls).toBeLessThanOrEqual(7)
  expect(outputs).toEqual({ releases: '2' })
  expect((await listed(project, { limit: 1, model: 'parcels', metric: 'accuracy' })).text).toContain(
    '1 older not shown: --limit 2',
  )
}

/** All of a release, by whatever names it. */
async function expectShown({ project, first, second }: TwoReleases) {
  const { text, markdown } = await shown(project, second)
  expect(text).toMatch(new RegExp(`^parcels-v2 {2}published {2}${second}`))
  expect(text).toContain('depth 7 · seed')
  expect(text).toMatch(/floor +✓ 0\.\d+ ≥ 0\.7/)
  expect(text).toMatch(/model\.json +\d+ B +[0-9a-f]{12}/)
  expect(markdown).toContain('| model.json |')
  for (const name of ['parcels', 'parcels-v2']) expect((await shown(project, name)).text).toBe(text)
  expect((await shown(project, 'parcels-v1')).release.tag).toBe(first)
  await expect(shown(project, 'parcels-v3')).rejects.toMatchObject({
    code: 'registry/unknown-version',
    remedy: 'Did you mean "parcels-v2"?',
  })
}

/** A name that means a version wherever one is named. */
async function expectAliased({ project: { folder }, first }: TwoReleases) {
  const inputs = { alias: 'champion', remove: false, expect: undefined }
  const set = await registryAlias.run({ ...inputs, version: 'parcels-v1' }, contextOf(folder))
  if (set.kind === 'diagnosed') throw new Error(JSON.stringify(set))
  const { text, outputs } = await registryAlias.report(set.result)
  expect(text).toContain(`SET  parcels@champion → ${first}`)
  expect(outputs).toEqual({ tag: first, was: '' })
  await expect(registryAlias.run({ ...inputs, version: undefined }, contextOf(folder))).rejects.toMatchObject({
    code: 'cli/bad-input',
  })
  for (const name of ['champion', 'parcels@champion']) {
    const show = await registryShow.run({ version: name }, contextOf(folder))
    expect(show).toMatchObject({ result: { release: { tag: first, aliases: ['champion'] } } })
    expect(await lineage.run({ subject: name }, contextOf(folder))).toMatchObject({
      result: { lineage: { release: { tag: first } } },
    })
    expect(await runsShow.run({ run: name, local: false }, contextOf(folder))).toMatchObject({
      result: { release: { tag: first } },
    })
  }
}

/** What made two releases, what they came to, and their files. */
async function expectCompared({ project }: TwoReleases) {
  const { text, outputs } = await compared(project, 'parcels-v1', 'parcels')
  expect(text).toMatch(/^parcels-v1 → parcels-v2 · made of other things/)
  expect(text).toMatch(/depth +6 +7/)
  expect(text).toMatch(/data files +\+data\/more\.csv/)
  expect(text).toMatch(/roc_auc/)
  expect(text).toMatch(/model\.json +[0-9a-f]{8} · \d+ B +[0-9a-f]{8}/)
  expect(text).not.toMatch(/contract\.yaml/)
  expect(outputs).toEqual({ differs: 'true' })
  expect((await compared(project, 'parcels-v1', 'parcels', true)).text).toMatch(/contract\.yaml .* same bytes/)
  await expect(compared(project, 'parcels', 'parcels-v2')).rejects.toMatchObject({
    message: expect.stringContaining('both names mean this release'),
  })
}

/** All files, or those that are named, with their digests checked. */
async function expectDownloaded({ project, second }: TwoReleases) {
  const all = await downloaded(project, 'parcels')
  expect(all.folder).toBe(join(project.folder, 'parcels-v2'))
  expect(all.text).toMatch(/^VERIFIED /)
  const sums = (await readFile(join(all.folder, 'sums.txt'), 'utf8')).trim().split('\n')
  expect(sums).toHaveLength(all.files.length - 1)
  for (const line of sums) {
    const [digest, name = ''] = line.split('  ')
    expect(sha256(await readFile(join(all.folder, name)))).toBe(digest)
  }
  expect((await downloaded(project, second)).text).toContain('all here already')

  const one = await downloaded(project, 'parcels-v1', 'elsewhere', ['model.json'])
  expect(one.files.map(({ path }) => path)).toEqual([join(project.folder, 'elsewhere', 'model.json')])
  await expect(downloaded(project, 'parcels', 'x', ['model.jsn'])).rejects.toMatchObject({
    code: 'registry/bad-asset',
    remedy: 'Did you mean "model.json"?',
  })
}
