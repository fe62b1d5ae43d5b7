import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../../action/base/sha256.ts'
import { snapshot } from '../../action/commands/snapshot.ts'
import { openEngine } from '../../action/data/engine.ts'
import { groupFiles } from '../../action/data/pack-files.ts'
import { readPinned } from '../../action/data/pin-snapshot.ts'
import { findSections } from '../../action/data/section-files.ts'
import { declareRun } from '../../action/pipeline/declare-run.ts'
import { runPipeline } from '../../action/pipeline/run-pipeline.ts'
import { validateData } from '../../action/pipeline/validate-data.ts'
import { readContracts } from '../../action/project/read-contract.ts'
import { readProject } from '../../action/project/read-project.ts'
import { contextIn } from '../support/command-context.ts'
import { snapshotInputs } from '../support/snapshot-inputs.ts'
import { tinyProject, tinyRows, tinyYaml } from '../support/tiny-project.ts'

async function take(folder: string, pack = true, check = false) {
  const outcome = await snapshot.run({ ...snapshotInputs, pack, check }, contextIn(folder))
  if (outcome.kind === 'diagnosed') throw new Error(JSON.stringify(outcome.diagnostics))
  return outcome.result
}

function packs(folder: string): Record<string, string> {
  const root = join(folder, 'data/packed/features')
  const names = readdirSync(root).sort()
  return Object.fromEntries(names.map((name) => [name, sha256(readFileSync(join(root, name)))]))
}

/** Every check's verdict of the contract, on the files given. */
async function verdicts(folder: string, isPinned: boolean) {
  const project = await readProject(folder)
  if (!project.ok) throw new Error('project')
  const contract = await readContracts(project.value)
  const lock = await readPinned(project.value)
  if (!contract.ok || !lock?.ok) throw new Error('contract')
  const paths = (lock.value.sections['features'] ?? []).map((entry) => ({
    ...entry,
    absolutePath: join(folder, entry.path),
  }))
  const files = isPinned ? { features: paths, labels: [], joined: {} } : await findSections(project.value)
  await using engine = await openEngine()
  const { checks, rows } = await validateData({ project: project.value, tables: contract.value.tables, files }, engine)
  return {
    rows,
    checks: checks.map(({ promise, column, outcome, rows: failing }) => ({ promise, column, outcome, failing })),
  }
}

const broken = tinyRows(60)
  .replace('2025-01-01T05:00:00.000Z', 'yesterday')
  .replace(/,(\d+),([01])$/m, ',-5,$2')

