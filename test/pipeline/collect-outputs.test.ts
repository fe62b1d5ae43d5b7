import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

import { describe, expect, onTestFinished, test } from 'vitest'

import { collectOutputs } from '../../action/pipeline/collect-outputs.ts'
import type { ProgramStage } from '../../action/project/project.ts'
import { projectOf } from '../support/project.ts'
import { tempFolder } from '../support/temp-folder.ts'

function given(out: Readonly<Record<string, string>>, written: Readonly<Record<string, string>> = {}) {
  const files = tempFolder(written)
  const to = join(tempFolder(), 'out')
  const stage: ProgramStage = {
    name: 'train',
    needs: [],
    run: '',
    out: Object.fromEntries(
      Object.entries(out).map(([name, path]) => [
        name,
        { path, kind: path.endsWith('.parquet') ? ('dataset' as const) : ('file' as const) },
      ]),
    ),
    env: {},
    secrets: [],
    line: 7,
  }
  const collect = () => collectOutputs({ project: projectOf('/p'), stage, name: 'train', logFile: 'a.log' }, files, to)
  return { files, to, collect }
}

describe('collectOutputs()', () => {
  test('moves what has no other name, so that a large model is not on the disk twice', async () => {
    const { files, to, collect } = given({ model: 'model.bin', all: 'all/' }, { 'model.bin': 'm', 'all/a/b': 'b' })
    const before = statSync(join(files, 'model.bin')).ino

    expect(await collect()).toEqual({ model: 'model.bin', all: 'all' })

    expect(statSync(join(to, 'model.bin')).ino).toBe(before)
    expect(readFileSync(join(to, 'all/a/b'), 'utf8')).toBe('b')
    expect(readdirSync(files)).toEqual([])
  })

  test('copies what has another name as well, so that nobody changes it there', async () => {
    const elsewhere = join(tempFolder({ kept: 'kept' }), 'kept')
    const { files, to, collect } = given({ model: 'model.bin', all: 'all/' }, { 'all/a': 'a' })
    linkSync(elsewhere, join(files, 'model.bin'))
    linkSync(elsewhere, join(files, 'all/b'))

    await collect()
    writeFileSync(elsewhere, 'changed')

    expect(readFileSync(join(to, 'model.bin'), 'utf8')).toBe('kept')
    expect(readFileSync(join(to, 'all/b'), 'utf8')).toBe('kept')
  })

  test('gives each of two outputs the whole where one lies in the other', async () => {
    const { to, collect } = given({ all: 'm/', score: './m/score.json' }, { 'm/score.json': '1', 'm/a': 'a' })

    await collect()

    expect(readdirSync(join(to, 'all'))).toEqual(['a', 'score.json'])
    expect(readFileSync(join(to, 'score.json'), 'utf8')).toBe('1')
  })

  test('takes what its stage made unreadable, and leaves it so that it can be read and removed', async () => {
    const { files, to, collect } = given({ model: 'm/', one: 'one' }, { 'm/a/b': 'b', one: '1' })
    chmodSync(join(files, 'one'), 0o000)
    chmodSync(join(files, 'm/a/b'), 0o000)
    chmodSync(join(files, 'm/a'), 0o000)

    await collect()

    expect(statSync(join(to, 'one')).mode & 0o400).toBe(0o400)
    expect(statSync(join(to, 'model/a/b')).mode & 0o400).toBe(0o400)
    expect(statSync(join(to, 'model/a')).mode & 0o700).toBe(0o700)
  })

  test('takes a folder of very many files', async () => {
    const { files, to, collect } = given({ model: 'm/' })
    mkdirSync(join(files, 'm'))
    for (let at = 0; at < 500; at += 1) writeFileSync(join(files, `m/${at}`), '')

    await collect()

    expect(readdirSync(join(to, 'model'))).toHaveLength(500)
  })

  test.each([
    ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
    ['a link to nothing', (path: string) => symlinkSync('nowhere', path)],
    ['a device', (path: string) => symlinkSync('/dev/zero', path)],
  ])('refuses %s, and does not open it', async (_, make) => {
    for (const [out, place] of [
      [{ model: 'model' }, 'model'],
      [{ model: 'm/' }, 'm/model'],
    ] as const) {
      const { files, collect } = given(out)
      if (place.includes('/')) mkdirSync(join(files, 'm'))
      make(join(files, place))

      await expect(collect()).rejects.toMatchObject({
        code: 'stage/linked-output',
        message: expect.stringContaining(`"${place}" is a link or a device`),
      })
    }
  })

  test.runIf(process.platform !== 'win32')('refuses a socket', async () => {
    const { files, collect } = given({ model: 'model' })
    const server = createServer()
    onTestFinished(() => void server.close())
    await new Promise<void>((resolve) => {
      server.listen(join(files, 'model'), resolve)
    })

    await expect(collect()).rejects.toMatchObject({ code: 'stage/linked-output' })
  })

  test('misses an empty folder, and takes CSV where Parquet was declared', async () => {
    const empty = given({ model: 'm/' })
    mkdirSync(join(empty.files, 'm'))
    await expect(empty.collect()).rejects.toMatchObject({ code: 'stage/no-output' })

    const csv = given({ rows: 'rows.parquet' }, { 'rows.csv': 'a\n1\n' })
    expect(await csv.collect()).toEqual({ rows: 'rows.csv' })
    expect(existsSync(join(csv.to, 'rows.csv'))).toBe(true)
  })
})
