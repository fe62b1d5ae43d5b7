import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { beforeAll, describe, expect, it } from 'vitest'

import { openEngine } from '../../action/data/engine.ts'
import { quoteText } from '../../action/data/quote.ts'
import { readParquet } from '../support/read-parquet.ts'
import { type Ended, runPython, starterPython, templateFolder } from '../support/starter-python.ts'
import { tempFolder } from '../support/temp-folder.ts'

let python: string
beforeAll(async () => {
  python = await starterPython()
}, 600_000)

interface Starter {
  readonly task: string
  readonly target: string
  readonly positive?: string
}

/** The starter's two programs with their constants set, as `init` writes them. */
function starterFolder({ task, target, positive = 'None' }: Starter): string {
  const constants = { TARGET: JSON.stringify(target), ID: '"id"', TASK: JSON.stringify(task), POSITIVE: positive }
  const set = (file: string) =>
    Object.entries(constants).reduce(
      (text, [name, value]) => text.replace(new RegExp(`^${name} = (?:"[^"]*"|[^\\s#]+)`, 'm'), `${name} = ${value}`),
      readFileSync(join(templateFolder, file), 'utf8'),
    )
  return tempFolder({ 'train.py': set('train.py'), 'predict.py': set('predict.py') })
}

async function writeRows(folder: string, file: string, sql: string): Promise<void> {
  await using engine = await openEngine({ threads: 1 })
  await engine.run(`COPY (${sql}) TO ${quoteText(join(folder, file))} (FORMAT parquet)`)
}

async function train(folder: string, model = 'model.skops', variables: Record<string, string> = {}): Promise<Ended> {
  return await runPython(python, ['train.py'], folder, {
    PLUMBLINE_IN_FEATURES: 'train.parquet',
    PLUMBLINE_OUT_MODEL: model,
    PLUMBLINE_PARAMS: '{"max-depth": 4, "max-iter": 30}',
    PLUMBLINE_SEED: '7',
    ...variables,
  })
}

async function predict(folder: string, features = 'test.parquet', model = 'model.skops'): Promise<Ended> {
  return await runPython(python, ['predict.py'], folder, {
    PLUMBLINE_IN_FEATURES: features,
    PLUMBLINE_IN_TRAIN: model,
    PLUMBLINE_OUT_PREDICTIONS: 'predictions.parquet',
  })
}

/** A column of each kind, some of them hard: without any value, with infinities, with more texts than a tree takes. */
const rows = `SELECT 'k' || i AS id, (i * 37) % 101 / 10.0 AS x, CASE WHEN i % 11 > 0 THEN ['N','S','E'][i % 3 + 1] END AS region,
  i % 2 = 0 AS flag, DATE '2024-01-01' + CAST(i % 300 AS INTEGER) AS day, TIMESTAMP '2024-01-01' + to_hours(i) AS moment,
  CAST(NULL AS DOUBLE) AS nothing, CAST(NULL AS VARCHAR) AS no_text, 'v' || i % 400 AS many,
  CASE i % 9 WHEN 0 THEN 'inf'::DOUBLE WHEN 1 THEN '-inf'::DOUBLE WHEN 2 THEN 'nan'::DOUBLE ELSE i END AS wild,
  i AS "odd ""name"", with: signs"`

const tasks = [
  {
    task: 'binary',
    target: 'late',
    positive: '1',
    columns: ['probability'],
    sql: 'CAST(i * 37 % 101 > 60 AS INTEGER)',
  },
  { task: 'binary', target: 'late', positive: 'True', columns: ['probability'], sql: 'i * 37 % 101 > 60' },
  {
    task: 'multiclass',
    target: 'kind',
    columns: ['probability_N', 'probability_high "est', 'probability_low'],
    sql: "CASE WHEN i * 37 % 101 > 60 THEN 'high \"est' WHEN i % 3 = 0 THEN 'N' ELSE 'low' END",
  },
  { task: 'regression', target: 'y', columns: [], sql: 'i * 37 % 101 / 5.0' },
] as const

/** Whether a row's shares belong to its prediction: above one half for the positive class, or one in all. */
function agrees(row: Record<string, unknown>, columns: readonly string[]): boolean {
  const sum = columns.reduce((total, column) => total + Number(row[column]), 0)
  if (columns.length === 1) return sum > 0.5 === ['1', 'true'].includes(String(row['prediction']))
  return columns.length === 0 || Math.abs(sum - 1) < 1e-9
}

