import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCommand, settle } from '../../action/commands/settle.ts'
import { snapshot } from '../../action/commands/snapshot.ts'
import { validate } from '../../action/commands/validate.ts'
import { junitXml } from '../../action/report/junit.ts'
import { contextIn } from '../support/command-context.ts'
import { schemaOf } from '../support/result-schema.ts'
import { snapshotInputs } from '../support/snapshot-inputs.ts'
import { tempFolder, writeFiles } from '../support/temp-folder.ts'
import { validateInputs } from '../support/validate-inputs.ts'

const project = (contract: string) => `version: 1
model: { name: parcels, task: binary, target: late, positive: 1, id: parcel }
data:
  source:
    parcels: { from: data/*.csv }
    carriers: { from: carriers/*.csv, contract: ${contract}, on: carrier }
stages:
  features: { sql: features.sql }
  train: { needs: [features], run: python train.py, out: { model: model.skops } }
  predict: { needs: [features, train], run: python predict.py }
`
const head = 'apiVersion: v3.1.0\nkind: DataContract\nid: shop\nversion: 1.0.0\nstatus: active\nschema:\n'
const parcels = `  - name: parcels
    properties:
      - { name: parcel, logicalType: string, required: true, unique: true }
      - { name: weight, logicalType: number, logicalTypeOptions: { minimum: 0, maximum: 50 } }
      - { name: carrier, logicalType: string, required: true }
      - { name: late, logicalType: integer, required: true }
`
const carriers = `  - name: carriers
    properties:
      - { name: carrier, logicalType: string, required: true }
      - { name: speed, logicalType: number, required: true, logicalTypeOptions: { minimum: 0, maximum: 130 } }
      - { name: tier, logicalType: string, required: true, logicalTypeOptions: { maxLength: 2 } }
`

type Cells = Readonly<Record<string, string | number>>

function csv(rows: number, from: number, header: readonly string[], cells: (i: number) => Cells): string {
  const lines = Array.from({ length: rows }, (_, i) => header.map((name) => cells(from + i)[name] ?? '').join(','))
  return `${[header.join(','), ...lines].join('\n')}\n`
}

const rowsOf =
  (more: (i: number) => Cells = () => ({}), header = ['parcel', 'weight', 'carrier', 'late']) =>
  (from = 0) =>
    csv(400, from, header, (i) => ({
      parcel: `p${i}`,
      weight: 1 + (i % 49),
      carrier: `c${i % 200}`,
      late: i % 2,
      ...more(i),
    }))
const tableOf =
  (more: (i: number) => Cells = () => ({}), header = ['carrier', 'speed', 'tier']) =>
  (from = 0) =>
    csv(300, from, header, (i) => ({
      carrier: `c${i}`,
      speed: 20 + ((i * 7) % 100),
      tier: 'ABCDE'[(i * i) % 5] ?? '',
      ...more(i),
    }))

const good = { 'data/1.csv': rowsOf()(), 'carriers/1.csv': tableOf()(), 'carriers/2.csv': tableOf()(300) }
const twoFiles = {
  'plumbline.yaml': project('carriers.yaml'),
  'contract.yaml': head + parcels,
  'carriers.yaml': head + carriers,
}
const oneFile = { 'plumbline.yaml': project('contract.yaml'), 'contract.yaml': head + parcels + carriers }
const pace = { 'carriers/2.csv': tableOf((i) => ({ pace: 20 + ((i * 7) % 100) }), ['carrier', 'pace', 'tier'])(300) }
const isDescribed = schemaOf('validate')

async function run(folder: string, more: Partial<typeof validateInputs> = {}) {
  const outcome = await validate.run({ ...validateInputs, ...more }, contextIn(folder))
  const { result } = outcome
  if (!result) throw new Error(JSON.stringify(outcome))
  const report = await validate.report(result)
  const { outputs } = report
  const printed = { command: 'validate', outcome: outcome.kind, result, outputs }
  const asPrinted = outcome.kind === 'diagnosed' ? { ...printed, diagnostics: outcome.diagnostics } : printed
  expect(isDescribed(JSON.parse(JSON.stringify(asPrinted))) ? [] : isDescribed.errors).toEqual([])
  return { outcome, result, ...report }
}

