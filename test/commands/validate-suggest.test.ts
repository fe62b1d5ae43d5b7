import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { validate } from '../../action/commands/validate.ts'
import { contextIn } from '../support/command-context.ts'
import { tempFolder, writeFiles } from '../support/temp-folder.ts'
import { validateInputs } from '../support/validate-inputs.ts'

const project = `version: 1
model: { name: parcels, task: binary, target: late, positive: 1, id: parcel }
data: { source: data/*.csv, contract: contract.yaml }
stages:
  features: { sql: features.sql }
  train: { needs: [features], run: python train.py, out: { model: model.skops } }
  predict: { needs: [features, train], run: python predict.py }
`

const head = `# Ours: keep this line.
apiVersion: v3.1.0
kind: DataContract
id: parcels
version: 1.0.0
status: active   # live
schema:
  - name: parcels
    properties:
`

const block = `${head}      - name: parcel   # the id
        logicalType: string
        required: true
        unique: true

      - name: weight # largest so far 49; the limit catches a change of unit
        logicalType:   number
        required: true
        logicalTypeOptions: { minimum: 0, maximum: 50 }
      - name: region
        logicalType: string
        quality:
          - metric: invalidValues
            arguments:
              validValues:
                - N
                - 'S'   # south
            mustBe: 0
      - name: note
        logicalType: string
        logicalTypeOptions:
          maxLength: 4
      - name: late
        logicalType: integer
        # the end
`

const flow = `${head}      - {name: parcel, logicalType: string, required: true, unique: true}   # the id
      - {name: weight,  logicalType: number, required: true, logicalTypeOptions: {minimum: 0, maximum: 50}}
      - {name: region, logicalType: string, quality: [{metric: invalidValues, arguments: {validValues: [N, 'S',]}, mustBe: 0}] }
      - {name: note, logicalType: string, logicalTypeOptions: {maxLength: 4}}
      - {name: late, logicalType: integer}
`

interface Row {
  readonly weight?: string | number
  readonly region?: string
  readonly note?: string
  readonly [more: string]: string | number | undefined
}

/** 400 rows that keep the contract, changed by `row`. */
function csv(
  row: (i: number) => Row = () => ({}),
  header = ['parcel', 'weight', 'region', 'note', 'late'],
  prefix = 'p',
): string {
  const lines = Array.from({ length: 400 }, (_, i) => {
    const values: Row = {
      parcel: `${prefix}${i}`,
      weight: 1 + (i % 49),
      region: 'NS'[i % 2] ?? '',
      note: 'abc',
      late: i % 3 === 0 ? 1 : 0,
      ...row(i),
    }
    return header.map((name) => values[name] ?? '').join(',')
  })
  return `${[header.join(','), ...lines].join('\n')}\n`
}

async function run(folder: string, more: Partial<typeof validateInputs> = {}) {
  const outcome = await validate.run({ ...validateInputs, suggest: true, ...more }, contextIn(folder))
  const { result } = outcome
  if (!result) throw new Error(JSON.stringify(outcome))
  const report = await validate.report(result)
  return { outcome, suggestion: result.suggestion, ...report }
}

function words(suggestion: Awaited<ReturnType<typeof run>>['suggestion']): string[] {
  const { edits = [], declined = [] } = suggestion ?? {}
  return [
    ...edits.map(({ column, why, isBreaking }) => `+ ${column ?? ''} ${why.kind}${isBreaking ? ' breaking' : ''}`),
    ...declined.map(({ column, why }) => `· ${column} ${why}`),
  ]
}

/** The contract once the patch is applied, by git and by patch alike. */
function applied(folder: string, patch: string): string {
  const before = readFileSync(join(folder, 'contract.yaml'))
  execFileSync('git', ['apply', '-'], { cwd: folder, input: patch })
  const after = readFileSync(join(folder, 'contract.yaml'), 'utf8')
  writeFileSync(join(folder, 'contract.yaml'), before)
  execFileSync('patch', ['-p1', '--binary', '--quiet', '--fuzz=0'], { cwd: folder, input: patch })
  expect(readFileSync(join(folder, 'contract.yaml'), 'utf8')).toBe(after)
  return after
}

