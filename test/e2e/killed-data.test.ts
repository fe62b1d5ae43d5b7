import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../../action/base/sha256.ts'
import { plumbline, plumblineJson } from '../support/command-line.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyProject, tinyRows, tinyYaml } from '../support/tiny-project.ts'

const killer = pathToFileURL(join(import.meta.dirname, '../support/kill-at-write.mjs')).href
const maxWrites = 60

/** A project with two files in a store, the first of them pinned by a lock that nothing needs any more. */
async function prepared(): Promise<string> {
  const yaml = tinyYaml.replace('data/*.csv }', 'data/*.csv, store: { file: kept } }')
  const files = { 'plumbline.yaml': yaml, '.gitignore': '.plumbline/\nkept/\n', 'data/b.csv': tinyRows(20) }
  const { folder, write } = await tinyProject({ rows: 50, files })
  await plumblineJson(folder, ['snapshot'])
  write('data/b.csv', tinyRows(30))
  return folder
}

/** Path → digest of all that a user would miss; drafts of killed processes apart, which are hidden and cleared later. */
function state(folder: string): Record<string, string> {
  const paths = ['data', 'kept'].flatMap((root) =>
    readdirSync(join(folder, root), { recursive: true, encoding: 'utf8' }).map((path) => join(root, path)),
  )
  const kept = [...paths, 'data.lock.yaml'].filter(
    (path) => statSync(join(folder, path)).isFile() && !path.endsWith('.draft'),
  )
  return Object.fromEntries(kept.sort().map((path) => [path, sha256(readFileSync(join(folder, path)))]))
}

/** Nothing is there in part: what is called by its digest has it. */
function isWhole(folder: string): boolean {
  const stored = Object.entries(state(folder)).filter(([path]) => path.startsWith('kept'))
  return stored.every(([path, digest]) => path.endsWith(digest))
}

describe.each([
  ['snapshot', ['snapshot'], () => {}],
  ['snapshot --pack', ['snapshot', '--pack'], () => {}],
  ['data pull', ['data', 'pull'], (folder: string) => rmSync(join(folder, 'data'), { recursive: true })],
  [
    'data pull --link',
    ['data', 'pull', '--link'],
    (folder: string) => rmSync(join(folder, 'data'), { recursive: true }),
  ],
  ['data gc', ['data', 'gc'], (folder: string) => makeGarbage(folder)],
] as const)('plumbline %s', (_, words, before) => {
  test('killed before each of its writes and run again, it ends the same', { timeout: 600_000 }, async () => {
    const folder = await prepared()
    before(folder)
    const whole = tempFolder()
    cpSync(folder, whole, { recursive: true, preserveTimestamps: true })
    await plumblineJson(whole, words)

    let kills = 0
    for (let at = 1; at <= maxWrites; at += 1) {
      const environment = { NODE_OPTIONS: `--import ${killer}`, KILL_AT: String(at) }
      const { code, stderr } = await plumbline(folder, words, { environment })
      expect(existsSync(join(folder, 'data.lock.yaml')) && isWhole(folder), `after write ${at}`).toBe(true)
      if (code === 0) break
      expect(code, stderr).toBeNull()
      kills += 1
    }
    expect(kills).toBeGreaterThan(0)
    expect(kills).toBeLessThan(maxWrites)
    expect(state(folder)).toEqual(state(whole))
  })
})

/** The bytes that the lock pins are needed; those beside them are not, and are old. */
function makeGarbage(folder: string): void {
  for (const bytes of ['one', 'two', 'three']) {
    const digest = sha256(bytes)
    const path = join(folder, 'kept', digest.slice(0, 2), digest)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, bytes)
    utimesSync(path, 1, 1)
  }
}
