import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { silent } from '../../action/base/progress.ts'
import { findInterpreter } from '../../action/pipeline/find-interpreter.ts'
import { builderEnvironment, countPackages, pythonEnvironment } from '../../action/pipeline/python-environment.ts'
import { runTool } from '../../action/pipeline/run-tool.ts'
import { tempFolder } from '../support/temp-folder.ts'

async function build(requirements: string, cache: string) {
  const caller = { ...process.env, PLUMBLINE_CACHE: cache }
  const interpreter = await findInterpreter(caller, undefined)
  const signal = new AbortController().signal
  return pythonEnvironment({ requirements, file: 'requirements.txt', interpreter, caller, progress: silent, signal })
}

describe('pythonEnvironment()', () => {
  test('is built once for a digest and holds its own interpreter', async () => {
    const cache = tempFolder()
    const first = await build('', cache)
    const second = await build('', cache)

    expect(second).toEqual(first)
    const signal = new AbortController().signal
    const prefix = await runTool(join(first.binFolder, 'python'), ['-c', 'import sys; print(sys.prefix)'], {
      environment: {},
      signal,
    })
    expect(prefix).toContain(cache)
  })

  test('refuses a package without a hash before anything is downloaded', async () => {
    const cache = tempFolder()

    await expect(build('six==1.16.0\n', cache)).rejects.toMatchObject({
      code: 'pipeline/unhashed',
      message: /"six==1.16.0"/,
    })
    expect(await readdir(cache)).toEqual([])
  })

  test.each(['--no-binary :all:', '-r other.txt', '-e .', '--constraint=other.txt'])(
    'refuses %s, which brings in what no hash covers',
    async (line) => {
      await expect(build(`${line}\n`, tempFolder())).rejects.toMatchObject({ code: 'pipeline/environment' })
    },
  )

  test('stops at bytes of another hash, and leaves no half environment', async () => {
    const cache = tempFolder()
    const requirements = `six==1.16.0 --hash=sha256:${'0'.repeat(64)}\n`

    await expect(build(requirements, cache)).rejects.toMatchObject({ code: 'pipeline/wrong-hash' })
    expect(await readdir(join(cache, 'environments'))).toEqual([])
  })
})

describe('findInterpreter()', () => {
  test('says how to get one where PATH has none', async () => {
    await expect(findInterpreter({ PATH: '' }, undefined)).rejects.toMatchObject({ code: 'pipeline/no-python' })
  })

  test('says which versions it found where none is the wanted one', async () => {
    await expect(findInterpreter(process.env, '3.99')).rejects.toMatchObject({
      code: 'pipeline/wrong-python',
      message: expect.stringMatching(/found Python 3\.\d+\.\d+ .*expected Python 3\.99/),
    })
  })
})

test('builderEnvironment() passes on where packages are and how to get there, and nothing else', () => {
  const caller = {
    PATH: '/bin',
    https_proxy: 'http://proxy',
    PIP_INDEX_URL: 'https://index',
    UV_INDEX_OURS_PASSWORD: 'reads the index',
    UV_PUBLISH_TOKEN: 'x',
    GITHUB_TOKEN: 'x',
    ACTIONS_RUNTIME_TOKEN: 'x',
    INPUT_TOKEN: 'x',
    AWS_ACCESS_KEY_ID: 'x',
    DATABASE_URL: 'x',
    PYTHONPATH: '/elsewhere',
    EMPTY: undefined,
  }

  expect(Object.keys(builderEnvironment(caller))).toEqual([
    'PATH',
    'https_proxy',
    'PIP_INDEX_URL',
    'UV_INDEX_OURS_PASSWORD',
  ])
})

test('countPackages() counts pinned packages, not their hashes', () => {
  expect(countPackages('# made by uv\na==1 \\\n    --hash=sha256:00\nb==2 \\\n    --hash=sha256:11\n')).toBe(2)
})
