import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { plumbline } from '../support/command-line.ts'
import { runMain } from '../support/run-main.ts'
import { tinyPredict, tinyProject, tinyYaml } from '../support/tiny-project.ts'
import { csv } from './contents.ts'

/** Stands in every value of a column that the contract classifies; the income is a number that holds nothing else. */
const canary = /canary|98765/i

const contract = `apiVersion: v3.1.0
kind: DataContract
id: parcels
version: 1.0.0
status: active
schema:
  - name: parcels
    properties:
      - { name: parcel, logicalType: string, required: true, unique: true, classification: restricted }
      - { name: shipped_at, logicalType: timestamp, required: true }
      - { name: region, logicalType: string, classification: confidential, logicalTypeOptions: { maxLength: 30 } }
      - { name: income, logicalType: number, classification: internal, logicalTypeOptions: { minimum: 0 } }
      - { name: distance_km, logicalType: number }
      - { name: late, logicalType: integer, required: true }
`
const header = 'parcel,shipped_at,region,income,distance_km,late'

interface Row {
  readonly parcel: string
  readonly region: string
  readonly income: string
}

/** As the tiny project's rows, with canaries. */
function rows(change: (row: Row, i: number) => Partial<Row> = () => ({})): string {
  return csv(header, 400, (i) => {
    const distance = (i * 7919) % 1000
    const isLate = distance * 0.7 + ((i * 104_729) % 1000) * 0.3 > 600
    const good = { parcel: `canary-p${i}`, region: `canary-${'NSEW'[i % 4]}`, income: `98765${100 + i}` }
    const { parcel, region, income } = { ...good, ...change(good, i) }
    const at = new Date(Date.UTC(2025, 0, 1, i)).toISOString()
    return [parcel, at, region, income, distance, isLate ? 1 : 0].join(',')
  })
}

const project = (data: string, more: Readonly<Record<string, string>> = {}) =>
  tinyProject({ files: { 'data/parcels.csv': data, 'contract.yaml': contract, ...more } })

/** All that a command says, on a terminal, as JSON and in a workflow. */
async function allThatIsSaid(folder: string, command: string): Promise<string> {
  const spoken = [await plumbline(folder, [command]), await plumbline(folder, [command, '--json'])]
  return JSON.stringify([...spoken, await step(folder, command)])
}

async function step(folder: string, command: string): Promise<unknown> {
  return await runMain({ inputs: { command }, folder })
}

/** Text files below a folder, less the data itself. */
function textsIn(folder: string): string {
  if (!existsSync(folder)) return ''
  const paths = readdirSync(folder, { recursive: true }).map((path) => join(folder, String(path)))
  const isText = (path: string) =>
    statSync(path).isFile() && !/\.(parquet|csv)$|\/(objects|store|environments)\//.test(path)
  return paths
    .filter(isText)
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n')
}

/** Every commit's message and every blob of a bare repository, the pushed data apart. */
function gitTexts(folder: string): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'latin1' })
  const branches = git('for-each-ref', '--format=%(refname)').trim().split('\n')
  const ledger = branches.filter((name) => name.includes('ledger'))
  const files = ledger.flatMap((name) =>
    git('ls-tree', '-r', '--name-only', name)
      .trim()
      .split('\n')
      .map((path) => git('show', `${name}:${path}`)),
  )
  return [
    ...files,
    ...branches.filter((name) => name.startsWith('refs/tags/')).map((name) => git('show', '-s', name)),
  ].join('\n')
}

