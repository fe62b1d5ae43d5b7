import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { contractDiff } from '../../action/commands/contract-diff.ts'
import { dataFetch } from '../../action/commands/data-fetch.ts'
import { dataGc } from '../../action/commands/data-gc.ts'
import { dataList } from '../../action/commands/data-list.ts'
import { dataPull } from '../../action/commands/data-pull.ts'
import type { Command } from '../../action/commands/define-command.ts'
import { init } from '../../action/commands/init.ts'
import { runCommand, settle } from '../../action/commands/settle.ts'
import { snapshot } from '../../action/commands/snapshot.ts'
import { validate } from '../../action/commands/validate.ts'
import { markdownEnding } from '../../action/report/markdown-ending.ts'
import { plain } from '../../action/report/paint.ts'
import { jsonEnding, wordEnding } from '../../action/report/word-ending.ts'
import { contextIn } from '../support/command-context.ts'
import { initInputs } from '../support/init-inputs.ts'
import { snapshotInputs } from '../support/snapshot-inputs.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyProject, tinyYaml } from '../support/tiny-project.ts'
import { validateInputs } from '../support/validate-inputs.ts'
import { csv } from './contents.ts'

/** Stands in every value of a column that is classified or excluded; the income is a number that holds nothing else. */
const canary = /canary|98765/i

const head = 'apiVersion: v3.1.0\nkind: DataContract\nid: parcels\nversion: 1.0.0\nstatus: active\n'
const contract = (ofRegion = '') => `${head}schema:
  - name: parcels
    properties:
      - { name: parcel, logicalType: string, required: true, unique: true, classification: restricted }
      - { name: shipped_at, logicalType: timestamp, required: true }
      - { name: region, logicalType: string, classification: confidential${ofRegion} }
      - { name: income, logicalType: number, classification: internal }
      - { name: distance_km, logicalType: number }
      - { name: late, logicalType: integer, required: true }
`
const regions = `${head}schema:
  - name: regions
    properties:
      - { name: region, logicalType: string, required: true, classification: confidential }
      - { name: speed, logicalType: number }
`
const header = 'parcel,shipped_at,region,income,distance_km,late'

function rows(count = 400, startHour = 0): string {
  return csv(header, count, (i) => {
    const distance = (i * 7919) % 1000
    const at = new Date(Date.UTC(2025, 0, 1, startHour + i)).toISOString()
    const name = `canary-p${startHour + i}`
    return [name, at, `canary-${'NSEW'[i % 4]}`, `98765${100 + i}`, distance, distance > 600 ? 1 : 0].join(',')
  })
}

interface Said {
  readonly outcome: string
  readonly text: string
}

/** All that one run of a command says: on a terminal, as JSON and in a job summary. */
async function saidBy(command: Command, folder: string, inputs: object): Promise<Said> {
  const context = { ...contextIn(folder), environment: process.env }
  const ending = await settle(() => runCommand(command, { ...inputs }, context), context.signal)
  const { stdout, stderr } = wordEnding(ending, plain, false)
  const { name } = command
  return {
    outcome: ending.kind,
    text: [name, stdout, stderr, jsonEnding(name, ending), markdownEnding(name, ending)].join('\n'),
  }
}

/** The text files of a folder by path, less the data itself and the programs that write it. */
function keptIn(folder: string): Map<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !/\.(parquet|csv|m?js)$|^(\.git|kept)\/|^\.plumbline\/(data|objects|store)\//.test(path))
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'latin1')]))
}

function linesWith(sign: RegExp, texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.split('\n').filter((line) => sign.test(line)))
}

