import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { countNewRows } from '../../action/data/count-new-rows.ts'
import { readPinned } from '../../action/data/pin-snapshot.ts'
import { takeSnapshot } from '../../action/data/take-snapshot.ts'
import { readContracts } from '../../action/project/read-contract.ts'
import { readProject } from '../../action/project/read-project.ts'
import { pinData } from '../support/pin-data.ts'
import { commitAll } from '../support/registered-project.ts'
import { type TinyProject, tinyProject, tinyRows, tinyYaml } from '../support/tiny-project.ts'

async function count({ folder }: TinyProject) {
  const project = await readProject(folder)
  if (!project.ok) throw new Error(JSON.stringify(project.diagnostics))
  const contracts = await readContracts(project.value)
  if (!contracts.ok) throw new Error(JSON.stringify(contracts.diagnostics))
  const pinned = await readPinned(project.value)
  const lock = pinned?.ok ? pinned.value : undefined
  const now = await takeSnapshot(project.value, contracts.value.whole, lock)
  if (!now.ok) throw new Error(JSON.stringify(now.diagnostics))
  const counted = await countNewRows(project.value, contracts.value, now.value, lock)
  if (!counted.ok) throw new Error(JSON.stringify(counted.diagnostics))
  return counted.value
}

async function pinnedProject(files: Readonly<Record<string, string>> = {}, rows = 100): Promise<TinyProject> {
  const project = await tinyProject({ rows, files })
  await pinData(project.folder)
  await commitAll(project, 'First')
  return project
}

/** Rows from one number on to, and without, another. */
const part = (from: number, to: number) => {
  const [header = '', ...lines] = tinyRows(to).trim().split('\n')
  return `${[header, ...lines.slice(from)].join('\n')}\n`
}

const withoutId = { 'plumbline.yaml': tinyYaml.replace(', id: parcel', '') }

test.each([[9999], [10_000], [10_001]])('countNewRows() counts %i new rows as so many', async (rows) => {
  const project = await pinnedProject()
  project.write('data/new.csv', part(100, 100 + rows))
  expect(await count(project)).toEqual({ added: rows, labelled: 100 + rows })
})

test.each([
  ['by id', {}],
  ['by all values', withoutId],
])(
  'countNewRows() %s takes copies, files written anew and files in another format for nothing new',
  async (_, files) => {
    const project = await pinnedProject(files)
    expect(await count(project)).toEqual({ added: 0, labelled: 100 })
    // The same rows in a file of another name, in another order, beside 3 that are new.
    const [header = '', ...lines] = part(40, 103).trim().split('\n')
    project.write('data/again.csv', `${[header, ...lines.toReversed()].join('\n')}\n`)
    expect(await count(project)).toEqual({ added: 3, labelled: 103 })
    // The pinned file itself is written anew: its bytes are found in git's history.
    project.write('data/parcels.csv', tinyRows(100).replaceAll('\n', '\r\n'))
    project.write('data/again.csv', part(100, 103))
    expect(await count(project)).toEqual({ added: 3, labelled: 103 })
  },
)

test('countNewRows() counts a new row once, however often it stands there', async () => {
  const project = await pinnedProject(withoutId)
  project.write('data/a.csv', part(100, 110))
  project.write('data/b.csv', part(105, 112))
  expect(await count(project)).toEqual({ added: 12, labelled: 112 })
})

test('countNewRows() counts a row from when its label is there', async () => {
  const withLabels = {
    'plumbline.yaml': tinyYaml.replace('data/*.csv }', 'data/*.csv, labels: { source: labels/*.csv } }'),
    'labels/first.csv': `parcel,late\n${Array.from({ length: 60 }, (_, row) => `p${row},0`).join('\n')}\n`,
    'data/parcels.csv': tinyRows(100)
      .replace(/,[01]$/gm, ',')
      .replace(/,late$/m, ',old_late')
      .replace(/,$/gm, ',1'),
  }
  const project = await pinnedProject(withLabels)
  project.write('data/more.csv', part(100, 120))
  expect(await count(project)).toEqual({ added: 0, labelled: 60 })
  project.write('labels/second.csv', 'parcel,late\np60,1\np61,\np119,0\np500,1\n')
  expect(await count(project)).toEqual({ added: 2, labelled: 62 })
})

test('countNewRows() leaves out what is older than split.window reaches back', async () => {
  const window = { 'plumbline.yaml': tinyYaml.replace('split: {', 'split: { window: 10h,') }
  const project = await pinnedProject(window)
  project.write('data/new.csv', part(100, 105))
  // Row 104 is the newest; the window reaches back to row 94.
  expect(await count(project)).toEqual({ added: 5, labelled: 11 })
})

test('countNewRows() tells of a file that cannot be read', async () => {
  const project = await pinnedProject()
  writeFileSync(join(project.folder, 'data/broken.csv'), 'parcel,shipped_at,region,distance_km,late\n"p1,2025\n')
  await expect(count(project)).rejects.toThrow('broken.csv')
})

test('countNewRows() without an earlier snapshot takes all rows for new', async () => {
  expect(await count(await tinyProject({ rows: 50 }))).toEqual({ added: 50, labelled: 50 })
})
