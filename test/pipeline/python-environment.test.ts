import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { describe, expect, test } from 'vitest'

import { type Progress, silent } from '../../action/base/progress.ts'
import { findInterpreter } from '../../action/pipeline/find-interpreter.ts'
import { pythonEnvironment } from '../../action/pipeline/python-environment.ts'
import { runTool } from '../../action/pipeline/run-tool.ts'
import { plumbline } from '../support/command-line.ts'
import { type FakeUv, fakeUv, fakeUvPoints } from '../support/fake-uv.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyProject, tinyYaml } from '../support/tiny-project.ts'

const wrongHash = `six==1.16.0 --hash=sha256:${'0'.repeat(64)}\n`
const killer = pathToFileURL(join(import.meta.dirname, '../support/die-at-write.mjs')).href

interface Wish {
  readonly cache: string
  readonly uv?: FakeUv
  readonly warn?: Progress['warn']
}

async function build(requirements: string, { cache, uv, warn = () => {} }: Wish) {
  const caller = { ...process.env, ...uv?.environment, PLUMBLINE_CACHE: cache }
  const interpreter = await findInterpreter(caller, undefined)
  const signal = new AbortController().signal
  const progress: Progress = { ...silent, warn }
  return pythonEnvironment({ requirements, file: 'requirements.txt', interpreter, caller, progress, signal })
}

describe('pythonEnvironment()', () => {
  test('is built once for a digest and holds its own interpreter', async () => {
    const cache = tempFolder()
    const first = await build('', { cache })
    const second = await build('', { cache })

    expect(second).toEqual(first)
    const signal = new AbortController().signal
    const prefix = await runTool(join(first.binFolder, 'python'), ['-c', 'import sys; print(sys.prefix)'], {
      environment: {},
      signal,
    })
    expect(prefix).toContain(cache)
  })

  test.each([
    ['a package without a hash', 'six==1.16.0\n', 'pipeline/unhashed', /"six==1.16.0".*\(requirements.txt:1\)/],
    ['an option that no hash covers', '\n-e .\n', 'pipeline/environment', /option -e.*\(requirements.txt:2\)/],
  ])('refuses %s before anything is downloaded', async (_, requirements, code, message) => {
    const cache = tempFolder()

    await expect(build(requirements, { cache })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    })
    expect(existsSync(join(cache, 'environments'))).toBe(false)
  })

  test('stops at bytes of another hash, and leaves no half environment', async () => {
    const cache = tempFolder()

    await expect(build(wrongHash, { cache })).rejects.toMatchObject({ code: 'pipeline/wrong-hash' })
    expect(readdirSync(join(cache, 'environments'))).toEqual([])
  })

  test('says that the disk is full, and where', async () => {
    const cache = tempFolder()
    const uv = fakeUv()
    uv.failWith('error: failed to copy file\n  cause: No space left on device (os error 28)\n')

    await expect(build('', { cache, uv })).rejects.toMatchObject({
      code: 'pipeline/cache-folder',
      message: `Cannot keep the environment in "${cache}": the disk is full`,
    })
  })

  test('asks uv for every package by its hash, wheels only', async () => {
    const uv = fakeUv()

    await build('', { cache: tempFolder(), uv })

    expect(uv.said().at(-1)).toMatch(/^pip sync --python \S+ --require-hashes --only-binary :all: \S+$/)
  })

  test('repairs a spoilt one past what uv keeps, which is linked to it', async () => {
    const [cache, uv] = [tempFolder(), fakeUv()]
    const { binFolder } = await build('', { cache, uv })
    writeFileSync(join(binFolder, '../lib/half.py'), 'spoilt')
    const warnings: string[] = []

    await build('', { cache, uv, warn: (text) => warnings.push(text) })

    expect(warnings).toEqual([expect.stringContaining('lib/half.py changed')])
    expect(uv.said().at(-1)).toContain('pip sync --no-cache ')
    expect(readFileSync(join(binFolder, '../lib/half.py'), 'utf8')).toBe('half = 1\n')
  })
})

describe('an environment whose builder was killed', () => {
  async function fetching(cache = tempFolder(), uv = fakeUv()) {
    const source = `data: { source: { parcels: { run: 'cat "$(dirname "$(command -v python)")/../lib/whole.py"; cp kept.csv "$PLUMBLINE_OUT_DATA"' } } }`
    const yaml = `${tinyYaml.replace('data: { source: data/*.csv }', source)}environment: { python: requirements.txt }\n`
    const { folder } = await tinyProject({ rows: 20, files: { 'plumbline.yaml': yaml, 'requirements.txt': '' } })
    writeFileSync(join(folder, 'kept.csv'), readFileSync(join(folder, 'data/parcels.csv')))
    const environment = { ...uv.environment, PLUMBLINE_CACHE: cache }
    const fetch = (more: Readonly<Record<string, string>> = {}) => {
      rmSync(join(folder, 'data'), { recursive: true, force: true })
      return plumbline(folder, ['data', 'fetch'], { environment: { ...environment, ...more } })
    }
    const log = () => readFileSync(join(folder, '.plumbline/landed/parcels.log'), 'utf8')
    return { cache, uv, fetch, log }
  }

  test('inside its installer, anywhere, is built whole by the next run', { timeout: 120_000 }, async () => {
    const { cache, uv, fetch, log } = await fetching()
    for (const point of fakeUvPoints) {
      rmSync(join(cache, 'environments'), { recursive: true, force: true })
      uv.killCallerAt(point)
      expect((await fetch()).code, point).toBe(null)

      const { code, stderr } = await fetch()

      expect(code, `${point}: ${stderr}`).toBe(0)
      expect(log(), point).toBe('whole = 1\n')
    }
  })

  test('at any of its own writes is built whole by the next run', { timeout: 240_000 }, async () => {
    const { cache, fetch, log } = await fetching()
    let kills = 0
    for (let at = 1; ; at += 1) {
      rmSync(join(cache, 'environments'), { recursive: true, force: true })
      const more = {
        NODE_OPTIONS: `--import ${killer}`,
        PLUMBLINE_DIE_AT: String(at),
        PLUMBLINE_DIE_BELOW: join(cache, 'environments'),
      }
      const { code } = await fetch(more)
      if (code === 0) break
      kills += 1

      const { code: again, stderr } = await fetch()

      expect(again, `after write ${at}: ${stderr}`).toBe(0)
      expect(log()).toBe('whole = 1\n')
    }
    expect(kills).toBeGreaterThan(5)
  })

  test('is built once for two processes at once', async () => {
    const one = await fetching()
    const other = await fetching(one.cache, one.uv)

    const ends = await Promise.all([one.fetch(), other.fetch()])

    expect(ends.map(({ code }) => code)).toEqual([0, 0])
    expect(one.uv.said().filter((line) => line.startsWith('pip sync'))).toHaveLength(1)
  })
})
