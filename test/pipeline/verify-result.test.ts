import { existsSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, describe, expect, test, vi } from 'vitest'

import { sha256 } from '../../action/base/sha256.ts'
import { makeResult, resultFolder } from '../../action/pipeline/stage-result.ts'
import { findResult } from '../../action/pipeline/verify-result.ts'
import { tempFolder, writeFiles } from '../support/temp-folder.ts'

const key = sha256('key')

/** A project's folder in which `train` came to a file and a folder of two. */
async function made() {
  const folder = tempFolder()
  const result = await makeResult(folder, {
    stage: 'train',
    key,
    parts: {},
    cacheKey: key,
    now: () => new Date('2025-03-04T06:00:00Z'),
    work: async (work) => {
      writeFiles(join(work, 'out'), { 'model.json': '{"a":1}', 'tree/a.bin': 'aaaa', 'tree/deep/b.bin': 'bbbb' })
      return { ok: true, value: { detail: '', outputs: { model: 'model.json', tree: 'tree' } } }
    },
  })
  if (!result.ok) throw new Error('nothing was made')
  const place = resultFolder(folder, 'train', key)
  return { folder, place, out: join(place, 'out'), find: () => findResult(folder, 'train', key) }
}

/** As if long ago: files that were written this moment are read again. */
function later(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 })
}

describe('findResult()', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test('finds what was made, also again, and nothing under another stage or key', async () => {
    const { folder, find } = await made()
    const found = await find()
    expect(found).toMatchObject({ kind: 'whole', result: { stage: 'train', cacheKey: key } })
    later()

    expect(await find()).toEqual(found)
    expect(await find()).toEqual(found)
    expect(await findResult(folder, 'train', sha256('other'))).toEqual({ kind: 'none' })
    expect(await findResult(folder, 'predict', key)).toEqual({ kind: 'none' })
  })

  test.each([
    ['a cut file', ({ out }) => writeFileSync(join(out, 'model.json'), '{"a"'), 'its bytes changed'],
    ['other bytes of the same size', ({ out }) => writeFileSync(join(out, 'model.json'), '{"a":2}'), 'bytes changed'],
    ['a byte in a folder', ({ out }) => writeFileSync(join(out, 'tree/deep/b.bin'), 'bbbc'), 'its bytes changed'],
    ['a file more', ({ out }) => writeFileSync(join(out, 'tree/c.bin'), ''), 'its bytes changed'],
    ['a file less', ({ out }) => rmSync(join(out, 'tree/a.bin')), 'its bytes changed'],
    [
      'a folder emptied',
      ({ out }) => ['a.bin', 'deep'].map((n) => rmSync(join(out, 'tree', n), { recursive: true })),
      'changed',
    ],
    ['a file gone', ({ out }) => rmSync(join(out, 'model.json')), 'a file of it is gone'],
    [
      'a folder for a file',
      ({ out }) => {
        rmSync(join(out, 'model.json'))
        writeFiles(out, { 'model.json/x': '' })
      },
      'bytes changed',
    ],
    [
      'another verdict in its record',
      ({ place }) => edit(join(place, 'result.json'), '"seconds": 0', '"seconds": 7'),
      'its record changed',
    ],
    ['a link for a file', ({ out }) => linkTo(join(out, 'model.json')), 'it holds a link'],
    ['a link in a folder', ({ out }) => symlinkSync('/etc', join(out, 'tree/more')), 'it holds a link'],
    ['a link for a folder', ({ out }) => linkTo(join(out, 'tree')), 'it holds a link'],
    ['a link for all of it', ({ place }) => linkTo(place), 'it was a link'],
    ['a link for its outputs', ({ out }) => linkTo(out), 'it holds a link'],
  ] satisfies [string, (at: Awaited<ReturnType<typeof made>>) => unknown, string][])(
    'removes a result with %s, whether it was used before or not',
    async (_, spoil, why) => {
      for (const wasUsed of [false, true]) {
        const at = await made()
        if (wasUsed) {
          await at.find()
          later()
          await at.find()
        }
        spoil(at)

        expect(await at.find()).toEqual({ kind: 'spoilt', why: expect.stringContaining(why) })
        expect(await at.find()).toEqual({ kind: 'none' })
        expect(existsSync(at.place)).toBe(false)
        vi.useRealTimers()
      }
    },
  )

  test('finds bytes that were swapped under their old size and date', async () => {
    const { out, find } = await made()
    later()
    await find()
    const file = join(out, 'model.json')
    const { atime, mtime } = statSync(file)
    writeFileSync(file, '{"a":3}')
    utimesSync(file, atime, mtime)

    expect(await find()).toMatchObject({ kind: 'spoilt' })
  })

  test('removes a link and leaves alone what it leads to', async () => {
    const { folder, place, find } = await made()
    const stages = join(place, '../..')
    renameSync(stages, join(folder, 'elsewhere'))
    symlinkSync(join(folder, 'elsewhere'), stages)

    expect(await find()).toEqual({ kind: 'spoilt', why: 'it was a link' })
    expect(existsSync(join(folder, 'elsewhere/train'))).toBe(true)
  })

  test('reads no byte of what nobody touched', async () => {
    const { place, find } = await made()
    later()
    await find()
    // Wrong digests that are sealed pass only where nothing is hashed.
    const text = readFileSync(join(place, 'result.json'), 'utf8').replaceAll(/"sha256": "\w+"/g, `"sha256": "${key}"`)
    writeFileSync(join(place, 'result.json'), text)
    const seal = JSON.parse(readFileSync(join(place, 'seal.json'), 'utf8')) as object
    writeFileSync(join(place, 'seal.json'), JSON.stringify({ ...seal, result: sha256(text) }))

    expect(await find()).toMatchObject({ kind: 'whole' })
  })

  test('reads every byte again where the last change was a moment ago', async () => {
    const { place, find } = await made()

    await find()

    expect(JSON.parse(readFileSync(join(place, 'seal.json'), 'utf8'))).toMatchObject({ files: {} })
  })

  test.each([
    ['gone', undefined],
    ['cut', '{"resu'],
    ['of another shape', '{"result":1,"files":[]}'],
    ['null', 'null'],
  ])('reads every byte where the seal is %s', async (_, text) => {
    const { place, out, find } = await made()
    if (text === undefined) rmSync(join(place, 'seal.json'))
    else writeFileSync(join(place, 'seal.json'), text)
    expect(await find()).toMatchObject({ kind: 'whole' })

    writeFileSync(join(out, 'model.json'), '{"a":2}')

    expect(await find()).toMatchObject({ kind: 'spoilt' })
  })

  test('takes a result that is none, or another’s, for none', async () => {
    const { place, find } = await made()
    for (const text of ['', '[]', '{"schema":"plumbline/stage/v9"}']) {
      writeFileSync(join(place, 'result.json'), text)
      expect(await find()).toEqual({ kind: 'none' })
    }
  })
})

function edit(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8')
  expect(text).toContain(from)
  writeFileSync(file, text.replace(from, to))
}

/** Puts a link to the same bytes in a file's or folder's place. */
function linkTo(path: string): void {
  renameSync(path, `${path}.real`)
  symlinkSync(`${path}.real`, path)
}