describe('a value of a classified column', () => {
  test('is in nothing that is said or kept of a run, from the snapshot to its lineage', async () => {
    const { folder, git } = await project(rows())
    const said = [await allThatIsSaid(folder, 'validate'), await allThatIsSaid(folder, 'snapshot')]
    await git('add', '--all')
    await git('commit', '--quiet', '--message', 'First')
    said.push(await allThatIsSaid(folder, 'run'))
    for (const words of [
      ['register'],
      ['register', '--json'],
      ['lineage', 'parcels'],
      ['lineage', 'parcels', '--json'],
    ]) {
      const ended = await plumbline(folder, words)
      expect([words, ended.code, ended.stderr]).toEqual([words, 0, expect.any(String)])
      said.push(JSON.stringify(ended))
    }
    const bare = readdirSync(join(folder, '.plumbline/github'), { recursive: true })
      .map(String)
      .find((path) => path.endsWith('.git'))
    said.push(textsIn(join(folder, '.plumbline')), gitTexts(join(folder, '.plumbline/github', bare ?? '')))

    expect(said.join('\n')).toMatch(/roc_auc/)
    expect(linesWith(canary, said)).toEqual([])
  }, 120_000)

  test.each<[string, string, Readonly<Record<string, string>>?]>([
    ['an id twice', rows((row, i) => (i === 3 ? { parcel: 'canary-p2' } : row))],
    ['a text that is too long', rows((row, i) => (i === 3 ? { region: `canary-${'x'.repeat(40)}` } : row))],
    ['a number that is none', rows((row, i) => (i === 3 ? { income: '98765 canary' } : row))],
    ['a number below its limit', rows((row, i) => (i === 3 ? { income: '-98765' } : row))],
    ['a column under another name', rows().replace('region', 'state')],
    [
      'a column under another name, with other values',
      rows((_row, i) => ({ region: i % 2 === 0 ? 'canary' : 'canaries' })).replace('region', 'state'),
    ],
    ['a row of too many fields', rows((row, i) => (i === 3 ? { region: 'canary,canary' } : row))],
    ['a quote that is never closed', rows((row, i) => (i === 3 ? { region: '"canary' } : row))],
    ['bytes that are no text', rows((row, i) => (i === 3 ? { region: 'canary\ud800' } : row))],
  ])(
    'is not in what is said of %s',
    async (_, data) => {
      const { folder } = await project(data)
      const spoken = [
        await plumbline(folder, ['snapshot']),
        await plumbline(folder, ['validate', '--json']),
        await plumbline(folder, ['validate', '--suggest']),
      ]
      const said = [JSON.stringify([...spoken, await step(folder, 'run')])]

      expect(linesWith(canary, [...said, textsIn(join(folder, '.plumbline'))])).toEqual([])
    },
    120_000,
  )

  test.each([
    [
      'a SELECT that casts it',
      { 'features.sql': 'select parcel, cast(region as integer) as region, distance_km from data\n' },
    ],
    [
      'a SELECT that parses it',
      { 'features.sql': "select parcel, strptime(region, '%Y') as region, distance_km from data\n" },
    ],
    ['a SELECT that raises it', { 'features.sql': 'select parcel, error(region) as region, distance_km from data\n' }],
    [
      'a SELECT that overflows',
      { 'features.sql': 'select parcel, cast(income as tinyint) as income, distance_km from data\n' },
    ],
    [
      'predictions twice',
      {
        'predict.mjs': tinyPredict.replace(
          'order by parcel',
          'union all (select parcel, 1, 1.0 from read_parquet($1) limit 3)',
        ),
      },
    ],
    ['predictions that lack rows', { 'predict.mjs': tinyPredict.replace('order by parcel', 'limit 3') }],
    [
      'predictions of other rows',
      { 'predict.mjs': tinyPredict.replace('select parcel,', "select parcel || 'x' as parcel,") },
    ],
    [
      'predictions that are words',
      { 'predict.mjs': tinyPredict.replace('::bigint as prediction', '::varchar || parcel as prediction') },
    ],
    ['a metric by it', { 'plumbline.yaml': tinyYaml.replace('min: 0.5,', 'min: 0.99,') }],
  ])(
    'is not in what is said of %s',
    async (_, files) => {
      const { folder } = await project(rows(), files)
      await plumbline(folder, ['snapshot'])

      const said = JSON.stringify(await step(folder, 'run'))

      expect(linesWith(canary, [said, textsIn(join(folder, '.plumbline'))])).toEqual([])
    },
    120_000,
  )
})

/** Where it stands, with what stands before it. */
function linesWith(sign: RegExp, texts: readonly string[]): string[] {
  return texts.flatMap((text) => {
    const found = sign.exec(text)
    return found ? [text.slice(Math.max(0, found.index - 200), found.index + 60)] : []
  })
}
