import { createHash } from 'node:crypto'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { findNamedFiles } from '../../action/data/find-named-files.ts'
import {
  describeAll,
  type OutcomeColumns,
  type OutcomeFiles,
  readOutcomes,
  writeOutcomeRows,
} from '../../action/data/read-outcomes.ts'
import { openReading } from '../../action/data/reading-engine.ts'
import { writeStoredPredictions } from '../../action/data/stored-predictions.ts'
import { writeStoredRows } from '../../action/data/write-stored-rows.ts'
import type { JudgedRows } from '../../action/evaluation/judged-rows.ts'
import { contractOf } from '../support/contract.ts'
import { tempFolder } from '../support/temp-folder.ts'

const binary: JudgedRows = {
  ...{ task: 'binary', rows: 3, slices: {}, truth: Uint8Array.of(1, 0, 0), predicted: Uint8Array.of(1, 1, 0) },
  probability: Float64Array.of(0.9, 0.6, 0.1),
}

/** The rows of a release, whose pseudonyms are turned around, as the log beside them writes its own. */
async function written(rows: JudgedRows, log: string, columns: Omit<OutcomeColumns, 'id' | 'target' | 'task'>) {
  const folder = tempFolder({ 'log.csv': log })
  const [path, to] = [join(folder, 'predictions.parquet'), join(folder, 'reference.parquet')]
  const pseudonyms = Array.from({ length: rows.rows }, (_, row) => `r${9 - row}`)
  await writeStoredPredictions(path, { rows, gates: [], minCount: 20 }, pseudonyms)
  const files = await findNamedFiles(folder, 'log.csv')
  await using engine = await openReading({ files, otherPaths: [path, to] })
  const described = await describeAll(engine, [files])
  if (!described.ok) throw new Error(JSON.stringify(described.diagnostics))
  const [predictions = []] = described.value
  const own: OutcomeColumns = { id: 'id', target: 'class', task: rows.task, ...columns }
  const sides: OutcomeFiles = { predictions, labels: [], time: 'at', model: undefined }
  const read = await readOutcomes(engine, sides, own)
  if (!read.ok) throw new Error(JSON.stringify(read.diagnostics))
  const done = await writeStoredRows(engine, { path, rows, salt: '' }, sides, own, { to, groups: 2 })
  if (!done.ok) return done.state
  return await engine.query(`SELECT * FROM read_parquet('${to}')`)
}

const dealt = (rows: readonly object[]) =>
  rows.map((row, place) => ({ ...row, 'plumbline cohort': 0, 'plumbline group': (place + 1) % 2 }))

