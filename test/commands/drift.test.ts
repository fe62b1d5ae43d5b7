import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'

import { drift } from '../../action/commands/drift.ts'
import { runCommand, settle } from '../../action/commands/settle.ts'
import { exitCodeOf } from '../../action/report/ending.ts'
import type { DriftReport } from '../../action/report/report-drift.ts'
import type { ReplayReport } from '../../action/report/report-replay.ts'
import { jsonEnding } from '../../action/report/word-ending.ts'
import { contextIn } from '../support/command-context.ts'
import { schemaOf } from '../support/result-schema.ts'
import { tempFolder, writeFiles } from '../support/temp-folder.ts'

const isValid = schemaOf('drift')

async function compare(folder: string, reference: string, current: string, inputs: Record<string, unknown> = {}) {
  const context = contextIn(folder)
  const given = { reference, current, effect: undefined, fdr: undefined, above: {}, weight: {}, ...inputs }
  const ending = await settle(() => runCommand(drift, given, context), context.signal)
  const text = jsonEnding('drift', ending)
  const json = JSON.parse(text) as { result?: DriftReport; diagnostics?: { code: string }[] }
  expect(isValid(json) ? [] : isValid.errors).toEqual([])
  const { result, diagnostics } = json
  const verdicts = Object.fromEntries((result?.columns ?? []).map(({ name, verdict }) => [name, verdict]))
  const report = ending.kind === 'fault' ? undefined : ending.report
  return { ending, text, result, diagnostics, verdicts, words: report?.text ?? '', markdown: report?.markdown ?? '' }
}

function csv(header: string, rows: number, line: (i: number) => string): string {
  return [header, ...Array.from({ length: rows }, (_, i) => line(i)), ''].join('\n')
}

async function writeParquet(file: string, select: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`COPY (${select}) TO '${file}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`)
  connection.closeSync()
  instance.closeSync()
}

const wave = (i: number, by = 0) => (Math.sin(i) * 10 + by).toFixed(4)

