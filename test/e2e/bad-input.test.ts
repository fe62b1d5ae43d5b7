import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { plumbline } from '../support/command-line.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyProject, tinyRows, tinyYaml } from '../support/tiny-project.ts'

const header = 'parcel,region,late\n'
const rows = Array.from({ length: 40 }, (_, row) => `p${row},${'NSEW'[row % 4]},${row % 3 === 0 ? 1 : 0}`).join('\n')

function filesIn(folder: string): ReadonlySet<string> {
  return new Set(readdirSync(folder, { recursive: true }).map(String))
}

describe('plumbline init', () => {
  test.each([
    ['no file at all', {}, ['--data', 'data/*.csv', '--target', 'late'], 1, /data\/\*\.csv/],
    ['an empty file', { 'data/a.csv': '' }, ['--data', 'data/*.csv', '--target', 'late'], 1, /data\/a\.csv.*empty/s],
    [
      'a header without rows',
      { 'data/a.csv': header },
      ['--data', 'data/*.csv', '--target', 'late'],
      1,
      /data\/a\.csv.*no rows/s,
    ],
    [
      'a target that is not there',
      { 'data/a.csv': header + rows },
      ['--data', 'data/*.csv', '--target', 'lade'],
      1,
      /"lade".*late/s,
    ],
    [
      'a constant target',
      { 'data/a.csv': `${header}p1,N,1\np2,S,1\np3,E,1\n` },
      ['--data', 'data/*.csv', '--target', 'late'],
      1,
      /"late".*(one value|constant|same)/s,
    ],
    [
      'data outside the folder',
      { 'in/data/a.csv': header + rows },
      ['--data', '../*.csv', '--target', 'late'],
      1,
      /outside|inside/,
    ],
    ['an unknown flag', {}, ['--data', 'a.csv', '--tagret', 'late'], 1, /--tagret.*--target/s],
    ['a missing flag', {}, ['--target', 'late'], 1, /--data/],
  ])('refuses %s with its place and remedy, and writes nothing', async (_, files, words, code, message) => {
    const folder = tempFolder(files)
    const before = filesIn(folder)

    const ended = await plumbline(folder, ['init', ...words])

    expect(ended.stderr).toMatch(message)
    expect(ended.code).toBe(code)
    expect(filesIn(folder)).toEqual(before)
  })

  test('keeps a hostile column name text', async () => {
    const hostile = '"; drop table x; --'
    const folder = tempFolder({
      'data/a.csv': `parcel,"${hostile.replace('"', '""')}",region,late\n${Array.from({ length: 60 }, (_, row) => `p${row},${row % 7},${'NSEW'[row % 4]},${row % 3 === 0 ? 1 : 0}`).join('\n')}\n`,
    })

    const ended = await plumbline(folder, ['init', '--data', 'data/*.csv', '--target', 'late', '--id', 'parcel'])
    const snapshot = await plumbline(folder, ['snapshot'])
    const validated = await plumbline(folder, ['validate'])

    expect([ended.code, snapshot.code, validated.code], ended.stderr + snapshot.stderr + validated.stderr).toEqual([
      0, 0, 0,
    ])
  })

  test('never overwrites without --force', async () => {
    const folder = tempFolder({ 'data/a.csv': header + rows, 'train.py': 'mine\n' })

    const ended = await plumbline(folder, ['init', '--data', 'data/*.csv', '--target', 'late', '--id', 'parcel'])

    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(/train\.py[\s\S]*--force/)
    expect(existsSync(join(folder, 'plumbline.yaml'))).toBe(false)
  })
})

describe('plumbline run', () => {
  test.each([
    [
      'an unknown key',
      tinyYaml.replace('store:', 'stoer:').replace('data: {', 'data: { stoer: git,'),
      /plumbline\.yaml:3:\d+.*"data\.stoer"[\s\S]*"store"/,
    ],
    ['a duplicate key', `${tinyYaml}version: 1\n`, /plumbline\.yaml:\d+:\d+/],
    ['a wrong type', tinyYaml.replace('min: 0.7', 'min: high'), /plumbline\.yaml:\d+:\d+.*floor\.min/],
    [
      'a path out of the repository',
      tinyYaml.replace('features.sql', '../features.sql'),
      /plumbline\.yaml:6:\d+.*inside this folder/,
    ],
  ])('diagnoses %s in plumbline.yaml', async (_, yaml, message) => {
    const { folder } = await tinyProject({ files: { 'plumbline.yaml': yaml } })

    const ended = await plumbline(folder, ['run'])

    expect(ended.stderr).toMatch(message)
    expect(ended.code).toBe(1)
    expect(existsSync(join(folder, '.plumbline/runs'))).toBe(false)
  })

  test('says which program is missing where there is no Python', async () => {
    const yaml = `${tinyYaml}environment: { python: requirements.txt }\n`
    const { folder } = await tinyProject({ files: { 'plumbline.yaml': yaml, 'requirements.txt': '' } })
    await plumbline(folder, ['snapshot'])

    const nowhere = Object.fromEntries(
      ['PATH', 'HOME', 'PYENV_ROOT', 'UV_PYTHON_INSTALL_DIR', 'RUNNER_TOOL_CACHE', 'AGENT_TOOLSDIRECTORY'].map(
        (name) => [name, '/nowhere'],
      ),
    )

    const ended = await plumbline(folder, ['run'], { environment: nowhere })

    expect(ended.stderr).toMatch(/no Python in PATH[\s\S]*Install Python/)
    expect(ended.code).toBe(1)
  })

  test('ends with 2 where a gate says no, and with 1 where a stage fails', async () => {
    const refused = await tinyProject({ files: { 'plumbline.yaml': tinyYaml.replace('min: 0.7 }', 'min: 0.999 }') } })
    const failing = await tinyProject({ files: { 'train.mjs': 'process.exit(9)' } })
    for (const { folder } of [refused, failing]) await plumbline(folder, ['snapshot'])

    const [no, fault] = [await plumbline(refused.folder, ['run']), await plumbline(failing.folder, ['run'])]

    expect([no.code, fault.code]).toEqual([2, 1])
    expect(no.stdout).toMatch(/^FAIL {2}floor/)
    expect(fault.stderr).toMatch(/stage "train".*code 9[\s\S]*train\.log[\s\S]*stage\/failed/)
  })
})

test('plumbline snapshot --check points at the conflict in a lock; without it the lock is written anew, and that is said', async () => {
  const { folder, write } = await tinyProject({ files: { 'data/parcels.csv': tinyRows(20) } })
  write('data.lock.yaml', 'version: 1\nuntil: null\n<<<<<<< HEAD\nfeatures:\n=======\n>>>>>>> other\n')

  const checked = await plumbline(folder, ['snapshot', '--check'])
  const taken = await plumbline(folder, ['snapshot'])

  expect(checked.code).toBe(1)
  expect(checked.stderr).toMatch(/data\.lock\.yaml:3/)
  expect(taken.code).toBe(0)
  expect(taken.stdout).toMatch(/could not be read/)
})