describe('a value of a classified column', () => {
  test('is in nothing that is said or kept of data that is fetched, pinned, packed, listed, pulled and cleared', async () => {
    const fetched = 'regions: { run: node regions.mjs, contract: regions.yaml, on: region }'
    const { folder, write, git } = await tinyProject({
      files: {
        'plumbline.yaml': tinyYaml.replace(
          'source: data/*.csv',
          `source: { parcels: { from: data/*.csv }, ${fetched} }, store: { file: kept }`,
        ),
        'data/parcels.csv': rows(),
        'contract.yaml': contract(),
        'regions.yaml': regions,
        'regions.mjs': `import { writeFileSync } from 'node:fs'
const rows = [...'NSEW'].map((name, place) => 'canary-' + name + ',' + place)
writeFileSync(process.env.PLUMBLINE_OUT_DATA + '/all.csv', 'region,speed\\n' + rows.join('\\n') + '\\n')
`,
        '.gitignore': '.plumbline/\nkept/\ndata/\n',
      },
    })
    const said: Said[] = []
    const say = async (command: Command, inputs: object) => said.push(await saidBy(command, folder, inputs))
    const pin = { ...snapshotInputs, 'no-fetch': true }
    const list = { data: undefined, sums: false }
    const pull = { data: undefined, force: true, link: false }

    await say(dataFetch, { source: [] })
    await say(snapshot, { ...pin, as: 'first' })
    await git('add', '--all')
    await git('commit', '--quiet', '--message', 'First')
    write('data/again.csv', rows())
    write(
      'data/older.csv',
      rows(30)
        .replace('late', 'late,state')
        .replaceAll(/,([01])$/gm, ',$1,x'),
    )
    await say(snapshot, { ...pin, as: 'second' })
    await say(snapshot, { ...pin, check: true })
    await say(dataList, list)
    await say(dataList, { ...list, data: 'first' })
    await say(dataList, { ...list, sums: true })
    rmSync(join(folder, 'data/older.csv'))
    await say(dataPull, pull)
    rmSync(join(folder, 'data/again.csv'))
    await say(snapshot, { ...pin, pack: true, as: 'packed' })
    await say(dataGc, { 'dry-run': true, shared: false })

    expect(said.map(({ outcome }) => outcome)).toEqual(said.map(() => 'done'))
    const kept = keptIn(folder)
    const files = ['.plumbline/facts.json', 'snapshots/first.lock.yaml', 'snapshots/packed.lock.yaml', 'data.lock.yaml']
    expect([...kept.keys()]).toEqual(expect.arrayContaining(files))
    expect(existsSync(join(folder, 'data/packed'))).toBe(true)
    expect(linesWith(canary, [...said.map(({ text }) => text), ...kept.keys(), ...kept.values()])).toEqual([])
  }, 120_000)

  test('is not in what a changed contract says of the values that it allows', async () => {
    const allowed = (names: string) =>
      contract(`, quality: [{ metric: invalidValues, arguments: { validValues: [${names}] }, mustBe: 0 }]`)
    const matched = (names: string) =>
      contract(
        `, quality: [{ metric: invalidValues, arguments: { validValues: [${names}], pattern: "^[A-Z]+$" }, mustBe: 0 }]`,
      )
    const { folder, write, git } = await tinyProject({ files: { 'contract.yaml': allowed('canary-N, canary-S') } })
    const commit = async () => {
      await git('add', '--all')
      await git('commit', '--quiet', '--message', 'A contract')
    }
    await commit()
    const said: Said[] = []
    for (const text of [allowed('canary-N'), allowed('canary-E'), matched('canary-N'), contract(), allowed('canary')]) {
      write('contract.yaml', text)
      said.push(await saidBy(contractDiff, folder, { older: undefined, newer: undefined }))
      await commit()
    }
    expect(said.map(({ text }) => /values? \(not shown\)/.test(text))).toEqual(said.map(() => true))
    expect(
      linesWith(
        canary,
        said.map(({ text }) => text),
      ),
    ).toEqual([])
  }, 120_000)

  test('is not in what is said of a key that leads nowhere', async () => {
    const { folder } = await tinyProject({
      files: {
        'plumbline.yaml': tinyYaml.replace(
          'source: data/*.csv',
          'source: { parcels: { from: data/*.csv }, regions: { from: regions/*.csv, contract: regions.yaml, on: region } }',
        ),
        'data/parcels.csv': rows(),
        'contract.yaml': contract(', relationships: [{ to: regions.region }]'),
        'regions.yaml': regions,
        'regions/all.csv': 'region,speed\ncanary-N,1\ncanary-S,2\n',
      },
    })
    const said = await saidBy(validate, folder, {
      ...validateInputs,
      junit: 'junit.xml',
      'failing-rows': 'rows.parquet',
    })
    expect(said).toMatchObject({ outcome: 'diagnosed', text: expect.stringContaining('regions.region') })
    expect(linesWith(canary, [said.text, ...keptIn(folder).values()])).toEqual([])
  }, 120_000)
})

describe('a value of an excluded column', () => {
  test('is in nothing that init says or writes', async () => {
    const folder = tempFolder({ 'data/parcels.csv': rows() })
    const exclude = ['region', 'income', 'parcel']
    const said = await saidBy(init, folder, { ...initInputs, exclude })
    expect(said.outcome).toBe('done')
    const kept = keptIn(folder)
    expect([...kept.keys()]).toEqual(expect.arrayContaining(['plumbline.yaml', 'contract.yaml', 'features.sql']))
    expect(linesWith(canary, [said.text, ...kept.values()])).toEqual([])
  }, 120_000)
})