describe('drift', () => {
  it('takes numbers that count rows up for an id, however few the new rows are', async () => {
    const folder = tempFolder({ 'old.csv': csv('n,w', 2000, (i) => `${i},${wave(i)}`) })
    for (const rows of [1, 60, 200]) {
      writeFiles(folder, { 'new.csv': csv('n,w', rows, (i) => `${2000 + i},${wave(i)}`) })
      const { result } = await compare(folder, 'old.csv', 'new.csv')
      const n = result?.columns.find(({ name }) => name === 'n')
      expect(n).toMatchObject({ verdict: 'not judged', because: 'each row has a number of its own: an id' })
    }
  })

  it('compares CSV with Parquet: the verdict first, the worst first, and the rename named', async () => {
    const folder = tempFolder({
      'old.csv': csv('id,w,carrier,region,when', 2000, (i) => {
        return `x${i},${wave(i)},${'AABC'[i % 4]},${'NNNSSE'[i % 6]},2024-01-${String((i % 28) + 1).padStart(2, '0')}`
      }),
    })
    await writeParquet(
      join(folder, 'new.parquet'),
      `SELECT 'y' || i AS id, sin(i) * 10 AS w, substr('ACCC', 1 + i % 4, 1) AS carrier,
        substr('NNNSSE', 1 + i % 6, 1) AS state, DATE '2025-01-01' + CAST(i % 28 AS INTEGER) AS "when" FROM range(1500) t(i)`,
    )
    const { ending, verdicts, words, markdown, result } = await compare(folder, 'old.csv', 'new.parquet')
    expect(verdicts).toEqual({
      region: 'vanished',
      carrier: 'drift',
      w: 'no drift',
      id: 'not judged',
      when: 'not judged',
    })
    expect(words).toMatch(/^DRIFT {2}carrier drifts; region is gone, perhaps renamed · 2 of 3 columns/)
    expect(words).toContain('region is gone and state is new')
    expect(words).toMatch(/gone: "B" \(500 rows\)/)
    expect(markdown).toMatch(/^## Drift\n/)
    expect(result?.columns[1]?.rows[0]).toMatchObject({ test: 'chi-square:contingency', measure: 'tvd' })
    expect([ending.kind, exitCodeOf(ending)]).toEqual(['no', 2])
  })

  it('gives the same bytes whatever the order of rows and of row groups', async () => {
    const folder = tempFolder()
    const select = (order: string) =>
      `SELECT sin(i) * 10 AS w, i % 7 AS k, CASE WHEN i % 9 = 0 THEN NULL ELSE 'v' || (i % 13) END AS c FROM range(20000) t(i) ORDER BY ${order}`
    const texts = []
    for (const order of ['i', 'i DESC', 'hash(i)']) {
      await writeParquet(join(folder, 'a.parquet'), select(order))
      await writeParquet(join(folder, 'b.parquet'), `SELECT w + 1 AS w, k, c FROM (${select(order)}) LIMIT 20000`)
      texts.push((await compare(folder, 'a.parquet', 'b.parquet')).text)
    }
    expect(new Set(texts).size).toBe(1)
  })

  it('names columns that hold what each other held', async () => {
    const line = (lat: string, lon: string, i: number) => `${i % 7},${lat},${lon}`
    const at = (i: number) => [(50 + Math.sin(i)).toFixed(4), (10 + 4 * Math.cos(i * 1.3)).toFixed(4)] as const
    const folder = tempFolder({
      'a.csv': csv('k,lat,lon', 2000, (i) => line(at(i)[0], at(i)[1], i)),
      'b.csv': csv('k,lat,lon', 2000, (i) => line(at(i)[1], at(i)[0], i)),
    })
    const { result, words, markdown } = await compare(folder, 'a.csv', 'b.csv')
    expect(result?.swaps.map(({ columns }) => columns.toSorted())).toEqual([['lat', 'lon']])
    expect(words).toMatch(/l(at|on) and l(at|on) may be swapped: each holds what the other held/)
    expect(markdown).toContain('may be swapped')
    // Of so many rows no number holds the chance.
    expect(words).toMatch(/✗ lat +drift +D \S+ +0\.1 +< 1e-300 /)
    const same = await compare(folder, 'a.csv', 'a.csv')
    expect(same.result?.swaps).toEqual([])
  })

  it('lets no bad column stop the others, and says of each what was done', async () => {
    const bad = (i: number, isNew: boolean) => {
      const extreme = ['inf', '-inf', '1e308', '-0.0'][i % 4]
      const mixed = isNew && i % 2 === 0 ? 'many' : String(i % 40)
      const nan = isNew && i % 2 === 0 ? 'nan' : wave(i)
      return `${wave(i)},,5,${extreme},${mixed},${nan},2024-02-0${(i % 9) + 1},${isNew ? '' : wave(i)},"a|b <${i % 3}>"`
    }
    const header = 'ok,empty,same,extreme,mixed,nan,day,lost,odd|name'
    const folder = tempFolder({
      'a.csv': csv(header, 2000, (i) => bad(i, false)),
      'b.csv': csv(header, 2000, (i) => bad(i, true)),
    })
    const { verdicts, result, markdown } = await compare(folder, 'a.csv', 'b.csv')
    expect(verdicts).toEqual({
      ok: 'no drift',
      empty: 'not judged',
      same: 'no drift',
      extreme: 'no drift',
      mixed: 'drift',
      nan: 'drift',
      day: 'not judged',
      lost: 'drift',
      'odd|name': 'no drift',
    })
    const mixed = result?.columns.find(({ name }) => name === 'mixed')
    expect(mixed?.rows.map(({ question }) => question)).toContain('not a number')
    expect(mixed?.current?.unreadable).toBe(1000)
    expect(result?.columns.find(({ name }) => name === 'lost')?.because).toBe('no current values')
    expect(markdown).not.toContain('odd|name')
  })

  it('says insufficient data of one row, and tells files apart that cannot be read', async () => {
    const folder = tempFolder({
      'many.csv': csv('a', 500, (i) => wave(i)),
      'one.csv': 'a\n1.5\n',
      'none.csv': 'a\n',
      'empty.csv': '',
      'other.csv': csv('z', 500, (i) => wave(i)),
    })
    const one = await compare(folder, 'many.csv', 'one.csv')
    expect([one.result?.verdict, exitCodeOf(one.ending)]).toEqual(['insufficient data', 2])
    expect((await compare(folder, 'many.csv', 'none.csv')).diagnostics?.map(({ code }) => code)).toEqual([
      'data/no-rows',
    ])
    const both = await compare(folder, 'none.csv', 'empty.csv')
    expect(both.diagnostics?.map(({ code }) => code)).toEqual(['data/no-rows', 'data/empty-file'])
    const unlike = await compare(folder, 'many.csv', 'other.csv')
    expect([unlike.result?.verdict, unlike.verdicts]).toEqual(['drift', { a: 'vanished' }])
    const missing = await compare(folder, 'many.csv', 'nowhere.csv')
    expect(missing.ending).toMatchObject({ kind: 'fault', fault: { code: 'data/no-files' } })
  })

  it('names a file whose rows are damaged where its end is whole', async () => {
    const folder = tempFolder()
    const file = join(folder, 'a.parquet')
    await writeParquet(file, "SELECT sin(i) AS w, 'v' || (i % 9000) AS c FROM range(20000) t(i)")
    const bytes = readFileSync(file)
    for (const [name, from] of [
      ['early.parquet', 40],
      ['late.parquet', Math.floor(bytes.length / 2)],
    ] as const) {
      const damaged = Buffer.from(bytes)
      damaged.fill(0xff, from, from + 400)
      writeFileSync(join(folder, name), damaged)
      const { diagnostics } = await compare(folder, 'a.parquet', name)
      expect(diagnostics).toMatchObject([{ code: 'data/not-parquet', file: name }])
    }
  })

  it('takes files wherever they lie, and globs', async () => {
    const elsewhere = tempFolder({ 'x/[1].csv': csv('a', 900, (i) => wave(i)) })
    const folder = tempFolder()
    writeFiles(folder, { 'd/1.csv': csv('a', 450, (i) => wave(i)), 'd/2.csv': csv('a', 450, (i) => wave(i + 450)) })
    const { result } = await compare(folder, join(elsewhere, 'x/[1].csv'), 'd/*.csv')
    expect([result?.verdict, result?.referenceRows, result?.currentRows]).toEqual(['no drift', 900, 900])
  })
})

describe('drift --html', () => {
  const files = {
    'a.csv': csv('w,carrier', 900, (i) => `${wave(i)},${'AABC'[i % 4]}`),
    'b.csv': csv('w,carrier', 900, (i) => `${wave(i, 9)},${'AABC'[i % 4]}`),
  }

  it('writes a page for people beside the result', async () => {
    const folder = tempFolder(files)
    const { ending } = await compare(folder, 'a.csv', 'b.csv', { html: 'out/drift.html' })
    expect(ending.kind).toBe('no')
    const page = readFileSync(join(folder, 'out/drift.html'), 'utf8')
    expect(page).toMatch(/^<!doctype html>\n.*<h1 class="drift">Drift<\/h1>\n<p class="reason">w drifts/s)
    expect(readdirSync(join(folder, 'out'))).toEqual(['drift.html'])
  })

  it.each([
    ['data.csv', {}, 'its ending is unknown; expected .html'],
    ['d.html', {}, 'no file stands there; expected a file, or a place for one'],
    ['x.html', { replay: true }, 'a replay has no page; expected --html beside --current'],
  ])('refuses "%s" before it reads anything', async (html, inputs, state) => {
    const folder = tempFolder({ ...files, 'd.html/x': '' })
    const { ending } = await compare(folder, 'nowhere.csv', 'b.csv', { html, ...inputs })
    expect(ending).toMatchObject({ fault: { code: 'cli/bad-input', message: `Cannot write "${html}": ${state}` } })
  })

  it('says where a page cannot be written, and leaves nothing there', async () => {
    const folder = tempFolder({ ...files, taken: '' })
    const { ending } = await compare(folder, 'a.csv', 'b.csv', { html: 'taken/x.html' })
    expect(ending).toMatchObject({ kind: 'fault', fault: { code: 'system/refused' } })
    expect(readdirSync(folder).toSorted()).toEqual(['a.csv', 'b.csv', 'taken'])
  })
})

describe('drift’s inputs', () => {
  const parse = (name: 'effect' | 'above' | 'weight', ...texts: string[]) => drift.inputs[name].parse(texts)

  it('are numbers and known names, or say what is expected', () => {
    expect(parse('effect', '0.05')).toEqual({ ok: true, value: 0.05 })
    for (const wrong of ['0', '1', '-1', 'x', '1e-3', '']) expect(parse('effect', wrong).ok).toBe(false)
    expect(parse('above', 'psi=0.2', 'ks=.1')).toEqual({ ok: true, value: { psi: 0.2, ks: 0.1 } })
    expect(parse('above', 'pis=0.2')).toMatchObject({
      ok: false,
      expected: expect.stringContaining('did you mean psi?'),
    })
    expect(parse('weight', 'a=b=2')).toEqual({ ok: true, value: { 'a=b': 2 } })
    for (const wrong of ['a', '=1', 'a=', 'a=-1', 'a=NaN']) expect(parse('weight', wrong).ok).toBe(false)
  })
})

describe('drift --replay', () => {
  /** A row an hour for 40 weeks from a Monday; `x` moves up for good in week 30, `id` counts. */
  const stream = csv('id,ts,x,c', 40 * 168, (i) => {
    const moved = i >= 30 * 168 ? 8 : 0
    const ts = new Date(Date.UTC(2024, 0, 1) + i * 3_600_000).toISOString()
    return `${i},${ts},${(Math.sin(i * i) * 5 + moved).toFixed(3)},${'AABC'[(i * 7) % 4]}`
  })

  async function replay(folder: string, inputs: Record<string, unknown> = {}) {
    const context = contextIn(folder)
    const given = { reference: 'a.csv', replay: true, above: {}, weight: {}, ...inputs }
    const ending = await settle(() => runCommand(drift, given, context), context.signal)
    const json = JSON.parse(jsonEnding('drift', ending)) as {
      result?: ReplayReport
      diagnostics?: { message: string }[]
    }
    expect(isValid(json) ? [] : isValid.errors).toEqual([])
    const report = ending.kind === 'fault' ? undefined : ending.report
    return { ending, json, words: report?.text ?? '', markdown: report?.markdown ?? '', outputs: report?.outputs }
  }

  it('says how often it would have been an alarm, by which column, since when', async () => {
    const { ending, json, words, markdown, outputs } = await replay(tempFolder({ 'a.csv': stream }))
    const { windows, columns, alarms, windowsWithRows, rows, timelessRows, time } = json.result ?? {}
    expect([alarms, windowsWithRows, rows, timelessRows, time]).toEqual([1, 40, 6720, 0, 'ts'])
    expect(columns?.map(({ name }) => name)).toEqual(['x'])
    expect(windows?.find(({ verdict }) => verdict === 'drift')?.sinceMs).toBe(Date.UTC(2024, 6, 29))
    expect(words).toMatch(/^1\.63 ALARMS A YEAR {2}once in 32 windows/)
    expect(words).toContain('✗ x  once: 2024-07-29')
    expect(markdown).toContain('| `x` | 1 |')
    expect(outputs).toMatchObject({ verdict: 'drift', drifted: '1' })
    expect([ending.kind, exitCodeOf(ending)]).toEqual(['done', 0])
  })

  it('gives the same whatever the order of rows', async () => {
    const [head = '', ...lines] = stream.trim().split('\n')
    const turned = [head, ...lines.reverse(), ''].join('\n')
    const one = await replay(tempFolder({ 'a.csv': stream }))
    const other = await replay(tempFolder({ 'a.csv': turned }))
    expect(other.json).toEqual(one.json)
  })

  it('needs windows to learn from: without enough it says so, and never that there is no alarm', async () => {
    const { json, words, outputs } = await replay(tempFolder({ 'a.csv': stream }), { window: 49 * 86_400_000 })
    expect(json.result).toMatchObject({ windowsJudged: 0, windows: [], alarms: 0, alarmsPerYear: null })
    expect(words).toMatch(/^INSUFFICIENT DATA/)
    expect(outputs?.['verdict']).toBe('insufficient data')
  })

  it('raises no alarm in windows that are alike, and says where they hold too little to raise any', async () => {
    const calm = stream
      .split('\n')
      .slice(0, 1 + 30 * 168)
      .join('\n')
    const folder = tempFolder({ 'a.csv': calm })
    const persist = { need: 1, of: 1 }
    const { json, words, outputs } = await replay(folder, { window: 14 * 86_400_000, persist })
    expect(json.result?.alarms).toBe(0)
    expect(words).toMatch(/^NO ALARM {2}in 7 of 8 windows that say anything/)
    expect(words).toContain('– id  not judged: each row has a number of its own')
    expect(outputs?.['verdict']).toBe('no drift')
    const short = await replay(folder, { persist })
    expect(short.words).toMatch(/^INSUFFICIENT DATA {2}too little in each of 22 windows to say anything\n/)
    expect(short.outputs?.['verdict']).toBe('insufficient data')
  })

  it.each([
    ['no times', 'x,c\n1,a\n2,b\n', {}, /no column holds times/],
    ['two columns of times', 'a,b,x\n2024-01-01,2024-01-02,1\n2024-01-02,2024-01-03,2\n', {}, /2 columns hold times/],
    ['a column that is not there', stream, { time: 'tss' }, /no column is called "tss"/],
    ['a column of numbers', stream, { time: 'x' }, /"x" holds no times/],
    ['too many windows', stream, { window: 1000 }, /more than 5000 windows of 1s/],
  ])('refuses %s', async (_what, text, inputs, message) => {
    const { json, ending } = await replay(tempFolder({ 'a.csv': text }), inputs)
    expect(ending.kind).toBe('diagnosed')
    expect(json.diagnostics?.[0]?.message).toMatch(message)
  })

  it('is what is left to ask for where nothing is named to compare with', async () => {
    const { ending } = await replay(tempFolder({ 'a.csv': stream }), { replay: false })
    expect(ending).toMatchObject({ kind: 'fault', fault: { code: 'cli/missing-input', owner: 'user' } })
  })
})
