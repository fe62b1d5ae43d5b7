import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'

import type { Command } from '../../action/commands/define-command.ts'
import { init } from '../../action/commands/init.ts'
import { runCommand } from '../../action/commands/settle.ts'
import { snapshot } from '../../action/commands/snapshot.ts'
import { validate } from '../../action/commands/validate.ts'
import { computeFeatures } from '../../action/data/compute-features.ts'
import { openEngine } from '../../action/data/engine.ts'
import { fetchSnapshot } from '../../action/data/fetch-snapshot.ts'
import { readPinned } from '../../action/data/pin-snapshot.ts'
import { readContracts } from '../../action/project/read-contract.ts'
import { readProject } from '../../action/project/read-project.ts'
import { contextIn } from '../support/command-context.ts'
import { initInputs } from '../support/init-inputs.ts'
import { readParquet } from '../support/read-parquet.ts'
import { snapshotInputs } from '../support/snapshot-inputs.ts'
import { tempFolder, writeFiles } from '../support/temp-folder.ts'
import { validateInputs } from '../support/validate-inputs.ts'
import type { Content } from './bad-input.ts'
import { csv, parquet, zstd } from './contents.ts'

const rows = 120
const at = (i: number) => `2025-01-${String(1 + (i % 28)).padStart(2, '0')}`
const weight = (i: number) => ((i * 37) % 31) + 0.5
const late = (i: number) => (weight(i) + ((i * 13) % 7) > 20 ? 1 : 0)
const note = (i: number) => (i % 2 ? 'a, "b"; c|d' : 'é')
const quoted = (i: number) => `"${note(i).replaceAll('"', '""')}"`
const text = csv('parcel,day,weight,note,late', rows, (i) => [`P${i}`, at(i), weight(i), quoted(i), late(i)].join(','))
const parted = (delimiter: string) =>
  csv(['parcel', 'day', 'weight', 'note', 'late'].join(delimiter), rows, (i) =>
    [`P${i}`, at(i), weight(i), quoted(i), late(i)].join(delimiter),
  )
const part = (from: number, to: number) => {
  const [header = '', ...lines] = text.trimEnd().split('\n')
  return `${[header, ...lines.slice(from, to)].join('\n')}\n`
}
const spelled = (delimiter: string, day: (moment: string) => string, kg = (number: string) => number) =>
  csv(['parcel', 'day', 'weight', 'note', 'late'].join(delimiter), rows, (i) =>
    [`P${i}`, day(at(i)), kg(String(weight(i))), quoted(i), late(i)].join(delimiter),
  )
const american = (day: string) => [day.slice(5, 7), day.slice(8), day.slice(0, 4)].map(Number).join('/')
const json = (i: number) =>
  JSON.stringify({ parcel: `P${i}`, day: at(i), weight: weight(i), note: note(i), late: late(i) })
const lines = Array.from({ length: rows }, (_, i) => json(i))
const select = `SELECT 'P' || i AS parcel, DATE '2025-01-01' + (i % 28)::INTEGER AS day, ((i * 37) % 31) + 0.5::DOUBLE AS weight,
  CASE WHEN i % 2 = 1 THEN 'a, "b"; c|d' ELSE 'é' END AS note, (((i * 37) % 31) + 0.5 + ((i * 13) % 7) > 20)::INTEGER AS late
  FROM range(${rows}) t(i)`