describe('validate of several tables', () => {
  it.each([
    ['in two files', twoFiles, 'carriers.yaml'],
    ['in one file', oneFile, 'contract.yaml'],
  ])('names the renamed column of a joined table, with contracts %s, and accepts it', async (_, contracts, holder) => {
    const folder = tempFolder({ ...contracts, ...good, ...pace })
    const { result, text } = await run(folder)
    expect(result.renames).toMatchObject([{ kind: 'likely', missing: 'speed', added: 'pace', table: 'carriers' }])
    expect(text).toContain(
      `→ to accept it:  plumbline validate --accept-rename carriers.speed=pace   (adds an alias to ${holder})`,
    )
    expect(text).not.toContain('New, not in the contract')
    expect(junitXml(result)).toContain('&#34;pace&#34; is new')
    expect(result.diagnostics).toMatchObject([
      { file: holder, remedy: expect.stringMatching(/a rename is likely\. .*--accept-rename carriers\.speed=pace/) },
    ])

    const again = await run(folder, { 'accept-rename': ['carriers.speed=pace'] })
    expect(again.outcome.kind).toBe('done')
    expect(again.text).toContain(`Added to ${holder}: the alias carriers.speed ← pace`)
    expect(readFileSync(join(folder, holder), 'utf8')).toContain(
      'customProperties: [{ property: aliases, value: [pace] }]',
    )
    const after = readFileSync(join(folder, holder), 'utf8')
    expect((await run(folder, { 'accept-rename': ['speed=pace'] })).outcome.kind).toBe('done')
    expect(readFileSync(join(folder, holder), 'utf8')).toBe(after)
  })

  it('asks for the table where several have the column, and writes none of the pairs', async () => {
    const folder = tempFolder({ ...twoFiles, ...good, ...pace })
    const accept = async (...pairs: string[]) => {
      const context = contextIn(folder)
      const inputs = { ...validateInputs, 'accept-rename': pairs }
      return await settle(async () => await runCommand(validate, inputs, context), context.signal)
    }
    expect(await accept('speed=pace', 'carrier=firm')).toMatchObject({
      kind: 'fault',
      fault: {
        code: 'cli/bad-input',
        message: expect.stringContaining('"carrier=firm": several tables have that column'),
        remedy: 'Write parcels.carrier=firm or carriers.carrier=firm',
      },
    })
    expect(await accept('carriers.sped=pace')).toMatchObject({
      kind: 'fault',
      fault: {
        message: expect.stringContaining('"carriers.sped" is no column of contract.yaml, carriers.yaml'),
        remedy: 'Did you mean "carriers.speed"?',
      },
    })
    expect(readFileSync(join(folder, 'carriers.yaml'), 'utf8')).toBe(twoFiles['carriers.yaml'])
    expect(await accept('parcels.carrier=firm', 'carriers.speed=pace')).toMatchObject({ kind: 'done' })
    expect(readFileSync(join(folder, 'contract.yaml'), 'utf8')).toMatch(/name: carrier, .*value: \[firm\]/)
  })

  it('asks the pinned snapshot where no file of a joined table shows the missing column', async () => {
    const folder = tempFolder({ ...twoFiles, ...good, '.gitignore': '.plumbline/\n' })
    execFileSync('git', ['init', '-q', '-b', 'main'], { cwd: folder })
    await runCommand(snapshot, { ...snapshotInputs }, contextIn(folder))
    const header = ['carrier', 'pace', 'tier']
    const renamed = tableOf((i) => ({ pace: 20 + ((i * 7) % 100) }), header)
    execFileSync('git', ['add', '--all'], { cwd: folder })
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', 'commit', '-qm', 'data'], {
      cwd: folder,
    })
    writeFiles(folder, { 'carriers/1.csv': renamed(), 'carriers/2.csv': renamed(300) })
    const { result } = await run(folder)
    expect(result.renames).toMatchObject([{ kind: 'likely', missing: 'speed', added: 'pace', table: 'carriers' }])
  })

  it('tells columns of a joined table that changed places', async () => {
    const sized = carriers.replace(
      '- { name: tier',
      '- { name: size, logicalType: number, logicalTypeOptions: { minimum: 500 } }\n      - { name: tier',
    )
    const wide = (isSwapped: boolean) =>
      tableOf(
        (i) => {
          const [speed, size] = [20 + ((i * 7) % 100), 500 + ((i * 13) % 300)]
          return isSwapped ? { speed: size, size: speed } : { speed, size }
        },
        ['carrier', 'speed', 'size', 'tier'],
      )
    const folder = tempFolder({
      ...twoFiles,
      ...good,
      'carriers.yaml': head + sized,
      'carriers/1.csv': wide(false)(),
      'carriers/2.csv': wide(true)(300),
    })
    const { result, text } = await run(folder)
    expect(result.swaps).toMatchObject([{ columns: ['speed', 'size'], table: 'carriers' }])
    expect(text).toContain('"speed" and "size" may be swapped')
    expect(result.diagnostics[0]?.remedy).toContain('may be swapped')
  })
})

