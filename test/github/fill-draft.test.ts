import { createHash } from 'node:crypto'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { describe, expect, test } from 'vitest'

import { sha256 } from '../../action/base/sha256.ts'
import { openGitHubClient } from '../../action/github/client.ts'
import { type BuiltFile, fillDraft } from '../../action/github/fill-draft.ts'
import { createDraft, type Release, readRelease } from '../../action/github/releases.ts'
import type { Interrupt } from '../../action/local-github/answer-request.ts'
import { type TestGitHub, testGitHub } from '../support/local-github.ts'
import { tempFolder } from '../support/temp-folder.ts'

const contents = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`${at}.bin`, String(at).repeat(300_000)]))

function builtFiles(): readonly BuiltFile[] {
  const folder = tempFolder(contents)
  return Object.entries(contents).map(([name, text]) => ({
    name,
    path: join(folder, name),
    bytes: text.length,
    sha256: sha256(text),
    contentType: 'application/octet-stream',
  }))
}

/** The embedded GitHub as if it were the real one: what fails on its side is tried again. */
async function draftOf(github: TestGitHub, isEmbedded = true) {
  const client = await openGitHubClient({ ...github, isEmbedded }, undefined, async () => {})
  return { client, draft: await createDraft(client, { tag: 'v1', commit: github.head, name: 'v1', body: '' }) }
}

const isUpload = ({ method, url }: IncomingMessage) => method === 'POST' && /assets/.test(url ?? '')
const terms = { onBytes() {}, pause: async () => {} }

describe('fillDraft()', () => {
  test('uploads four at a time, and tells every byte once', async () => {
    let running = 0
    let most = 0
    const interrupt: Interrupt = (moment, asked) => {
      if (!isUpload(asked)) return 'serve'
      running += moment === 'before' ? 1 : -1
      most = Math.max(most, running)
      return 'serve'
    }
    await using github = await testGitHub({ interrupt })
    const { client, draft } = await draftOf(github)
    let sent = 0
    const filled = await fillDraft(client, draft, builtFiles(), { ...terms, onBytes: (bytes) => (sent += bytes) })
    expect(filled).toMatchObject({ kind: 'full', draft: { assets: { length: 8 } } })
    expect(most).toBe(4)
    expect(sent).toBe(8 * 300_000)
  })

  test('leaves an upload alone that another job is at', async () => {
    await using github = await testGitHub()
    const { client, draft } = await draftOf(github)
    const [file, ...others] = builtFiles()
    if (!file) throw new Error('no file')
    const other = slowUpload(github, draft, file, 100)
    await expect.poll(async () => (await readRelease(client, draft.id))?.assets.length).toBe(1)
    const begun = (await readRelease(client, draft.id)) ?? draft
    const filled = await fillDraft(client, begun, [file, ...others], { onBytes() {} })
    expect(await other).toBe(201)
    expect(filled.kind === 'full' && filled.draft.assets.find(({ name }) => name === file.name)?.id).toBe(
      begun.assets[0]?.id,
    )
  })

  test('clears away an upload that nobody is at any more', async () => {
    await using github = await testGitHub()
    const { client, draft } = await draftOf(github)
    github.fault('502-mid-upload@1')
    await github.call('POST', `/releases/${draft.id}/assets?name=0.bin`, Buffer.alloc(1 << 20))
    const begun = (await readRelease(client, draft.id)) ?? draft
    expect(begun.assets).toMatchObject([{ name: '0.bin', isWhole: false }])
    const filled = await fillDraft(client, begun, builtFiles(), { onBytes() {} })
    expect(filled).toMatchObject({ kind: 'full' })
  })

  test('eight that fill one draft at once leave each file once', async () => {
    await using github = await testGitHub()
    const { client, draft } = await draftOf(github)
    const all = await Promise.all(
      Array.from({ length: 8 }, () => fillDraft(client, draft, builtFiles(), { onBytes() {} })),
    )
    expect(all.map(({ kind }) => kind)).toEqual(Array.from({ length: 8 }, () => 'full'))
    const held = (await readRelease(client, draft.id))?.assets ?? []
    expect(held.map(({ name, sha256: digest }) => `${name} ${digest}`).toSorted()).toEqual(
      Object.entries(contents).map(([name, text]) => `${name} ${sha256(text)}`),
    )
  })

  test.each(['502-mid-upload@2', '502-after@3', 'drop-after@4', '500@2'])(
    'goes on after %s, and uploads the others once',
    async (fault) => {
      let uploads = 0
      const interrupt: Interrupt = (moment, asked) => {
        if (moment === 'before' && isUpload(asked)) uploads += 1
        return 'serve'
      }
      await using github = await testGitHub({ interrupt })
      const { client, draft } = await draftOf(github, false)
      github.fault(
        fault.startsWith('502-mid') ? fault : `${fault} POST /repos/{owner}/{repo}/releases/{release_id}/assets`,
      )
      const four = builtFiles().slice(0, 4)
      const filled = await fillDraft(client, draft, four, terms)
      expect(filled).toMatchObject({ kind: 'full', draft: { assets: { length: 4 } } })
      expect(uploads).toBeLessThanOrEqual(5)
    },
    30_000,
  )

  test('tells the fault where an upload breaks off four times', async () => {
    await using github = await testGitHub()
    const { client, draft } = await draftOf(github, false)
    github.fault({ kind: '502-mid-upload', at: 1, times: 100 })
    await expect(fillDraft(client, draft, builtFiles().slice(0, 1), terms)).rejects.toMatchObject({
      code: 'github/unreachable',
      message: expect.stringContaining('"0.bin"'),
    })
  }, 30_000)

  test('sends a file again, whole, after a limit', async () => {
    await using github = await testGitHub()
    const { client, draft } = await draftOf(github, false)
    github.fault('429@1 POST /repos/{owner}/{repo}/releases/{release_id}/assets')
    const filled = await fillDraft(client, draft, builtFiles().slice(0, 2), terms)
    expect(filled).toMatchObject({ kind: 'full', draft: { assets: { length: 2 } } })
  }, 30_000)

  test('sees that somebody published or deleted the draft', async () => {
    await using github = await testGitHub()
    const { client, draft } = await draftOf(github)
    await github.call('PATCH', `/releases/${draft.id}`, { draft: false })
    expect(await fillDraft(client, draft, [], terms)).toEqual({ kind: 'moved on' })
    await github.call('DELETE', `/releases/${draft.id}`)
    expect(await fillDraft(client, draft, builtFiles(), terms)).toEqual({ kind: 'moved on' })
  })
})

/** Sends a file in pieces, with pauses between them, as another job would over a slow line. */
async function slowUpload(github: TestGitHub, draft: Release, file: BuiltFile, pauseMs: number): Promise<number> {
  const text = contents[file.name] ?? ''
  expect(createHash('sha256').update(text).digest('hex')).toBe(file.sha256)
  const url = `${draft.uploadUrl.replace(/\{.*/, '')}?name=${file.name}`
  return await new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${github.token}`, 'content-length': text.length }
    const sent = request(url, { method: 'POST', headers }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    sent.on('error', reject)
    void (async () => {
      sent.write(text.slice(0, 100_000))
      await sleep(pauseMs)
      sent.end(text.slice(100_000))
    })()
  })
}
