import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../../../action/base/sha256.ts'
import { dataPull } from '../../../action/commands/data-pull.ts'
import { run } from '../../../action/commands/run.ts'
import { snapshot } from '../../../action/commands/snapshot.ts'
import { openReleasesStore } from '../../../action/data/stores/releases-store.ts'
import { openGitHubClient } from '../../../action/github/client.ts'
import { listReleases } from '../../../action/github/releases.ts'
import type { Interrupt } from '../../../action/local-github/answer-request.ts'
import { heldIn } from '../../support/held-in.ts'
import { type TestGitHub, testGitHub } from '../../support/local-github.ts'
import { commitAll, contextOf } from '../../support/registered-project.ts'
import { snapshotInputs } from '../../support/snapshot-inputs.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { tinyProject, tinyYaml } from '../../support/tiny-project.ts'

function files(contents: Readonly<Record<string, string>>) {
  const folder = tempFolder(contents)
  return Object.entries(contents).map(([path, text]) => {
    return { path, absolutePath: join(folder, path), bytes: Buffer.byteLength(text), sha256: sha256(text) }
  })
}

const threeFiles = () => files({ 'a.csv': 'id,x\n1,2\n'.repeat(500), 'b.parquet': 'PAR1 as it is', 'empty.csv': '' })

async function storeOf(github: TestGitHub, mostPackBytes = 1_000_000) {
  const client = await openGitHubClient(github)
  return { client, store: openReleasesStore({ client, folder: tempFolder(), mostPackBytes, mayBePublic: true }) }
}

async function fetched(github: TestGitHub, file: ReturnType<typeof threeFiles>[number]): Promise<string> {
  const { store } = await storeOf(github)
  const path = join(tempFolder(), 'ab', file.sha256)
  await store.fetch(file, path)
  return readFileSync(path, 'utf8')
}

