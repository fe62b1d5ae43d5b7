import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { silent } from '../../action/base/progress.ts'
import { describeSetup, setupEnvironment } from '../../action/pipeline/setup-environment.ts'
import { plumbline } from '../support/command-line.ts'
import { projectOf } from '../support/project.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyProject, tinyYaml } from '../support/tiny-project.ts'

interface Wish {
  readonly commands: readonly string[]
  readonly files?: Readonly<Record<string, string>>
  readonly cache?: string
  readonly caller?: Readonly<Record<string, string>>
}

async function setUp({ commands, files = {}, cache = tempFolder(), caller = {} }: Wish) {
  const from = tempFolder(files)
  const logFile = join(from, 'logs/environment.log')
  const environment = { seed: 1, setup: commands, lock: Object.keys(files) }
  const setup = await describeSetup({ ...projectOf(from), environment })
  if (!setup) throw new Error('nothing to set up')
  const folder = setupEnvironment({
    setup,
    from,
    python: undefined,
    caller: { PATH: process.env['PATH'], PLUMBLINE_CACHE: cache, ...caller },
    logFile,
    progress: silent,
    signal: new AbortController().signal,
  })
  return { folder: await folder, log: readFileSync(logFile, 'utf8') }
}

const read = (folder: string, path: string) => readFileSync(join(folder, path), 'utf8').trim()

describe('setupEnvironment()', () => {
  test('runs its commands in order, in the folder that it gives, beside copies of the lock files', async () => {
    const { folder, log } = await setUp({
      commands: ['cat deep/a.lock > one', 'echo "$(cat one) two" > two && pwd && echo $PLUMBLINE_ENVIRONMENT_DIR'],
      files: { 'deep/a.lock': 'locked' },
    })

    expect(read(folder, 'two')).toBe('locked two')
    expect(log).toBe(`${folder}\n${folder}\n`)
  })

  test('runs them once for their text and their lock files', async () => {
    const cache = tempFolder()
    const wish = { commands: ['date +%s%N > when'], files: { 'a.lock': 'one' }, cache }
    const first = await setUp(wish)

    // The log stands beside the lock files, in a folder of its own, and is written only where commands run.
    await expect(setUp(wish)).rejects.toMatchObject({ code: 'ENOENT' })
    const others = [
      await setUp({ ...wish, files: { 'a.lock': 'two' } }),
      await setUp({ ...wish, commands: ['date +%s%N > when', 'true'] }),
    ]

    expect(new Set([first, ...others].map(({ folder }) => folder)).size).toBe(3)
  })

  test('gives its commands what builders get, and no secret', async () => {
    const { folder, log } = await setUp({
      commands: ['env > seen', 'echo "$UV_INDEX_OURS_PASSWORD"'],
      caller: { https_proxy: 'http://proxy', UV_INDEX_OURS_PASSWORD: 'hunter22', GITHUB_TOKEN: 'x', API_KEY: 'x' },
    })

    const names = read(folder, 'seen')
      .split('\n')
      .map((line) => line.split('=')[0])
    expect(names).toEqual(expect.arrayContaining(['PATH', 'https_proxy', 'PLUMBLINE_ENVIRONMENT_DIR']))
    expect(names).not.toEqual(expect.arrayContaining(['GITHUB_TOKEN']))
    expect(names).not.toEqual(expect.arrayContaining(['API_KEY']))
    expect(log).toBe('***\n')
  })

  test('stops at the first command that fails, says which, and leaves nothing', async () => {
    const cache = tempFolder()

    await expect(setUp({ commands: ['echo why >&2; exit 3', 'echo never'], cache })).rejects.toMatchObject({
      code: 'pipeline/setup',
      message: 'Cannot set the environment up with "echo why >&2; exit 3": it ended with code 3; expected 0\n    why',
      remedy: expect.stringMatching(/environment\.log$/),
    })

    expect(readdirSync(join(cache, 'environments'))).toEqual([])
  })

  test('killed inside a command, it is set up whole by the next run', { timeout: 60_000 }, async () => {
    const setup = `echo half > half; if [ -f ${JSON.stringify('$HOME')}/die ]; then rm ${JSON.stringify('$HOME')}/die; kill -9 $(ps -o ppid= -p $PPID); fi; echo whole > whole`
    const source = `data: { source: { parcels: { run: 'cat "$PLUMBLINE_ENVIRONMENT_DIR/whole"; cp kept.csv "$PLUMBLINE_OUT_DATA"' } } }`
    const yaml = `${tinyYaml.replace('data: { source: data/*.csv }', source)}environment: { setup: ${JSON.stringify(setup)} }\n`
    const { folder } = await tinyProject({ rows: 20, files: { 'plumbline.yaml': yaml } })
    writeFileSync(join(folder, 'kept.csv'), readFileSync(join(folder, 'data/parcels.csv')))
    rmSync(join(folder, 'data'), { recursive: true })
    const home = tempFolder({ die: '' })
    const environment = { HOME: home, PLUMBLINE_CACHE: tempFolder() }
    expect((await plumbline(folder, ['data', 'fetch'], { environment })).code).toBe(null)
    expect(existsSync(join(home, 'die'))).toBe(false)

    const { code, stderr } = await plumbline(folder, ['data', 'fetch'], { environment })

    expect(code, stderr).toBe(0)
    expect(read(folder, '.plumbline/landed/parcels.log')).toBe('whole')
  })
})
