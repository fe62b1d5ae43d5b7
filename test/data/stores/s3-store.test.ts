import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { dataList } from '../../../action/commands/data-list.ts'
import { dataPull } from '../../../action/commands/data-pull.ts'
import type { CommandContext } from '../../../action/commands/define-command.ts'
import { snapshot } from '../../../action/commands/snapshot.ts'
import { fetchSnapshot } from '../../../action/data/fetch-snapshot.ts'
import { readPinned } from '../../../action/data/pin-snapshot.ts'
import { openS3Store } from '../../../action/data/stores/s3-store.ts'
import { readProject } from '../../../action/project/read-project.ts'
import { contextIn } from '../../support/command-context.ts'
import { heldIn } from '../../support/held-in.ts'
import { type S3Fake, s3Error, s3Fake } from '../../support/s3-fake.ts'
import { snapshotInputs } from '../../support/snapshot-inputs.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { tinyProject, tinyRows, tinyYaml } from '../../support/tiny-project.ts'

const place = { bucket: 'acme', prefix: 'parcels/' }
const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')
const keyOf = (digest: string) => `acme/parcels/${digest.slice(0, 2)}/${digest}`

async function project(more: Readonly<Record<string, string>> = {}) {
  const yaml = tinyYaml.replace('source: data/*.csv }', 'source: data/*.csv, store: { s3: acme/parcels } }')
  return await tinyProject({ rows: 30, files: { 'plumbline.yaml': yaml, ...more } })
}

function contextFor(folder: string, s3: S3Fake): CommandContext {
  return { ...contextIn(folder), environment: { PATH: process.env['PATH'], ...s3.environment } }
}

async function push(folder: string, s3: S3Fake) {
  const outcome = await snapshot.run({ ...snapshotInputs, push: true }, contextFor(folder, s3))
  if (outcome.kind === 'diagnosed') throw new Error(JSON.stringify(outcome.diagnostics))
  return outcome.result
}