describe('openReleasesStore()', () => {
  test('packs files into one release, and gives each back alone', async () => {
    const three = threeFiles()
    await using github = await testGitHub()
    const { client, store } = await storeOf(github)
    expect(await heldIn(store, three)).toEqual(new Set())
    await store.push(three, {})
    expect(await heldIn(store, three)).toEqual(new Set(three.map((file) => file.sha256)))
    const [release, ...others] = await listReleases(client)
    expect(others).toEqual([])
    expect(release?.tag).toMatch(/^plumbline-data-[0-9a-f]{16}$/)
    expect((await github.call('GET', '/releases')).body[0]).toMatchObject({ draft: false, prerelease: true })
    expect(release?.assets.map(({ name }) => name).toSorted()).toEqual([
      'index.json',
      expect.stringMatching(/^pack-001-[0-9a-f]{16}\.bin$/),
    ])
    for (const file of three) expect(await fetched(github, file)).toBe(readFileSync(file.absolutePath, 'utf8'))
  })

  test('cuts what is larger than a pack, and joins it again', async () => {
    const three = threeFiles()
    await using github = await testGitHub()
    const { client, store } = await storeOf(github, 1000)
    await store.push(three, {})
    const [release] = await listReleases(client)
    expect(release?.assets.length).toBeGreaterThan(4)
    for (const file of three) expect(await fetched(github, file)).toBe(readFileSync(file.absolutePath, 'utf8'))
  })

  test('ends with one release wherever it was killed', async () => {
    const three = threeFiles()
    const state = { writes: 0, breakAt: 0, moment: 'before' }
    const interrupt: Interrupt = (moment, { method }) => {
      if (method === 'GET') return 'serve'
      if (moment === 'before') state.writes++
      return state.writes === state.breakAt && moment === state.moment ? 'drop' : 'serve'
    }
    await using whole = await testGitHub({ interrupt })
    state.writes = 0
    await (await storeOf(whole, 2000)).store.push(three, {})
    const { writes } = state
    expect(writes).toBeGreaterThan(4)
    for (let breakAt = 1; breakAt <= writes; breakAt += 1) {
      for (const moment of ['before', 'after']) {
        state.breakAt = 0
        await using github = await testGitHub({ interrupt })
        Object.assign(state, { writes: 0, breakAt, moment })
        await (await storeOf(github, 2000)).store.push(three, {}).catch(() => undefined)
        state.breakAt = 0
        const { client, store } = await storeOf(github, 2000)
        await store.push(three, {})
        const releases = await listReleases(client)
        expect(
          releases.map(({ isDraft }) => isDraft),
          `killed ${moment} write ${breakAt}`,
        ).toEqual([false])
        expect((await heldIn(store, three)).size).toBe(3)
      }
    }
  })

  test('many files of a pack come by one request', async () => {
    let downloads = 0
    const interrupt: Interrupt = (moment, { method, url, headers }) => {
      const isDownload = method === 'GET' && headers.accept === 'application/octet-stream' && /assets/.test(url ?? '')
      if (isDownload && moment === 'before') downloads += 1
      return 'serve'
    }
    await using github = await testGitHub({ interrupt })
    const many = files(Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`${at}.csv`, `id\n${at}\n`])))
    await (await storeOf(github)).store.push(many, {})
    const { store } = await storeOf(github)
    downloads = 0
    await store.prepare?.(many)
    const folder = tempFolder()
    for (const file of many) {
      await store.fetch(file, join(folder, file.sha256))
      expect(readFileSync(join(folder, file.sha256), 'utf8')).toBe(readFileSync(file.absolutePath, 'utf8'))
    }
    expect(downloads).toBe(2)
    await store.close?.()
  })

  test('two at once make one release', async () => {
    const three = threeFiles()
    await using github = await testGitHub()
    const stores = await Promise.all([storeOf(github), storeOf(github)])
    await Promise.all(stores.map(({ store }) => store.push(three, {})))
    expect(await listReleases(stores[0].client)).toHaveLength(1)
  })

  test('names what somebody changed, and uses none of it', async () => {
    const three = threeFiles()
    await using github = await testGitHub()
    const { client, store } = await storeOf(github)
    await store.push(three, {})
    const [file] = three
    if (!file) throw new Error('no file')
    const [release] = await listReleases(client)
    const pack = release?.assets.find(({ name }) => name.startsWith('pack'))
    writeFileSync(join(github.folder, 'github/assets', String(pack?.id)), Buffer.alloc(pack?.bytes ?? 0, 1))
    await expect(fetched(github, file)).rejects.toMatchObject({ code: 'store/damaged' })

    await github.call('DELETE', `/releases/assets/${pack?.id}`)
    const other = `/releases/${release?.id}/assets?name=${pack?.name}`
    await github.call('POST', other, new Uint8Array(pack?.bytes ?? 1), { 'content-type': 'application/octet-stream' })
    expect(await heldIn((await storeOf(github)).store, [file])).toEqual(new Set())
    await expect(fetched(github, file)).rejects.toMatchObject({ code: 'store/missing' })
  })
})

describe('data.store: releases', () => {
  test('a project pushes, loses its data, and trains on what the releases hold', async () => {
    const yaml = tinyYaml.replace('source: data/*.csv }', 'source: data/*.csv, store: releases }')
    const project = await tinyProject({ files: { 'plumbline.yaml': yaml } })
    const { folder } = project
    writeFileSync(join(folder, '.gitignore'), '.plumbline/\ndata/\n')
    await commitAll(project, 'Begin')
    const context = contextOf(folder)
    const pushed = await snapshot.run({ ...snapshotInputs, push: true }, context)
    expect(pushed).toMatchObject({ kind: 'done', result: { pushed: { files: 1, there: 0 } } })
    const original = readFileSync(join(folder, 'data/parcels.csv'), 'utf8')

    rmSync(join(folder, 'data'), { recursive: true })
    mkdirSync(join(folder, 'data'))
    const inputs = { param: [], force: false, from: undefined, to: undefined, sample: undefined, data: undefined }
    const alone = {
      job: undefined,
      outcome: undefined,
      stage: undefined,
      in: undefined,
      'dry-run': false,
      comment: false,
    }
    expect(await run.run({ ...inputs, ...alone }, context)).toMatchObject({ kind: 'done' })
    expect(existsSync(join(folder, 'data/parcels.csv'))).toBe(false)
    await dataPull.run({ data: undefined, force: false, link: false }, context)
    expect(readFileSync(join(folder, 'data/parcels.csv'), 'utf8')).toBe(original)
    expect(existsSync(join(folder, '.plumbline/packs')) ? readdirSync(join(folder, '.plumbline/packs')) : []).toEqual(
      [],
    )
  })
})
