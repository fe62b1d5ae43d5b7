import { cpSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { describe, expect, test } from 'vitest'

import { type Progress, silent } from '../../action/base/progress.ts'
import { keepEnvironment } from '../../action/pipeline/keep-environment.ts'
import { tempFolder, writeFiles } from '../support/temp-folder.ts'

const digest = 'a'.repeat(64)

interface Kept {
  readonly folder: string
  readonly warnings: readonly string[]
  /** For each time that it was built: whether as a repair. */
  readonly builds: readonly boolean[]
}

async function keep(cache: string, files: Readonly<Record<string, string>> = { 'lib/a.py': 'a' }): Promise<Kept> {
  const [warnings, builds]: [string[], boolean[]] = [[], []]
  const progress: Progress = { ...silent, warn: (text) => warnings.push(text) }
  const folder = await keepEnvironment({
    digest,
    caller: { PLUMBLINE_CACHE: cache },
    progress,
    signal: new AbortController().signal,
    build: async (place, isRepair) => {
      builds.push(isRepair)
      writeFiles(place, files)
    },
  })
  return { folder, warnings, builds }
}

describe('keepEnvironment()', () => {
  test('builds once', async () => {
    const cache = tempFolder()
    const first = await keep(cache)

    expect(first.builds).toEqual([false])
    expect(await keep(cache)).toEqual({ folder: first.folder, warnings: [], builds: [] })
  })

  test('builds in an empty folder where a killed process left a half one', async () => {
    const cache = tempFolder()
    writeFiles(join(cache, 'environments', digest.slice(0, 16)), { 'lib/half.py': 'h', 'plumbline-complete': '{"sch' })

    const { folder, builds, warnings } = await keep(cache)

    expect({ builds, warnings }).toEqual({ builds: [false], warnings: [] })
    expect(readdirSync(join(folder, 'lib'))).toEqual(['a.py'])
  })

  test.each<[string, (folder: string) => void]>([
    ['longer', (folder) => writeFileSync(join(folder, 'lib/a.py'), 'longer')],
    ['of another time', (folder) => utimesSync(join(folder, 'lib/a.py'), 1, 1)],
    ['gone', (folder) => rmSync(join(folder, 'lib/a.py'))],
  ])('repairs an environment of which a file is %s, and says so', async (_, spoil) => {
    const cache = tempFolder()
    spoil((await keep(cache)).folder)

    const { folder, builds, warnings } = await keep(cache)

    expect(builds).toEqual([true])
    expect(warnings).toEqual([expect.stringContaining('lib/a.py changed or is gone')])
    expect(readFileSync(join(folder, 'lib/a.py'), 'utf8')).toBe('a')
    expect((await keep(cache)).builds).toEqual([])
  })

  test('sees that what a link leads to was replaced', async () => {
    const cache = tempFolder()
    const interpreter = join(tempFolder({ python3: 'one' }), 'python3')
    const { folder } = await keep(cache)
    symlinkSync(interpreter, join(folder, 'lib/python'))
    rmSync(join(folder, 'plumbline-complete'))
    const build = async (place: string) => symlinkSync(interpreter, join(place, 'python'))
    const wish = { digest, caller: { PLUMBLINE_CACHE: cache }, signal: new AbortController().signal, build }
    await keepEnvironment({ ...wish, progress: silent })

    writeFileSync(interpreter, 'another')
    const warnings: string[] = []
    await keepEnvironment({ ...wish, progress: { ...silent, warn: (text) => warnings.push(text) } })

    expect(warnings).toEqual([expect.stringContaining('(python changed or is gone)')])
  })

  test('leaves out what programs write there while they run, and what they never run', async () => {
    const cache = tempFolder()
    const { folder } = await keep(cache, {
      'lib/__pycache__/a.pyc': 'a',
      'node_modules/.cache/x': 'x',
      'lib/tests/a.py': 'a',
      'lib/a.pyi': 'a',
      'lib/a.py': 'a',
    })
    writeFiles(folder, {
      'lib/__pycache__/a.pyc': 'other',
      'node_modules/.cache/x': 'other',
      'lib/tests/a.py': 'other',
      'lib/a.pyi': 'other',
      'lib/__pycache__/b.pyc': 'b',
    })

    expect((await keep(cache)).builds).toEqual([])
  })

  test('builds anew where the cache was moved, for environments hold their own path', async () => {
    const cache = tempFolder()
    await keep(cache)
    const moved = tempFolder()
    cpSync(cache, moved, { recursive: true, preserveTimestamps: true })

    expect((await keep(moved)).builds).toEqual([false])
  })

  test('leaves nothing of a build that fails', async () => {
    const cache = tempFolder()
    const wish = { digest, caller: { PLUMBLINE_CACHE: cache }, progress: silent, signal: new AbortController().signal }
    const build = async (folder: string) => {
      writeFiles(folder, { half: 'h' })
      throw new Error('no luck')
    }

    await expect(keepEnvironment({ ...wish, build })).rejects.toThrow('no luck')

    expect(readdirSync(join(cache, 'environments'))).toEqual([])
  })

  test('lets one of several build, and the others wait for it', async () => {
    const cache = tempFolder()
    let builds = 0
    const build = async (folder: string) => {
      builds += 1
      await sleep(50)
      await mkdir(join(folder, 'bin'))
    }
    const wish = {
      digest,
      caller: { PLUMBLINE_CACHE: cache },
      progress: silent,
      signal: new AbortController().signal,
      build,
    }

    const folders = await Promise.all([1, 2, 3].map(() => keepEnvironment(wish)))

    expect(builds).toBe(1)
    expect(new Set(folders).size).toBe(1)
    expect(existsSync(`${folders[0]}.lock`)).toBe(false)
  })

  test.each([
    ['a file stands', 'a file stands where a folder is expected', (folder: string) => join(folder, 'file/cache')],
    ['nothing can be written', /does not permit it|can only be read/, () => '/sys/plumbline'],
  ])('says what to mend where %s in place of the cache folder', async (_, state, cacheIn) => {
    const cache = cacheIn(tempFolder({ file: '' }))

    await expect(keep(cache)).rejects.toMatchObject({
      code: 'pipeline/cache-folder',
      message: expect.stringMatching(state),
      remedy: expect.stringContaining('PLUMBLINE_CACHE'),
    })
  })
})