describe('snapshot --push to S3', () => {
  test('brings the bytes there once, under their digests, and verifies that they can be had', async () => {
    const s3 = await s3Fake({})
    const { folder } = await project()
    const bytes = readFileSync(join(folder, 'data/parcels.csv'))
    const first = await push(folder, s3)
    expect(first.pushed).toEqual({ files: 1, bytes: bytes.length, there: 0 })
    expect([...s3.objects.keys()]).toEqual([keyOf(sha256(bytes))])
    expect((await snapshot.report(first)).text).toContain('stored: 1 file new')
    expect((await push(folder, s3)).pushed).toEqual({ files: 0, bytes: 0, there: 1 })
  })

  test('without --push nothing leaves, and that is said', async () => {
    const s3 = await s3Fake({})
    const { folder } = await project()
    const outcome = await snapshot.run(snapshotInputs, contextFor(folder, s3))
    if (outcome.kind === 'diagnosed') throw new Error(JSON.stringify(outcome.diagnostics))
    expect(s3.objects.size).toBe(0)
    expect((await snapshot.report(outcome.result)).text).toContain('not stored yet: plumbline snapshot --push')
  })

  test('another machine has the data by the lock alone; a damaged object is named and not used', async () => {
    const s3 = await s3Fake({})
    const { folder } = await project({ 'data/b.csv': tinyRows(5).replaceAll(/^p/gm, 'q') })
    await push(folder, s3)
    const original = readFileSync(join(folder, 'data/parcels.csv'))
    rmSync(join(folder, 'data'), { recursive: true })
    rmSync(join(folder, '.plumbline'), { recursive: true })

    const context = contextFor(folder, s3)
    const listed = await dataList.run({ data: undefined, sums: false }, context)
    expect(JSON.stringify(listed)).toContain('"inStore":2')
    const pull = await dataPull.run({ data: undefined, force: false, link: false }, context)
    expect(pull).toMatchObject({ kind: 'done', result: { copied: 2 } })
    expect(readFileSync(join(folder, 'data/parcels.csv'))).toEqual(original)

    rmSync(join(folder, 'data'), { recursive: true })
    rmSync(join(folder, '.plumbline'), { recursive: true })
    s3.objects.set(keyOf(sha256(original)), Buffer.from('x'.repeat(original.length)))
    await expect(dataPull.run({ data: undefined, force: false, link: false }, context)).rejects.toMatchObject({
      code: 'store/damaged',
    })
    expect(existsSync(join(folder, 'data/parcels.csv'))).toBe(false)
    s3.objects.delete(keyOf(sha256(original)))
    const read = await readProject(folder)
    const lock = read.ok ? await readPinned(read.value) : undefined
    if (!read.ok || !lock?.ok) throw new Error('no lock')
    await expect(fetchSnapshot(read.value, lock.value, undefined, context)).rejects.toMatchObject({
      code: 'store/missing',
      message: expect.stringContaining('data/parcels.csv'),
    })
  })

  test('asks for room before the first byte, and takes it once', async () => {
    const s3 = await s3Fake({})
    const { folder } = await project()
    await push(folder, s3)
    for (const gone of ['data', '.plumbline']) rmSync(join(folder, gone), { recursive: true })
    const lock = readFileSync(join(folder, 'data.lock.yaml'), 'utf8')
    const vast = `  - ${'ab'.repeat(32)}  9000000000000000  data/vast.csv\n`
    writeFileSync(join(folder, 'data.lock.yaml'), lock + vast)
    const asked = s3.asked.length
    const pull = async () => await dataPull.run({ data: undefined, force: false, link: false }, contextFor(folder, s3))
    await expect(pull()).rejects.toMatchObject({
      code: 'store/no-room',
      message: expect.stringMatching(/the disk has \d+ MB left; expected \d+ MB for 2 files/),
    })
    expect(s3.asked.slice(asked).filter((one) => one.startsWith('GET'))).toEqual([])
    writeFileSync(join(folder, 'data.lock.yaml'), lock)
    expect(await pull()).toMatchObject({ kind: 'done', result: { copied: 1 } })
    const kept = readdirSync(join(folder, '.plumbline/data'), { recursive: true, encoding: 'utf8' })
    expect(kept.filter((path) => /[0-9a-f]{64}$/.test(path))).toEqual([])
  })

  test('says in the store’s words why it cannot', async () => {
    const s3 = await s3Fake({})
    const { folder } = await project()
    s3.answer = (request, response) => {
      if (request.method === 'PUT') return s3Error(403, 'AccessDenied')(request, response)
      return s3Error(404, 'NoSuchKey')(request, response)
    }
    await expect(push(folder, s3)).rejects.toMatchObject({
      code: 'store/denied',
      message: expect.stringMatching(/^Cannot store "s3:\/\/acme\/parcels\//),
      stays: 'nothing was pinned',
    })
    expect(existsSync(join(folder, 'data.lock.yaml'))).toBe(false)
  })

  test('ends the same wherever it was killed', async () => {
    const { folder } = await project({
      'data/b.csv': tinyRows(5).replaceAll(/^p/gm, 'q'),
      'data/c.csv': tinyRows(5).replaceAll(/^p/gm, 'r'),
    })
    for (let breakAt = 1; breakAt <= 3; breakAt += 1) {
      for (const moment of ['before', 'after'] as const) {
        const s3 = await s3Fake({})
        const serve = s3.answer
        let writes = 0
        s3.answer = (request, response) => {
          const isBreak = request.method === 'PUT' && ++writes === breakAt
          if (isBreak && moment === 'before') return void request.socket.destroy()
          if (!isBreak) return serve(request, response)
          const silentEnd = Object.assign(Object.create(response), {
            writeHead: () => silentEnd,
            end: () => request.socket.destroy(),
          })
          serve(request, silentEnd)
        }
        rmSync(join(folder, 'data.lock.yaml'), { force: true })
        await push(folder, s3)
        expect(s3.objects.size, `${moment} ${breakAt}`).toBe(3)
      }
    }
  })
})

describe('openS3Store()', () => {
  test('goes on with the upload of a large file where it stopped', async () => {
    const s3 = await s3Fake({})
    const folder = tempFolder()
    const absolutePath = join(folder, 'large.bin')
    const bytes = Buffer.alloc((16 << 20) * 2 + 1000, 'abc')
    writeFileSync(absolutePath, bytes)
    const file = { absolutePath, path: 'large.bin', bytes: bytes.length, sha256: sha256(bytes) }
    const store = await openS3Store(place, s3.environment)
    const serve = s3.answer
    let parts = 0
    let first: Promise<unknown> = Promise.resolve()
    s3.answer = (request, response) => {
      const isPart = request.url?.includes('partNumber') ?? false
      if (isPart && ++parts > 1) {
        // Of three at once the first is there before the others are refused.
        return void first.then(() => s3Error(400, 'InvalidRequest')(request, response))
      }
      if (isPart) first = once(response, 'finish')
      serve(request, response)
    }
    await expect(store.push([file], {})).rejects.toMatchObject({ code: 'store/refused' })
    expect(s3.objects.size).toBe(0)

    const sent: string[] = []
    s3.answer = (request, response) => {
      if (request.method === 'PUT') sent.push(/partNumber=(\d+)/.exec(request.url ?? '')?.[1] ?? '')
      serve(request, response)
    }
    await store.push([file], {})
    expect(s3.objects.get(keyOf(file.sha256))?.equals(bytes)).toBe(true)
    expect(sent).toHaveLength(2)
    expect(await heldIn(store, [file])).toEqual(new Set([file.sha256]))

    const path = join(folder, '.plumbline/data/ab/fetched')
    mkdirSync(join(folder, '.plumbline/data/ab'), { recursive: true })
    await store.fetch(file, path)
    expect(readFileSync(path).equals(bytes)).toBe(true)
    expect(readdirSync(join(folder, '.plumbline/data/parts'))).toEqual([])
  })
})