const dialects: readonly (readonly [what: string, glob: string, files: Readonly<Record<string, Content>>])[] = [
  ['commas', 'data/*.csv', { 'data/a.csv': text }],
  ['semicolons', 'data/*.csv', { 'data/a.csv': parted(';') }],
  ['bars', 'data/*.csv', { 'data/a.csv': parted('|') }],
  ['UTF-16 as spreadsheets write it', 'data/*.csv', { 'data/a.csv': Buffer.from(`\ufeff${text}`, 'utf16le') }],
  ['Latin-1', 'data/*.csv', { 'data/a.csv': Buffer.from(text, 'latin1') }],
  [
    'Latin-1 beside UTF-16 and a marked UTF-8',
    'data/*.csv',
    {
      'data/a.csv': Buffer.from(part(0, 50), 'latin1'),
      'data/b.csv': Buffer.from(`\ufeff${part(50, 80)}`, 'utf16le'),
      'data/c.csv': `\ufeff${part(80, rows)}`,
    },
  ],
  [
    'UTF-16 beside UTF-8',
    'data/*.csv',
    { 'data/a.csv': Buffer.from(`\ufeff${part(0, 50)}`, 'utf16le'), 'data/b.csv': part(50, rows) },
  ],
  ['days before months', 'data/*.csv', { 'data/a.csv': spelled(',', (day) => day.split('-').reverse().join('.')) }],
  ['months before days', 'data/*.csv', { 'data/a.csv': spelled(',', (day) => american(day)) }],
  ['days as digits', 'data/*.csv', { 'data/a.csv': spelled(',', (day) => day.replaceAll('-', '')) }],
  ['seconds since 1970', 'data/*.csv', { 'data/a.csv': spelled(',', (day) => String(Date.parse(day) / 1000)) }],
  [
    'decimal commas',
    'data/*.csv',
    {
      'data/a.csv': spelled(
        ';',
        (day) => `${day.split('-').reverse().join('/')} 14:05`,
        (kg) => kg.replace('.', ','),
      ),
    },
  ],
  ['tabs', 'data/*.tsv', { 'data/a.tsv': parted('\t') }],
  ['CRLF and a BOM', 'data/*.csv', { 'data/a.csv': `\ufeff${text.replaceAll('\n', '\r\n')}` }],
  ['gzip', 'data/*.csv.gz', { 'data/a.csv.gz': gzipSync(text) }],
  [
    'gzip of two members',
    'data/*.gz',
    { 'data/a.csv.gz': Buffer.concat([gzipSync(part(0, 60)), gzipSync(part(60, rows).replace(/.*\n/, ''))]) },
  ],
  ['zstd', 'data/*.zst', { 'data/a.csv.zst': zstd(select) }],
  ['JSON lines', 'data/*.jsonl', { 'data/a.jsonl': lines.join('\n') }],
  ['JSON lines in gzip', 'data/*.jsonl.gz', { 'data/a.jsonl.gz': gzipSync(lines.join('\n')) }],
  ['a JSON list', 'data/*.json', { 'data/a.json': `[${lines.join(',\n')}]` }],
  ['Parquet', 'data/*.parquet', { 'data/a.parquet': parquet(select) }],
  [
    'Parquet of types of its own',
    'data/*.parquet',
    {
      'data/a.parquet': parquet(
        `SELECT * REPLACE (weight::FLOAT AS weight, late::UTINYINT AS late, day::TIMESTAMP AS day) FROM (${select})`,
      ),
    },
  ],
  [
    'partitions in folders',
    'data/**/*.csv',
    { 'data/year=2024/a.csv': part(0, 50), 'data/year=2025/b.csv': part(50, rows) },
  ],
  [
    'partitions of three formats',
    'data/**/*',
    {
      'data/a.csv': part(0, 50),
      'data/b/c.csv.gz': gzipSync(part(50, 90)),
      'data/d.jsonl': lines.slice(90).join('\n'),
    },
  ],
]

describe('init, snapshot, validate and features', () => {
  test.each(dialects)('agree on %s', async (_, glob, files) => {
    const folder = tempFolder()
    await write(folder, files)
    await done(folder, init, { ...initInputs, data: [glob], name: 'parcels', time: 'day', id: 'parcel' })
    await done(folder, snapshot, snapshotInputs)
    await done(folder, validate, validateInputs)

    const made = await featuresOf(folder)
    expect(made).toHaveLength(rows)
    const found = new Map(made.map((row) => [row['parcel'], [row['weight'], row['note'], row['day']]]))
    expect(found).toEqual(new Map(Array.from({ length: rows }, (_row, i) => [`P${i}`, [weight(i), note(i), at(i)]])))
  })
})

async function write(folder: string, files: Readonly<Record<string, Content>>): Promise<void> {
  await using engine = await openEngine({ threads: 1 })
  for (const [path, content] of Object.entries(files)) {
    writeFiles(folder, { [path]: typeof content === 'function' ? '' : content })
    if (typeof content === 'function') await content(join(folder, path), engine)
  }
}

async function done(folder: string, command: unknown, inputs: Readonly<Record<string, unknown>>): Promise<void> {
  const ending = await runCommand(command as Command, inputs, contextIn(folder))
  expect(ending).toMatchObject({ kind: 'done' })
}

/** What the project's SELECT, with the note added, makes of the pinned files. */
async function featuresOf(folder: string): Promise<Record<string, unknown>[]> {
  const project = await readProject(folder)
  if (!project.ok) throw new Error(JSON.stringify(project.diagnostics))
  const [contracts, pinned] = [await readContracts(project.value), await readPinned(project.value)]
  if (!contracts.ok || !pinned?.ok) throw new Error('the contract or the lock cannot be read')
  const files = await fetchSnapshot(project.value, pinned.value)
  const out = join(folder, 'out')
  const made = await computeFeatures({
    project: project.value,
    contracts: contracts.value,
    files,
    sql: "SELECT parcel, weight, note, strftime(day, '%Y-%m-%d') AS day FROM data",
    sqlFile: 'features.sql',
    folder: out,
  })
  if (!made.ok) throw new Error(JSON.stringify(made.diagnostics))
  return await readParquet(join(out, 'features.parquet'))
}