describe('validate --suggest of several tables', () => {
  const changed = {
    'data/1.csv': rowsOf((i) => (i % 20 === 0 ? { weight: 52 } : {}))(),
    'carriers/1.csv': tableOf((i) => ({ zone: `z${i % 3}` }), ['carrier', 'speed', 'tier', 'zone'])(),
    'carriers/2.csv': tableOf(
      (i) => ({ zone: `z${i % 3}`, ...(i % 10 === 0 && { tier: 'ABC' }) }),
      ['carrier', 'speed', 'tier', 'zone'],
    )(300),
  }

  it.each([
    ['two files', twoFiles, 'contract.yaml, carriers.yaml'],
    ['one file', oneFile, 'contract.yaml'],
  ])('gives one patch over contracts in %s, which mends them', async (_, contracts, named) => {
    const folder = tempFolder({ ...contracts, ...good, ...changed })
    const { result, text, markdown } = await run(folder, { suggest: true })
    const said = result.suggestion?.edits.map(({ table, column, why }) => `${table} ${column} ${why.kind}`)
    expect(said).toEqual(['parcels weight wider', 'carriers tier wider', 'carriers null new-columns'])
    expect(text).toContain(`Suggested for ${named}: 3 changes, not applied`)
    expect(text).toContain('  + carriers: zone  in every file')
    expect(text).toContain('With it, every check holds.')
    expect(markdown).toContain('`carriers: zone`')

    execFileSync('git', ['apply', '-'], { cwd: folder, input: result.suggestion?.patch })
    const again = await run(folder, { suggest: true })
    expect(again.outcome.kind).toBe('done')
    expect(again.result.newColumns).toEqual([])
  })

  it('suggests the alias of a renamed column in its own contract', async () => {
    const folder = tempFolder({ ...twoFiles, ...good, ...pace })
    const { result } = await run(folder, { suggest: true })
    expect(result.suggestion?.patch).toMatch(/^--- a\/carriers\.yaml/m)
    expect(result.suggestion?.patch).not.toContain('a/contract.yaml')
    execFileSync('git', ['apply', '-'], { cwd: folder, input: result.suggestion?.patch })
    expect((await run(folder)).outcome.kind).toBe('done')
  })

  it('takes in no column whose name another table has, and names whose it is', async () => {
    const header = ['carrier', 'speed', 'tier', 'Weight']
    const heavy = tableOf((i) => ({ Weight: i }), header)
    const folder = tempFolder({ ...twoFiles, ...good, 'carriers/1.csv': heavy(), 'carriers/2.csv': heavy(300) })
    const { result, text } = await run(folder, { suggest: true })
    expect(result.suggestion?.declined).toEqual([
      { column: 'Weight', line: null, why: 'taken', table: 'carriers', contract: 'carriers.yaml' },
    ])
    expect(result.suggestion?.patch).toBe('')
    expect(text).toContain('  · carriers: Weight  is new, but another table has a column of that name')
  })

  it('takes a new name that two tables have into one of them only', async () => {
    const header = ['carrier', 'speed', 'tier', 'zone']
    const zoned = tableOf((i) => ({ zone: `z${i % 3}` }), header)
    const files = {
      'data/1.csv': rowsOf((i) => ({ zone: `y${i % 3}` }), ['parcel', 'weight', 'carrier', 'late', 'zone'])(),
      'carriers/1.csv': zoned(),
      'carriers/2.csv': zoned(300),
    }
    const folder = tempFolder({ ...twoFiles, ...good, ...files })
    const { suggestion } = (await run(folder, { suggest: true })).result
    expect(suggestion?.edits).toMatchObject([{ table: 'parcels', why: { kind: 'new-columns', columns: ['zone'] } }])
    expect(suggestion?.declined).toMatchObject([{ table: 'carriers', column: 'zone', why: 'taken' }])
    execFileSync('git', ['apply', '-'], { cwd: folder, input: suggestion?.patch })
    expect((await run(folder)).outcome.kind).toBe('done')
  })

  it('leaves keys to people: a repeated key, one that is empty, and rows without a partner remain', async () => {
    const lost = parcels.replace(
      'name: carrier, logicalType: string, required: true',
      'name: carrier, logicalType: string, required: true, relationships: [{ to: carriers.carrier }]',
    )
    const folder = tempFolder({
      ...twoFiles,
      'contract.yaml': head + lost,
      ...good,
      'data/1.csv': rowsOf((i) => (i % 5 === 0 ? { carrier: 'none' } : {}))(),
      'carriers/1.csv': tableOf((i) => (i < 50 ? { carrier: i < 40 ? '' : 'c60' } : {}))(),
    })
    const { suggestion } = (await run(folder, { suggest: true })).result
    const declined = suggestion?.declined.map(({ table, column, why }) => `${table} ${column} ${why}`).sort()
    expect(declined).toEqual(['carriers carrier role', 'carriers null repeated', 'parcels carrier whole-table'])
    const remaining = suggestion?.remaining.map(({ table, promise }) => `${table} ${promise.kind}`).sort()
    expect(remaining).toEqual(['carriers required', 'carriers unique-together', 'parcels references'])
  })
})