const styles = [
  ['block', block],
  ['flow', flow],
  ['CR LF', block.replaceAll('\n', '\r\n')],
] as const

type Situation = readonly [
  what: string,
  files: Readonly<Record<string, string>>,
  said: readonly string[],
  passes: boolean,
]

const situations: readonly Situation[] = [
  [
    'values seen often',
    { 'data/1.csv': csv((i) => (i % 10 === 0 ? { region: 'West: 1' } : {})) },
    ['+ region seen breaking'],
    true,
  ],
  [
    'values seen often, and rare ones',
    { 'data/1.csv': csv((i) => (i % 10 === 0 ? { region: 'W' } : i === 7 ? { region: 'Q' } : {})) },
    ['+ region seen breaking', '· region rare'],
    false,
  ],
  [
    'values a little outside',
    { 'data/1.csv': csv((i) => (i % 20 === 0 ? { weight: 52.5 } : {})) },
    ['+ weight wider breaking'],
    true,
  ],
  [
    'texts a little longer',
    { 'data/1.csv': csv((i) => (i % 20 === 0 ? { note: 'abcde' } : {})) },
    ['+ note wider breaking'],
    true,
  ],
  [
    'a column that is often empty',
    { 'data/1.csv': csv((i) => (i % 4 === 0 ? { weight: '' } : {})) },
    ['+ weight often-empty breaking'],
    true,
  ],
  [
    'a new column',
    { 'data/1.csv': csv((i) => ({ zone: `z${i % 3}` }), ['parcel', 'weight', 'region', 'note', 'late', 'zone']) },
    ['+  new-columns'],
    true,
  ],
  [
    'several at once',
    {
      'data/1.csv': csv(
        (i) => ({ zone: i, ...(i % 20 === 0 && { weight: 60, region: 'E' }) }),
        ['zone', 'parcel', 'weight', 'region', 'note', 'late'],
      ),
    },
    ['+ weight wider breaking', '+ region seen breaking', '+  new-columns'],
    true,
  ],
]

