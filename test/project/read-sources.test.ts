import { describe, expect, test } from 'vitest'
import { parseProject } from '../../action/project/read-project.ts'
import { globsOf } from '../../action/project/read-sources.ts'
import { shownPlace } from '../../action/project/source-place.ts'

function read(source: string) {
  return parseProject(
    '/project',
    `version: 1
model: { name: price, task: regression, target: y }
data: { source: ${source} }
stages:
  features: { sql: features.sql }
  train: { needs: [features], run: python train.py, out: { model: model/ } }
  predict: { needs: [features, train], run: python predict.py }
`,
  )
}

function faults(source: string): string[] {
  const found = read(source)
  return found.ok ? [] : found.diagnostics.map(({ message }) => message)
}

describe('readSources()', () => {
  test('calls the one source that has no name features', () => {
    const project = read('[data/*.csv, "s3://lake/orders/*.parquet"]')
    expect(project.ok && project.value.data.sources).toMatchObject([
      {
        name: 'features',
        places: [
          { kind: 'files', glob: 'data/*.csv' },
          { kind: 's3', bucket: 'lake', key: 'orders/*.parquet' },
        ],
        contract: 'contract.yaml',
        on: [],
      },
    ])
  })

  test('keeps the order of named sources: the first holds the rows', () => {
    const project = read(
      '{ parcels: { from: data/*.csv }, tariffs: { run: python tariffs.py, contract: t.yaml, on: [carrier, zone], timeout: 5m } }',
    )
    expect(project.ok && project.value.data.sources).toMatchObject([
      { name: 'parcels', contract: 'contract.yaml' },
      {
        name: 'tariffs',
        places: [{ kind: 'program', run: 'python tariffs.py' }],
        into: 'data/tariffs',
        on: ['carrier', 'zone'],
        timeoutMs: 300_000,
      },
    ])
  })
})

describe('checkSources()', () => {
  test.each([
    ['"ftp://example.com/a.csv"', 'Cannot read "ftp://example.com/a.csv" as a source: expected a glob'],
    ['"http://example.com/a.csv"', 'expected https://…, which nobody on the way can change'],
    ['"https://me@example.com/a.csv"', 'expected a whole address without a user or password'],
    ['"s3://lake"', 'expected s3://BUCKET/KEY'],
    ['"postgres:host=db password=x"', 'with the name of the variable that holds the connection string'],
    ['{}', 'it names no source'],
    ['{ a: { contract: a.yaml } }', 'it has neither from nor run'],
    ['{ a: { from: a.csv, run: make } }', 'it has both from and run'],
    ['{ a: { from: a.csv, on: id } }', 'it is the first, onto which others are joined'],
    ['{ a: { from: a.csv }, b: { from: b.csv, contract: b.yaml } }', 'it has no "on"'],
    ['{ a: { from: a.csv }, b: { from: b.csv, on: id } }', 'it has no contract'],
    ['{ a: { from: a.csv, secrets: [TOKEN] } }', 'Cannot use "secrets" of source "a": no program runs'],
    [`{ a: { from: a.csv, sha256: ${'a'.repeat(64)} } }`, 'it has no one remote file'],
    [
      '{ a: { from: "https://x.org/a.csv", into: d }, b: { run: make, contract: b.yaml, on: id, into: d/e } }',
      'it keeps what it fetches in "d/e", and source "a" in "d"',
    ],
    ['{ labels: { from: a.csv } }', 'data.lock.yaml has a key of that name'],
  ])('refuses %s', (source, message) => {
    expect(faults(source)).toEqual([expect.stringContaining(message)])
  })
})

describe('shownPlace()', () => {
  test.each([
    ['data/what?.csv', 'data/what?.csv'],
    ['https://me:secret@example.com/a.csv', 'https://…@example.com/a.csv'],
    ['https://example.com:99999/a.csv?sig=secret', 'https://example.com:99999/a.csv…'],
    ['ftp://example.com/a.csv#secret', 'ftp://example.com/a.csv…'],
    ['postgres:host=db password=secret', 'postgres:…'],
  ])('shows %j as %j', (text, shown) => {
    expect(shownPlace(text)).toBe(shown)
  })
})

describe('globsOf()', () => {
  test('finds what was fetched in the folder of the source', () => {
    const project = read('{ parcels: { from: ["https://example.com/a.csv", data/*.csv], into: landed } }')
    expect(project.ok && globsOf(project.value.data.sources[0])).toEqual(['data/*.csv', 'landed/**/*'])
  })
})