describe('snapshot --pack', () => {
  test('pins typed Parquet that a contract judges alike, and makes no pack twice', async () => {
    const { folder, write } = await tinyProject()
    write('data/bad.csv', broken.replaceAll(/^p(?=\d)/gm, 'r'))
    write('data/b.csv', tinyRows(30).replaceAll(/^p(?=\d)/gm, 'q'))
    await take(folder, false)
    const before = await verdicts(folder, false)
    const result = await take(folder)
    expect(result).toMatchObject({ files: 1, rows: 490, isPacked: true })
    expect(before.checks.some(({ outcome }) => outcome === 'fail')).toBe(true)
    expect(await verdicts(folder, true)).toEqual(before)

    const made = packs(folder)
    const [name = ''] = Object.keys(made)
    await using engine = await openEngine()
    const types = await engine.query<{ column_name: string; column_type: string }>(
      `DESCRIBE SELECT * FROM read_parquet('${join(folder, 'data/packed/features', name)}')`,
    )
    // A time that is none keeps its column the text that it was.
    expect(types.map((row) => `${row.column_name} ${row.column_type}`)).toEqual([
      'parcel VARCHAR',
      'shipped_at VARCHAR',
      'region VARCHAR',
      'distance_km DOUBLE',
      'late BIGINT',
    ])
    const mtime = statSync(join(folder, 'data/packed/features', name)).mtimeMs
    await take(folder)
    expect(statSync(join(folder, 'data/packed/features', name)).mtimeMs).toBe(mtime)
    rmSync(join(folder, 'data/packed'), { recursive: true })
    await take(folder)
    expect(packs(folder)).toEqual(made)
  })

  test('is what a check looks for, which makes none', async () => {
    const { folder, write } = await tinyProject()
    write('data/b.csv', tinyRows(30).replaceAll(/^p(?=\d)/gm, 'q'))
    await take(folder)
    const made = packs(folder)
    const check = async () => await take(folder, false, true)
    expect(await check()).toMatchObject({ isChanged: false, isPacked: true, rows: 430, files: 1 })

    write('data/c.csv', tinyRows(5).replaceAll(/^p(?=\d)/gm, 'r'))
    expect(await check()).toMatchObject({ isChanged: true, isPacked: false, rows: 435 })
    expect(packs(folder)).toEqual(made)
    rmSync(join(folder, 'data/c.csv'))
    const [name = ''] = Object.keys(made)
    writeFileSync(join(folder, 'data/packed/features', name), 'other bytes')
    await expect(check()).rejects.toThrow(/Parquet|data\//)
    rmSync(join(folder, 'data/packed'), { recursive: true })
    expect(await check()).toMatchObject({ isChanged: true, isPacked: false })
  })

  test('makes the same bytes of many rows and of several files, in row groups for many cores', async () => {
    const { folder } = await tinyProject({
      rows: 300_000,
      files: { 'data/q.csv': tinyRows(100_000), 'data/r.csv': tinyRows(90_000) },
    })
    await take(folder)
    const first = packs(folder)
    rmSync(join(folder, 'data/packed'), { recursive: true })
    await take(folder)
    expect(packs(folder)).toEqual(first)
    await using engine = await openEngine()
    const [groups] = await engine.query<{ groups: number }>(
      `SELECT count(DISTINCT row_group_id) AS groups
       FROM parquet_metadata('${join(folder, 'data/packed/features/parcels-*.parquet')}')`,
    )
    // A group ends with the vector that fills it.
    expect(groups).toMatchObject({ groups: 30 })
  })

  test('a run on packs has the same rows, features and split', { timeout: 120_000 }, async () => {
    const project = await tinyProject()
    const run = async () => {
      const end = await runPipeline({ ...contextIn(project.folder), environment: { PATH: process.env['PATH'] } })
      if (end.kind === 'diagnosed') throw new Error(JSON.stringify(end.diagnostics))
      return end.record
    }
    await take(project.folder, false)
    const plain = await run()
    await take(project.folder)
    const packed = await run()
    expect(packed.runKey).not.toBe(plain.runKey)
    expect(packed.split).toEqual(plain.split)
    const outputs = (record: typeof plain) => record.stages.map(({ name, outputs: made }) => [name, made])
    expect(outputs(packed)).toEqual(outputs(plain))
    const declared = await declareRun(project.folder)
    if (!declared.ok) throw new Error('declared')
    const reads = [...declared.value.reads.values()].flatMap((files) => Object.keys(files))
    expect(reads.filter((path) => path.includes('packed'))).toEqual([])
  })

  test.each(['data/**/*.parquet', '**/*.csv'])(
    'refuses a source that would take packs for more rows: %s',
    async (glob) => {
      const { folder } = await tinyProject({
        files: {
          'plumbline.yaml': tinyYaml.replace('data/*.csv', `["data/*.csv", "${glob}"]`),
          'data/x/a.parquet': '',
        },
      })
      await expect(take(folder)).rejects.toMatchObject({ code: 'data/pack-in-source' })
    },
  )
})

describe('groupFiles()', () => {
  const file = (path: string, bytes: number) => ({ path, absolutePath: path, bytes })

  test('puts small neighbours of the same columns together', () => {
    const files = [
      file('a.csv', 1e6),
      file('b.csv', 1e6),
      file('c.csv', 2e7),
      file('d.csv', 1e6),
      file('e.tsv', 1e6),
      file('f.tsv', 1),
    ]
    const columnsOf = ({ path }: { path: string }) => (path === 'f.tsv' ? 'y' : 'x')
    const groups = groupFiles(files, columnsOf).map((group) => group.map(({ path }) => path))
    expect(groups).toEqual([['a.csv', 'b.csv'], ['c.csv'], ['d.csv'], ['e.tsv'], ['f.tsv']])
    const many = Array.from({ length: 100 }, (_, i) => file(`${i}.csv`, 1e6))
    expect(groupFiles(many, () => 'x').map(({ length }) => length)).toEqual([64, 36])
  })
})