describe('validate --suggest', () => {
  for (const [style, contract] of styles) {
    it.each(situations)(`patches a contract of style ${style} for %s`, async (_what, files, said, passes) => {
      const folder = tempFolder({ 'plumbline.yaml': project, 'contract.yaml': contract, ...files })
      const { suggestion, text } = await run(folder)
      expect(words(suggestion)).toEqual(said)
      expect(text.includes('With it, every check holds.')).toBe(passes)
      expect(readFileSync(join(folder, 'contract.yaml'), 'utf8')).toBe(contract)

      const after = applied(folder, suggestion?.patch ?? '')
      expect(after.includes('\r\n')).toBe(contract.includes('\r\n'))
      expect(after.replaceAll('\r\n', '')).not.toContain('\r')
      for (const kept of contract.match(/#[^\r\n]*/g) ?? [])
        expect(after.replace(/so far [\d.]+/, 'so far 49')).toContain(kept)
      const again = await run(folder)
      expect(again.outcome.kind).toBe(passes ? 'done' : 'diagnosed')
      const failing = again.suggestion?.remaining.map(({ column }) => column)
      expect(failing).toEqual(suggestion?.remaining.map(({ column }) => column))
    })
  }

  it.each([
    ...styles,
    [
      'aliases that are there',
      block.replace(
        '- name: region\n',
        '- name: region\n        customProperties: [{ property: aliases, value: [old] }]\n',
      ),
    ] as const,
  ])('reads both names of a renamed column, in a contract of style %s', async (_style, contract) => {
    // Five values, for columns of two look alike easily.
    const five = (name: string) => (i: number) => ({ [name]: 'NSEWC'[(i * i) % 5] })
    const wide = contract
      .replace(/N, 'S',/, "N, 'S', E, W, C")
      .replace(/( +)- 'S' {3}# south(\r?\n)/, '$&$1- E$2$1- W$2$1- C$2')
    const files = {
      'data/1.csv': csv(five('region')),
      'data/2.csv': csv(five('area'), ['parcel', 'weight', 'area', 'note', 'late'], 'q'),
    }
    const folder = tempFolder({ 'plumbline.yaml': project, 'contract.yaml': wide, ...files })
    const { suggestion } = await run(folder)
    expect(words(suggestion)).toEqual(['+ region renamed'])
    applied(folder, suggestion?.patch ?? '')
    expect((await run(folder)).outcome.kind).toBe('done')
  })

  it.each([
    [
      'another unit',
      { 'data/1.csv': csv((i) => (i % 15 === 0 ? { weight: (1 + (i % 49)) * 1000 } : {})) },
      ['· weight unit'],
    ],
    ['a few rows', { 'data/1.csv': csv((i) => (i < 5 ? { weight: 51 } : {})) }, ['· weight rare']],
    ['many rows', { 'data/1.csv': csv((i) => (i % 3 === 0 ? { weight: 51 } : {})) }, ['· weight many-rows']],
    ['another sign', { 'data/1.csv': csv((i) => (i % 20 === 0 ? { weight: -1 } : {})) }, ['· weight sign']],
    [
      'values far out',
      { 'data/1.csv': csv((i) => (i % 20 === 0 ? { weight: 5000 + i * 977 } : {})) },
      ['· weight far'],
    ],
    [
      'values of another type',
      { 'data/1.csv': csv((i) => (i % 10 === 0 ? { weight: 'heavy' } : {})) },
      ['· weight type'],
    ],
    ['rows twice', { 'data/1.csv': csv((i) => ({ parcel: `p${i % 200}` })) }, ['· parcel repeated']],
    [
      'a few empty fields',
      { 'data/1.csv': csv((i) => (i % 15 === 0 ? { weight: '' } : {})) },
      ['· weight seldom-empty'],
    ],
    ['empty ids', { 'data/1.csv': csv((i) => (i % 4 === 0 ? { parcel: '' } : {})) }, ['· parcel role']],
    [
      'known values in another case',
      { 'data/1.csv': csv((i) => (i % 8 === 0 ? { region: 'n' } : {})) },
      ['· region spelling'],
    ],
    [
      'what stands for nothing',
      { 'data/1.csv': csv((i) => (i % 8 === 0 ? { region: 'N/A' } : {})) },
      ['· region stands-for-missing'],
    ],
    [
      'very many values',
      { 'data/1.csv': csv((i) => (i % 2 === 0 ? { region: `r${i % 16}` } : {})) },
      ['· region many-values'],
    ],
    ['a missing column', { 'data/1.csv': csv(undefined, ['parcel', 'region', 'note', 'late']) }, ['· weight missing']],
    [
      'a new column of some files',
      {
        'data/1.csv': csv(),
        'data/2.csv': csv((i) => ({ zone: i }), ['parcel', 'weight', 'region', 'note', 'late', 'zone'], 'q'),
      },
      ['· zone not-everywhere'],
    ],
  ])('suggests nothing for %s, and says why', async (_what, files, said) => {
    const folder = tempFolder({ 'plumbline.yaml': project, 'contract.yaml': block, ...files })
    const { suggestion, text } = await run(folder)
    expect(words(suggestion)).toEqual(said)
    expect(suggestion?.patch).toBe('')
    expect(text).toContain('Suggested for contract.yaml: nothing\n  not suggested\n')
  })

  it('never takes a value of a classified column into a contract, nor shows one', async () => {
    const secret = block.replace('- name: region\n', '- name: region\n        classification: restricted\n')
    const files = { 'data/1.csv': csv((i) => (i % 10 === 0 ? { region: 'canary' } : {})) }
    const folder = tempFolder({ 'plumbline.yaml': project, 'contract.yaml': secret, ...files })
    const { suggestion, text, markdown } = await run(folder)
    expect(words(suggestion)).toEqual(['· region classified'])
    expect(JSON.stringify([suggestion, text, markdown])).not.toContain('canary')
  })

  it('takes no value of a new column while a classified one is missing', async () => {
    const secret = flow.replace('{name: note,', '{name: note, classification: restricted,')
    const rows = csv(
      (i) => ({ zone: `canary${i % 2}`, size: 987 }),
      ['parcel', 'weight', 'region', 'late', 'zone', 'size'],
    )
    const folder = tempFolder({ 'plumbline.yaml': project, 'contract.yaml': secret, 'data/1.csv': rows })
    const { suggestion } = await run(folder)
    expect(words(suggestion)).toEqual(['+  new-columns', '· note missing'])
    expect(suggestion?.patch).toContain('{ name: zone, logicalType: string, required: true }')
    expect(suggestion?.patch).not.toMatch(/canary|98/)
  })

  it('leaves what the model predicts, and what is written in another form, to people', async () => {
    const other = flow
      .replace('logicalType: integer}', 'logicalType: integer, required: true}')
      .replace('{maxLength: 4}', '&short {maxLength: 4}')
      .replace(
        '- {name: weight,',
        '- {name: copy, logicalType: string, logicalTypeOptions: *short}\n      - {name: weight,',
      )
    const swapped = other.replace(/( {6}- \{name: copy.*\n)([^]*?)( {6}- \{name: note.*\n)/, '$3$2$1')
    const header = ['parcel', 'weight', 'region', 'note', 'late', 'copy']
    const rows = csv((i) => ({ late: i % 4 === 0 ? '' : 1, copy: i % 20 === 0 ? 'abcde' : 'abc' }), header)
    const folder = tempFolder({ 'plumbline.yaml': project, 'contract.yaml': swapped, 'data/1.csv': rows })
    const { suggestion } = await run(folder)
    expect(words(suggestion)).toEqual(['· late target', '· copy by-hand'])
  })

  it('suggests promises that all data keeps, where nothing is broken and there is data enough', async () => {
    const bare = flow.replace(/, quality: \[.*\] \}/, ' }').replace(', logicalTypeOptions: {maxLength: 4}', '')
    const files = {
      'data/1.csv': csv(),
      'data/2.csv': csv(undefined, undefined, 'q'),
      'data/3.csv': csv(undefined, undefined, 'r'),
    }
    for (const contract of [
      bare,
      block.replace(/ {8}quality:[^]*mustBe: 0\n/, '').replace(/ {8}logicalTypeOptions:\n.*\n/, ''),
    ]) {
      const folder = tempFolder({ 'plumbline.yaml': project, 'contract.yaml': contract, ...files })
      const { suggestion, text } = await run(folder)
      expect(words(suggestion)).toEqual(['+ region always-known', '+ note never-empty'])
      expect(text).toContain('could be promised too')
      expect(applied(folder, suggestion?.patch ?? '')).toContain('validValues: ["N", S]')
      expect(words((await run(folder)).suggestion)).toEqual([])
    }
  })

  it('writes the patch to a file, which is refused without suggest', async () => {
    const folder = tempFolder({ 'plumbline.yaml': project, 'contract.yaml': block })
    writeFiles(folder, { 'data/1.csv': csv((i) => (i % 10 === 0 ? { region: 'W' } : {})) })
    const { suggestion, text, next } = await run(folder, { patch: 'contract.patch' })
    expect(readFileSync(join(folder, 'contract.patch'), 'utf8')).toBe(suggestion?.patch)
    expect(text).toContain('1 change, not applied · wrote contract.patch')
    expect(text).not.toContain('+++')
    expect(next).toBe('git apply contract.patch   then   plumbline validate')
    await expect(run(folder, { suggest: false, patch: 'x' })).rejects.toMatchObject({ code: 'cli/bad-input' })
  })

  it('shows a patch that can be piped, and the same as Markdown', async () => {
    const folder = tempFolder({ 'plumbline.yaml': project, 'contract.yaml': flow })
    writeFiles(folder, { 'data/1.csv': csv((i) => (i % 10 === 0 ? { region: 'W' } : {})) })
    const { text, markdown } = await run(folder)
    expect(text).toContain(
      '  would mend\n  + region  W in 40 rows: too often for slips · breaking: who reads the data can rely on less\n',
    )
    expect(markdown).toContain('```diff\n--- a/contract.yaml\n+++ b/contract.yaml\n@@')
    expect(applied(folder, `${text}\n`)).toContain("validValues: [N, 'S', W,]")
  })
})