describe('train.py and predict.py', () => {
  it.each(tasks)(
    'learn $task ($positive) and predict in the target’s own type',
    async ({ sql, columns, ...starter }) => {
      const folder = starterFolder(starter)
      const { target, task } = starter
      await writeRows(folder, 'train.parquet', `${rows}, ${sql} AS ${target} FROM range(2000) t(i)`)
      await writeRows(folder, 'test.parquet', `${rows} FROM range(2000, 2400) t(i)`)
      await writeRows(folder, 'truth.parquet', `SELECT 'k' || i AS id, ${sql} AS truth FROM range(2000, 2400) t(i)`)

      expect(await train(folder)).toMatchObject({ code: 0, stderr: '' })
      expect(await predict(folder)).toMatchObject({ code: 0, stderr: '' })

      const predictions = await readParquet<Record<string, unknown>>(join(folder, 'predictions.parquet'))
      const truth = new Map((await readParquet(join(folder, 'truth.parquet'))).map((row) => [row['id'], row['truth']]))
      expect(new Set(predictions.map(({ id }) => id))).toEqual(new Set(truth.keys()))
      expect(Object.keys(predictions[0] ?? {})).toEqual(['id', 'prediction', ...columns])
      const missed = predictions.map((row) => {
        const [given, right] = [row['prediction'], truth.get(row['id'])]
        return task === 'regression' ? Math.abs(Number(given) - Number(right)) : Number(given !== right)
      })
      expect(missed.reduce((sum, miss) => sum + miss, 0) / missed.length).toBeLessThan(task === 'regression' ? 1 : 0.1)
      const doubted = predictions.filter((row) => !agrees(row, columns))
      expect(doubted).toEqual([])
    },
  )

  it('gives the same bytes for the same seed, whatever the threads and the order of hashes', async () => {
    const folder = starterFolder(tasks[0])
    await writeRows(folder, 'train.parquet', `${rows}, ${tasks[0].sql} AS late FROM range(3000) t(i)`)
    await train(folder, 'a.skops', { PYTHONHASHSEED: '1', OMP_NUM_THREADS: '1' })
    await train(folder, 'b.skops', { PYTHONHASHSEED: '2', OMP_NUM_THREADS: '2' })
    const [a, b] = ['a.skops', 'b.skops'].map((file) => readFileSync(join(folder, file)))
    expect(a!.equals(b!)).toBe(true)
  })

  it('predict for no row at all, and for texts and gaps that training never saw', async () => {
    const folder = starterFolder(tasks[0])
    await writeRows(folder, 'train.parquet', `${rows}, ${tasks[0].sql} AS late FROM range(500) t(i)`)
    await train(folder)
    await writeRows(folder, 'empty.parquet', `${rows} FROM range(0) t(i)`)
    expect(await predict(folder, 'empty.parquet')).toMatchObject({ code: 0, stderr: '' })
    expect(await readParquet(join(folder, 'predictions.parquet'))).toEqual([])

    const strange = `SELECT * REPLACE ('elsewhere' AS region, CAST(NULL AS DOUBLE) AS x, CAST(NULL AS TIMESTAMP) AS moment, NULL::BOOLEAN AS flag)`
    await writeRows(folder, 'strange.parquet', `${strange} FROM (${rows} FROM range(5) t(i))`)
    expect(await predict(folder, 'strange.parquet')).toMatchObject({ code: 0, stderr: '' })
    expect(await readParquet(join(folder, 'predictions.parquet'))).toHaveLength(5)
  })

  it('work on ten rows of one column', async () => {
    const folder = starterFolder(tasks[0])
    await writeRows(folder, 'train.parquet', `SELECT 'k' || i AS id, i AS x, i % 2 AS late FROM range(10) t(i)`)
    await writeRows(folder, 'test.parquet', `SELECT 'k' || i AS id, i AS x FROM range(3) t(i)`)
    expect(await train(folder)).toMatchObject({ code: 0, stderr: '' })
    expect(await predict(folder)).toMatchObject({ code: 0, stderr: '' })
  })

  it('report themselves where asked, and find the model in a folder of outputs', async () => {
    const folder = starterFolder(tasks[0])
    await writeRows(folder, 'train.parquet', `${rows}, ${tasks[0].sql} AS late FROM range(300) t(i)`)
    await writeRows(folder, 'test.parquet', `${rows} FROM range(5) t(i)`)
    const out = tempFolder({ metrics: '' })
    await train(folder, join(out, 'model'), { PLUMBLINE_OUT_METRICS: join(out, 'metrics') })
    expect(JSON.parse(readFileSync(join(out, 'metrics'), 'utf8'))).toMatchObject({
      rows: 300,
      train_accuracy: expect.any(Number),
    })
    expect(await predict(folder, 'test.parquet', out)).toMatchObject({ code: 0 })
  })

  it('refuse a model file that would run code', async () => {
    const folder = starterFolder(tasks[0])
    await writeRows(folder, 'test.parquet', `${rows} FROM range(5) t(i)`)
    writeFileSync(
      join(folder, 'evil.py'),
      'import functools, os, skops.io\nskops.io.dump(functools.partial(os.system, "touch owned"), "evil.skops")\n',
    )
    expect(await runPython(python, ['evil.py'], folder, {})).toMatchObject({ code: 0 })
    const ended = await predict(folder, 'test.parquet', 'evil.skops')
    expect(ended.code).not.toBe(0)
    expect(ended.stderr).toMatch(/[Uu]ntrusted types/)
  })
})
