import { randomBytes } from 'node:crypto'
import { readdir, readFile, stat, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { silent } from '../../action/base/progress.ts'
import { sha256 } from '../../action/base/sha256.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import { createDraft, type Release, readRelease, uploadAsset } from '../../action/github/releases.ts'
import type { Interrupt } from '../../action/local-github/answer-request.ts'
import { downloadAssets } from '../../action/registry/download-assets.ts'
import { type WantedFile, wantedAsset } from '../../action/registry/wanted-files.ts'
import { type TestGitHub, testGitHub } from '../support/local-github.ts'
import { tempFolder } from '../support/temp-folder.ts'

/** Enough for a thread of its own. */
const large = randomBytes(12_000_000)
const files: Readonly<Record<string, Buffer>> = { 'model.bin': large, 'run.json': Buffer.from('{}\n') }

async function uploaded(github: TestGitHub): Promise<Release> {
  const client = await openGitHubClient(github)
  const draft = await createDraft(client, { tag: 't', commit: github.head, name: 't', body: '' })
  const folder = tempFolder()
  for (const [name, bytes] of Object.entries(files)) {
    await writeFile(join(folder, name), bytes)
    const upload = { name, path: join(folder, name), bytes: bytes.length, contentType: 'application/octet-stream' }
    await uploadAsset(client, draft, { ...upload, onBytes() {} })
  }
  return (await readRelease(client, draft.id)) ?? draft
}

function wanted(release: Release): readonly WantedFile[] {
  return release.assets.map((asset) => wantedAsset(asset, sha256(files[asset.name] ?? '')))
}

/** Ends answers to downloads after so many bytes, as long as it is told to. */
function cutter() {
  const state = { ranges: [] as (string | undefined)[], cuts: 0, afterBytes: 0 }
  const interrupt: Interrupt = (moment, request) => {
    if (moment !== 'before' || request.method !== 'GET' || request.headers.accept !== 'application/octet-stream')
      return 'serve'
    state.ranges.push(request.headers.range)
    if (state.cuts === 0) return 'serve'
    state.cuts -= 1
    const { socket } = request
    const write = socket.write.bind(socket) as (...words: unknown[]) => boolean
    let left = state.afterBytes
    socket.write = (...words: unknown[]) => {
      const [chunk] = words
      left -= chunk instanceof Uint8Array ? chunk.length : 0
      const isWritten = write(...words)
      if (left <= 0) setTimeout(() => socket.destroy(), 2)
      return isWritten
    }
    return 'serve'
  }
  return { state, interrupt }
}

describe('downloadAssets()', () => {
  test('brings every file whole, and nothing a second time', async () => {
    const { state, interrupt } = cutter()
    await using github = await testGitHub({ interrupt })
    const release = await uploaded(github)
    const client = await openGitHubClient(github)
    const folder = join(tempFolder(), 'new', 'folder')
    const first = await downloadAssets(client, wanted(release), folder, { progress: silent })
    expect(first.map(({ name, wasHere }) => ({ name, wasHere }))).toEqual([
      { name: 'model.bin', wasHere: false },
      { name: 'run.json', wasHere: false },
    ])
    expect((await readdir(folder)).toSorted()).toEqual(['model.bin', 'run.json'])
    expect((await readFile(join(folder, 'model.bin'))).equals(large)).toBe(true)

    state.ranges = []
    const again = await downloadAssets(client, wanted(release), folder, { progress: silent })
    expect(again.every(({ wasHere }) => wasHere)).toBe(true)
    expect(state.ranges).toEqual([])
  })

  test('goes on by range where the connection broke off', async () => {
    const { state, interrupt } = cutter()
    await using github = await testGitHub({ interrupt })
    const release = await uploaded(github)
    const [model] = wanted(release)
    if (!model) throw new Error('no asset')
    const folder = tempFolder()
    Object.assign(state, { ranges: [], cuts: 3, afterBytes: 400_000 })
    await downloadAssets(await openGitHubClient(github), [model], folder, { progress: silent })
    expect((await readFile(join(folder, 'model.bin'))).equals(large)).toBe(true)
    expect(state.ranges[0]).toBeUndefined()
    expect(state.ranges.slice(1).every((range) => /^bytes=[1-9]\d*-$/.test(range ?? ''))).toBe(true)
    expect(state.ranges.length).toBeGreaterThan(1)
  })

  test('goes on with what an earlier call left, and begins anew where that is damaged', async () => {
    const { state, interrupt } = cutter()
    await using github = await testGitHub({ interrupt })
    const release = await uploaded(github)
    const [model] = wanted(release)
    if (!model) throw new Error('no asset')
    const client = await openGitHubClient(github)
    const folder = tempFolder()
    const part = join(folder, `.model.bin.${sha256(large).slice(0, 16)}.part`)
    await writeFile(part, large.subarray(0, 1_000_000))
    await downloadAssets(client, [model], folder, { progress: silent })
    expect(state.ranges).toEqual(['bytes=1000000-'])
    expect((await readFile(join(folder, 'model.bin'))).equals(large)).toBe(true)

    const other = tempFolder()
    state.ranges = []
    await writeFile(join(other, `.model.bin.${sha256(large).slice(0, 16)}.part`), randomBytes(1_000_000))
    await downloadAssets(client, [model], other, { progress: silent })
    expect(state.ranges).toEqual(['bytes=1000000-', undefined])
    expect((await readFile(join(other, 'model.bin'))).equals(large)).toBe(true)
  })

  test('lets no file appear whose bytes are others', async () => {
    await using github = await testGitHub()
    const release = await uploaded(github)
    const folder = tempFolder()
    const changed = wanted(release).map((file) => ({ ...file, sha256: sha256('what was published') }))
    await expect(
      downloadAssets(await openGitHubClient(github), changed, folder, { progress: silent }),
    ).rejects.toMatchObject({ code: 'registry/bytes-differ' })
    expect(await readdir(folder)).toEqual([])
  })

  test('overwrites nothing', async () => {
    await using github = await testGitHub()
    const release = await uploaded(github)
    const folder = tempFolder({ 'run.json': 'mine' })
    await expect(
      downloadAssets(await openGitHubClient(github), wanted(release), folder, { progress: silent }),
    ).rejects.toMatchObject({ code: 'registry/would-overwrite', message: expect.stringContaining('"run.json"') })
    expect(await readFile(join(folder, 'run.json'), 'utf8')).toBe('mine')
    expect(await readdir(folder)).toEqual(['run.json'])
  })

  test('looks at the disk first', async () => {
    const { state, interrupt } = cutter()
    await using github = await testGitHub({ interrupt })
    const release = await uploaded(github)
    const folder = tempFolder()
    const { bavail, bsize } = await statfs(folder)
    const tooLarge = wanted(release).map((file) => ({
      ...file,
      bytes: bavail * bsize,
    }))
    await expect(
      downloadAssets(await openGitHubClient(github), tooLarge, folder, { progress: silent }),
    ).rejects.toMatchObject({ code: 'registry/no-room' })
    expect(state.ranges).toEqual([])
  })

  test('gives up with words where nothing comes any more', async () => {
    let asked = 0
    await using github = await testGitHub({
      interrupt: (moment, request) => {
        if (moment !== 'before' || request.headers.accept !== 'application/octet-stream') return 'serve'
        asked += 1
        return 'drop'
      },
    })
    const release = await uploaded(github)
    await expect(
      downloadAssets(await openGitHubClient(github), wanted(release).slice(1), tempFolder(), { progress: silent }),
    ).rejects.toMatchObject({ code: 'github/unreachable', owner: 'remote' })
    expect(asked).toBe(5)
  })

  test('refuses names that lead out of the folder', async () => {
    await using github = await testGitHub()
    const [file] = wanted(await uploaded(github))
    if (!file) throw new Error('no asset')
    for (const name of ['../model.bin', '.bashrc', 'a/b', '']) {
      const named = { ...file, name }
      await expect(
        downloadAssets(await openGitHubClient(github), [named], tempFolder(), { progress: silent }),
      ).rejects.toMatchObject({ code: 'registry/bad-asset' })
    }
  })

  test('lets two calls into one folder after each other', async () => {
    await using github = await testGitHub()
    const release = await uploaded(github)
    const client = await openGitHubClient(github)
    const folder = tempFolder()
    await Promise.all([1, 2].map(() => downloadAssets(client, wanted(release), folder, { progress: silent })))
    expect((await stat(join(folder, 'model.bin'))).size).toBe(large.length)
    expect((await readdir(folder)).toSorted()).toEqual(['model.bin', 'run.json'])
  })
})