describe('writeStoredRows()', () => {
  test('writes two classes as the log and its labels call them', async () => {
    const log = 'at,id,prediction,probability_yes,class\n2025-01-06,a,no,0.2,\n2025-01-07,b,yes,0.8,yes\n'
    const columns = { positive: 'yes', targetType: 'string' } as const
    expect(await written(binary, log, columns)).toEqual(
      dealt([
        { prediction: 'no', class: 'no', probability_yes: 0.1 },
        { prediction: 'yes', class: 'no', probability_yes: 0.6 },
        { prediction: 'yes', class: 'yes', probability_yes: 0.9 },
      ]),
    )
  })

  test.each<[string, string, Omit<OutcomeColumns, 'id' | 'target' | 'task'>, readonly unknown[] | string]>([
    ['0 beside 1', '1', { positive: '1', targetType: 'integer' }, [0, 1, 1]],
    ['true beside false', 'false', { positive: 'false', targetType: 'boolean' }, [true, false, false]],
    [
      'nothing that nobody knows',
      'late',
      { positive: 'late', targetType: 'string' },
      'no row says what the negative class of "class" is called',
    ],
  ])('where the log holds one class alone, writes %s', async (_, only, columns, expected) => {
    const log = `at,id,prediction,probability,class\n2025-01-06,a,${only},0.9,${only}\n`
    const rows = await written(binary, log, columns)
    expect(typeof rows === 'string' ? rows : rows.map((row) => row['prediction'])).toEqual(expected)
  })

  test('refuses a target of more values than two', async () => {
    const log = 'at,id,prediction,probability,class\n2025-01-06,a,1,0.2,2\n2025-01-07,b,0,0.8,1\n'
    expect(await written(binary, log, { positive: '1', targetType: 'integer' })).toMatch(/more values than two/)
  })

  test('writes several classes, each with its probability, and numbers', async () => {
    const several: JudgedRows = {
      ...{ task: 'multiclass', rows: 2, slices: {}, classes: ['a', "b's"] },
      ...{ truth: Uint32Array.of(0, 1), predicted: Uint32Array.of(1, 1) },
      probabilities: Float64Array.of(0.4, 0.6, 0.3, 0.7),
    }
    const log = "at,id,prediction,probability_b's,probability_c,class\n2025-01-06,a,a,0.2,0.8,a\n"
    expect(await written(several, log, { positive: undefined, targetType: 'string', classes: ['a', "b's"] })).toEqual(
      dealt([
        { prediction: "b's", class: "b's", "probability_b's": 0.7 },
        { prediction: "b's", class: 'a', "probability_b's": 0.6 },
      ]),
    )
    const numbers: JudgedRows = {
      ...{ task: 'regression', rows: 2, slices: {} },
      ...{ truth: Float64Array.of(1.5, 1e-9), predicted: Float64Array.of(-2, 7) },
    }
    const prices = 'at,id,prediction,class\n2025-01-06,a,3,4\n'
    expect(await written(numbers, prices, { positive: undefined, targetType: 'number' })).toEqual(
      dealt([
        { prediction: 7, class: 1e-9 },
        { prediction: -2, class: 1.5 },
      ]),
    )
  })

  const labels =
    'id,class,amount,secret,late_by,note\na,1,10,x,1,m\nb,0,20,y,,m\nc,1,30,z,3,m\nd,0,40,z,4,m\nd,0,41,z,4,m\n'
  const salted = (id: string) => createHash('sha256').update(`salt${id}`).digest('hex')

  /** Both sides, where the log answered c and d and the release was judged by `judged`. */
  async function withLabels(judged: readonly string[]) {
    const folder = tempFolder({
      'log.csv': 'at,id,prediction,probability,class\n2025-01-06,c,0,0.2,\n2025-01-07,d,1,0.8,\n',
      'labels.csv': labels,
    })
    const [path, to, current] = ['p.parquet', 'r.parquet', 'c.parquet'].map((name) => join(folder, name))
    if (!path || !to || !current) throw new Error('three paths')
    const rows: JudgedRows = {
      ...{ task: 'binary', rows: judged.length, slices: {}, truth: Uint8Array.from(judged, () => 1) },
      ...{ predicted: Uint8Array.from(judged, () => 0), probability: Float64Array.from(judged, () => 0.5) },
    }
    await writeStoredPredictions(path, { rows, gates: [], minCount: 20 }, judged.map(salted))
    const [log, late] = await Promise.all(['log.csv', 'labels.csv'].map((name) => findNamedFiles(folder, name)))
    await using engine = await openReading({
      files: [...(log ?? []), ...(late ?? [])],
      otherPaths: [path, to, current],
    })
    const described = await describeAll(engine, [log ?? [], late ?? []])
    if (!described.ok) throw new Error(JSON.stringify(described.diagnostics))
    const [predictions = [], known = []] = described.value
    const base = contractOf({
      id: 'string',
      class: 'integer',
      amount: 'number',
      secret: 'string',
      late_by: 'integer',
      no: 'date',
      note: 'string',
    })
    const columns = base.columns.map((column) =>
      column.name === 'secret' ? { ...column, classification: 'internal' } : column,
    )
    const sides: OutcomeFiles = {
      ...{
        predictions,
        labels: known,
        labelContract: { ...base, columns },
        time: 'at',
        model: undefined,
        keeps: { mentionedIn: ['sum(Amount)', 'avg("late_by")', 'max(secret)'] },
      },
    }
    const own: OutcomeColumns = {
      ...{ id: 'id', target: 'class', task: 'binary', positive: '1', targetType: 'integer' },
    }
    const read = await readOutcomes(engine, sides, own)
    if (!read.ok) throw new Error(JSON.stringify(read.diagnostics))
    const done = await writeStoredRows(engine, { path, rows, salt: 'salt' }, sides, own, { to, groups: 2 })
    await writeOutcomeRows(engine, sides, own, { to: current, cohort: '0', groups: 2 })
    const readBack = (file: string) =>
      engine.query(`SELECT * EXCLUDE ("plumbline group", "plumbline cohort") FROM '${file}'`)
    return { done, reference: await readBack(to), log: await readBack(current) }
  }

  test('adds what the files of labels have, and no secret, to both sides, by id and pseudonym', async () => {
    const { done, reference, log } = await withLabels(['b', 'a'])
    expect(done).toEqual({ ok: true, lacking: { secret: 'the contract classifies it' } })
    const answer = { prediction: 0, class: 1, probability: 0.5 }
    const found = [
      { id: salted('a'), row: { ...answer, amount: 10, late_by: 1 } },
      { id: salted('b'), row: { ...answer, amount: 20, late_by: null } },
    ]
    expect(reference).toEqual(found.sort((one, other) => (one.id < other.id ? -1 : 1)).map(({ row }) => row))
    expect(log).toEqual([
      { amount: 30, late_by: 3, prediction: 0, class: 1, probability: 0.2 },
      // Two rows of d say different things.
      { amount: null, late_by: null, prediction: 1, class: 0, probability: 0.8 },
    ])
  })

  test('adds nothing to judged rows of which some have no label there any more, and says so', async () => {
    const { done, reference } = await withLabels(['a', 'e'])
    const why = '1 of the 2 judged rows are no longer in the files of labels'
    expect(done).toMatchObject({ lacking: { amount: why, late_by: why, secret: 'the contract classifies it' } })
    expect(reference.map((row) => Object.keys(row))).toEqual(
      Array(2)
        .fill('prediction class probability')
        .map((names: string) => names.split(' ')),
    )
  })
})
