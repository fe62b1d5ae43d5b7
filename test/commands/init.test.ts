import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { formatDuration } from '../../action/base/duration.ts'
import { init } from '../../action/commands/init.ts'
import { validate } from '../../action/commands/validate.ts'
import { drift, driftPolicy } from '../../action/project/drift-schema.ts'
import { parseContract } from '../../action/project/read-contract.ts'
import { readProject } from '../../action/project/read-project.ts'
import { contextIn } from '../support/command-context.ts'
import { initInputs } from '../support/init-inputs.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { validateInputs } from '../support/validate-inputs.ts'

const nothing = { ...initInputs, yes: false }
type Given = Partial<Parameters<typeof init.run>[0]>

async function run(folder: string, given: Given = {}) {
  const outcome = await init.run({ ...nothing, ...given }, contextIn(folder))
  if (outcome.kind === 'diagnosed') throw new Error(JSON.stringify(outcome.diagnostics))
  return { model: outcome.result.model, text: (await init.report(outcome.result)).text }
}

function csv(header: string, rows: number, row: (i: number) => string): string {
  return `${header}\n${Array.from({ length: rows }, (_, i) => row(i)).join('\n')}\n`
}

function at(hours: number): string {
  return new Date(Date.UTC(2024, 0, 1, hours)).toISOString().slice(0, 19).replace('T', ' ')
}

/** 600 parcels over 100 days; heavy ones are late, mostly. */
function parcels(rows = 600): string {
  return csv('parcel,shipped_at,delivered_at,weight_kg,region,country,note,pred_v1,late', rows, (i) => {
    const weight = (i * 37) % 31
    const isLate = weight + ((i * 13) % 17) > 24
    const prediction = ((isLate ? 60 : 30) + ((i * 7) % 40)) / 100
    return [
      `P${i}`,
      at(i * 4),
      at(i * 4 + 30),
      weight + 0.5,
      'NSEWC'[i % 5],
      'NL',
      `text ${i}`,
      prediction,
      isLate ? 1 : 0,
    ].join(',')
  })
}

describe('init', () => {
  it('says what it inferred, how sure it is, and what would leak', async () => {
    const folder = tempFolder({ 'data/a.csv': parcels() })
    const { model, text } = await run(folder, { time: 'shipped_at' })
    expect(model).toMatchObject({ task: 'binary', positive: '1', isPositiveSure: true, test: '20d' })
    expect(model.id).toMatchObject({ column: { name: 'parcel' }, isSure: true })
    expect(model.features.map(({ name }) => name)).toEqual(['weight_kg', 'region'])
    expect(model.leftOut.map(({ column, reason }) => [column.name, reason.kind])).toEqual([
      ['delivered_at', 'after-time'],
      ['country', 'constant'],
      ['note', 'id-like'],
      ['pred_v1', 'prediction'],
    ])
    expect(text).toMatch(
      /left out {2}delivered_at {2}known only after the outcome \(100 % after shipped_at\): would leak +check this/,
    )
    expect(text).toMatch(/target +late +binary: 0 \(\d+ %\), 1 \(\d+ %\); positive is 1 +sure/)
    expect(text).toMatch(/Gates: roc_auc at least 0\.\d+ \(a constant has 0\.50, weight_kg alone reaches 0\.\d+\)/)
  })

  it('writes a project that Plumbline itself reads, and whose data keeps its contract', async () => {
    const folder = tempFolder({ 'data/a.csv': parcels(), '.gitignore': 'mine' })
    await run(folder, { time: 'shipped_at', name: 'parcels' })
    const project = await readProject(folder)
    expect(project).toMatchObject({
      ok: true,
      value: {
        model: {
          name: 'parcels',
          target: 'late',
          positive: '1',
          time: 'shipped_at',
          id: 'parcel',
          ignore: ['delivered_at', 'pred_v1'],
        },
        split: { test: { kind: 'duration', durationMs: 20 * 86_400_000 } },
        gates: [{ name: 'floor', metric: 'roc_auc' }],
      },
    })
    const contract = parseContract('contract.yaml', readFileSync(join(folder, 'contract.yaml'), 'utf8'))
    expect(contract.ok && contract.value.columns.find(({ name }) => name === 'region')?.rules).toMatchObject([
      { kind: 'required' },
      { kind: 'allowed', values: ['C', 'E', 'N', 'S', 'W'] },
    ])
    expect(readFileSync(join(folder, 'features.sql'), 'utf8')).toContain('  "weight_kg",\n')
    expect(readFileSync(join(folder, 'train.py'), 'utf8')).toContain('TARGET = "late"\nID = "parcel"\nTASK = "binary"')
    expect(readFileSync(join(folder, 'predict.py'), 'utf8')).toMatch(/^POSITIVE = 1 /m)
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('mine\n.plumbline/\n')
    expect((await validate.run(validateInputs, contextIn(folder))).kind).toBe('done')
  })

  it.each([
    [
      'two texts, the rarer positive and doubted',
      ['lost', 'ok', 'ok'],
      { task: 'binary', positive: 'lost', isPositiveSure: false },
    ],
    ['truths', ['True', 'False'], { task: 'binary', positive: 'true', isPositiveSure: true }],
    ['1.0 and 0.0', ['0.0', '1.0', '0.0'], { task: 'binary', positive: '1', target: { type: 'integer' } }],
    ['a few texts', ['a', 'b', 'c'], { task: 'multiclass', isTaskSure: true }],
    ['a few whole numbers', ['0', '1', '2'], { task: 'multiclass', isTaskSure: true }],
    ['numbers', Array.from({ length: 40 }, (_, i) => `${i}.5`), { task: 'regression' }],
  ])('takes a target of %s for what it is', async (_what, values, expected) => {
    const rows = csv('x,late', 120, (i) => `${(i * 7) % 11},${values[i % values.length]}`)
    const { model } = await run(tempFolder({ 'data/a.csv': rows }))
    expect(model).toMatchObject(expected)
  })

  it('reads labels from files of their own, and how long they take', async () => {
    const folder = tempFolder({
      'data/a.csv': csv('id,ts,x', 400, (i) => `k${i},${at(i * 6)},${i % 9}`),
      'labels/a.csv': csv('id,late', 340, (i) => `k${i},${i % 9 > 6 ? 'yes' : 'no'}`),
    })
    const { model } = await run(folder, { labels: ['labels/*.csv'] })
    expect(model.labels).toMatchObject({ missingRows: 60, delayDays: 15 })
    expect(await readProject(folder)).toMatchObject({
      ok: true,
      value: { data: { labels: { delayMs: 15 * 86_400_000 } } },
    })
    expect((await validate.run(validateInputs, contextIn(folder))).kind).toBe('done')
  })

  it('keeps any column name a name, in YAML, SQL, Python and Markdown', async () => {
    const hostile = [
      '"; drop table x; --',
      'two\nlines',
      'select',
      'naïve 日本',
      "it's",
      'a: b #c',
      '*bold* `code` |',
      '---',
    ]
    const header = ['id', ...hostile, 'la"te'].map((name) => `"${name.replaceAll('"', '""')}"`).join(',')
    const folder = tempFolder({
      'data/a.csv': csv(header, 90, (i) =>
        [`k${i}`, ...hostile.map((_, j) => (i * (j + 3)) % 11), i % 3 === 0 ? 1 : 0].join(','),
      ),
    })
    const { model } = await run(folder, { target: 'la"te' })
    expect(model.features.map(({ name }) => name)).toEqual(hostile)
    expect((await readProject(folder)).ok).toBe(true)
    const validated = await validate.run(validateInputs, contextIn(folder))
    expect(validated).toMatchObject({ kind: 'done' })
    const { openEngine } = await import('../../action/data/engine.ts')
    await using engine = await openEngine({ threads: 1 })
    const columns = ['id', ...hostile].map((name) => `1 AS "${name.replaceAll('"', '""')}"`)
    const sql = readFileSync(join(folder, 'features.sql'), 'utf8')
    expect(await engine.query(`WITH data AS (SELECT ${columns.join(', ')}) ${sql}`)).toHaveLength(1)
    expect(readFileSync(join(folder, 'train.py'), 'utf8')).toContain('TARGET = "la\\"te"')
  })

  it('overwrites nothing without --force, and names all that is there', async () => {
    const folder = tempFolder({ 'data/a.csv': parcels(), 'train.py': 'mine', 'contract.yaml': 'mine' })
    await expect(run(folder)).rejects.toMatchObject({
      code: 'init/exists',
      message: expect.stringMatching(/"contract\.yaml", "train\.py": they are there already/),
    })
    expect(existsSync(join(folder, 'plumbline.yaml'))).toBe(false)
    await run(folder, { force: true, time: 'shipped_at' })
    expect(readFileSync(join(folder, 'train.py'), 'utf8')).not.toBe('mine')
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('.plumbline/\n')
  })

  it('writes nothing in a dry run', async () => {
    const folder = tempFolder({ 'data/a.csv': parcels() })
    expect((await run(folder, { 'dry-run': true, time: 'shipped_at' })).text).toMatch(/Would write plumbline\.yaml/)
    expect(existsSync(join(folder, 'plumbline.yaml'))).toBe(false)
  })

  it.each<[string, Given, object]>([
    ['a target that is misspelt', { target: 'lat' }, { code: 'init/unknown-column', remedy: 'Did you mean "late"?' }],
    ['a target in another case', { target: 'LATE' }, { code: 'init/unknown-column', remedy: 'Did you mean "late"?' }],
    ['a constant target', { target: 'country' }, { message: expect.stringMatching(/one value in all rows/) }],
    ['a target of texts without end', { target: 'note' }, { message: expect.stringMatching(/600 different texts/) }],
    ['an id that repeats', { id: 'region' }, { message: expect.stringMatching(/only 5 of 600 rows differ/) }],
    ['a time that is none', { time: 'region' }, { message: expect.stringMatching(/of type string/) }],
    ['an unknown column to exclude', { exclude: ['weigth_kg'] }, { remedy: 'Did you mean "weight_kg"?' }],
    ['the target as what to exclude', { exclude: ['late'] }, { code: 'cli/bad-input' }],
    ['the target as the id', { id: 'late' }, { code: 'cli/bad-input' }],
    ['a test size that is none', { test: 'some' }, { code: 'cli/bad-input' }],
    ['a name that is none', { name: 'My Model' }, { code: 'cli/bad-input', remedy: 'Try --name my-model' }],
    ['no data', { data: [] }, { code: 'cli/missing-input' }],
    ['data outside of the folder', { data: ['../*.csv'] }, { code: 'data/outside-folder' }],
    ['data that is not there', { data: ['dat/*.csv'] }, { code: 'data/no-files' }],
    ['nothing to learn from', { exclude: ['weight_kg', 'region'], time: 'shipped_at' }, { code: 'init/cannot-learn' }],
  ])('refuses %s and writes nothing', async (_what, given, fault) => {
    const folder = tempFolder({ 'data/a.csv': parcels() })
    await expect(run(folder, given)).rejects.toMatchObject(fault)
    expect(existsSync(join(folder, 'plumbline.yaml'))).toBe(false)
  })

  it.each([
    ['an empty file', '', 'data/empty-file'],
    ['a header alone', 'a,late\n', 'data/no-rows'],
    ['names that differ in case alone', 'late,Late\n1,0\n', 'data/duplicate-column'],
  ])('diagnoses %s', async (_what, text, code) => {
    const outcome = await init.run(nothing, contextIn(tempFolder({ 'data/a.csv': text })))
    expect(outcome).toMatchObject({ kind: 'diagnosed', diagnostics: [{ code, file: 'data/a.csv' }] })
  })

  it('reads dates and numbers as they are spelled, and says what it cannot read', async () => {
    const rows = csv('price;day;size;x;late', 120, (i) => {
      const day = `${1 + (i % 28)}.${1 + (i % 12)}.${2000 + i}`
      return [`${(i * 7) % 40},5${i % 9}`, day, i === 60 ? 'n/a' : i * 1.5, (i * 7) % 11, i % 3 ? 0 : 1].join(';')
    })
    const { text } = await run(tempFolder({ 'data/a.csv': rows }))
    expect(text).toMatch(/feature +price +0\.5\d*–39\.\d+, as 1\.234,5 +sure/)
    expect(text).toMatch(/time +day +the only time in every row, as d\.M\.yyyy; tests on the newest: \d+d +sure/)
    expect(text).toMatch(
      /left out +size +numbers, but for 1 row \(n\/a\): read as text until those are empty +check this/,
    )
  })

  it('calls a copy of the target a leak, also where there is nothing else to learn from', async () => {
    const folder = tempFolder({ 'data/a.csv': csv('copy,late', 120, (i) => `${i % 2},${i % 2}`) })
    const { text } = await run(folder)
    expect(text).toMatch(/feature +copy +0–1; tells the target alone: a leak\? +check this/)
    expect(text).toContain('copy alone reaches 1.00')
  })

  it('names many files by their pattern, so that columns stay in line', async () => {
    const month = (m: number, header: string, row: (i: number) => string) => csv(header, 60, (i) => row(m * 60 + i))
    const files = [0, 1, 2, 3].flatMap((m) => [
      [`data/2024-0${m}.csv`, month(m, 'id,ts,x', (i) => `k${i},${at(i * 6)},${i % 9}`)],
      [`labels/2024-0${m}.csv`, month(m, 'id,late', (i) => `k${i},${i % 9 > 6 ? 'yes' : 'no'}`)],
    ])
    const { text } = await run(tempFolder(Object.fromEntries(files)), { labels: ['labels/*.csv'] })
    expect(text).toMatch(/^Read data\/\*\.csv \(4 files\) · 240 rows/)
    expect(text).toMatch(/^ {2}labels {4}labels\/\*\.csv \(4 files\) {2}known/m)
  })

  it('reads texts of several lines, whatever ends these', async () => {
    const rows = csv('id,note,x,late', 60, (i) => `${i},"one\ntwo ""${i}""",${i % 7},${i % 3 ? 0 : 1}`)
    for (const text of [rows, rows.replaceAll(/(?<!one)\n/g, '\r\n'), rows.replaceAll('\n', '\r\n')]) {
      const { model } = await run(tempFolder({ 'data/a.csv': text }))
      expect(model.rows).toBe(60)
    }
  })

  it('diagnoses a row that is not as long as the others', async () => {
    const rows = csv('x,late', 60, (i) => (i === 50 ? '1' : `${i % 7},${i % 3 ? 0 : 1}`))
    const folder = tempFolder({ 'data/a.csv': rows })
    expect(await init.run(nothing, contextIn(folder))).toMatchObject({
      kind: 'diagnosed',
      diagnostics: [{ code: 'data/ragged-row', file: 'data/a.csv', line: 52 }],
    })
    expect(existsSync(join(folder, 'plumbline.yaml'))).toBe(false)
  })

  it('says that few rows decide little, and that GitHub reads no workflow below the root', async () => {
    const root = tempFolder({ 'models/a/data/a.csv': csv('x,late', 30, (i) => `${i % 7},${i % 2}`) })
    execFileSync('git', ['init', '--quiet'], { cwd: root })
    const { text } = await run(join(root, 'models/a'))
    expect(text).toMatch(/^! 30 rows are few/m)
    expect(text).toMatch(/^! GitHub reads workflows at the root .* lies in models\/a\/:/m)
    const alone = await run(tempFolder({ 'data/a.csv': parcels() }))
    expect(alone.text).not.toMatch(/^!/m)
  })

  it('takes the types that a Parquet file has', async () => {
    const folder = tempFolder({})
    const { openEngine } = await import('../../action/data/engine.ts')
    await using engine = await openEngine({ threads: 1 })
    const columns = "i AS id, i % 7 AS n, i % 2 = 0 AS flag, DATE '2024-01-01' + i::INT AS day, 'k' || i % 3 AS kind"
    await engine.run(
      `COPY (SELECT ${columns}, i % 5 = 0 AS late FROM range(200) t(i)) TO '${join(folder, 'a.parquet')}' (FORMAT parquet)`,
    )
    const { model } = await run(folder, { data: ['a.parquet'] })
    expect(model.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'id integer',
      'n integer',
      'flag boolean',
      'day date',
      'kind string',
      'late boolean',
    ])
    expect(model.time?.column.name).toBe('day')
    expect((await validate.run(validateInputs, contextIn(folder))).kind).toBe('done')
  })

  it('shows no value of fewer than 20 rows', async () => {
    const cities = (i: number) => (i === 7 ? 'Atlantis' : ['Oslo', 'Rome'][i % 2])
    const { text } = await run(
      tempFolder({ 'data/a.csv': csv('city,late', 120, (i) => `${cities(i)},${i % 3 ? 0 : 1}`) }),
    )
    expect(text).toMatch(/feature +city +\{Oslo Rome\} and 1 rare/)
    expect(text).not.toContain('Atlantis')
  })

  it('writes longer windows where those of the defaults cannot see, and names the defaults beside them', async () => {
    const rows = csv('shipped_at,weight_kg,region,late', 8000, (i) => {
      return [at(i * 0.6), (i * 37) % 101, 'NSEWC'[i % 5], Number((i * 7) % 30 < 10)].join(',')
    })
    const folder = tempFolder({ 'data/a.csv': rows })
    await run(folder)
    const written = readFileSync(join(folder, 'plumbline.yaml'), 'utf8')
    const [, words] = /^drift: \{ window: \d+d \} # (.+)$/m.exec(written) ?? []
    const { windowMs, effect } = driftPolicy(drift.parse({}))
    expect(words).toMatch(
      new RegExp(
        `^${formatDuration(windowMs)} hold about \\d+ rows, too few to see an effect of ${effect}; \\d+d hold `,
      ),
    )
  })

  it('takes an absolute path into the folder', async () => {
    const folder = tempFolder({ 'data/a.csv': parcels() })
    await run(folder, { data: [join(folder, 'data/a.csv')], time: 'shipped_at' })
    expect(readFileSync(join(folder, 'plumbline.yaml'), 'utf8')).toContain('  source: data/a.csv\n')
  })
})
