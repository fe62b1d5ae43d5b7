import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openEngine } from '../../action/data/engine.ts'
import { joinPredictions } from '../../action/data/join-predictions.ts'
import { quoteText } from '../../action/data/quote.ts'
import type { ModelPolicy, ProgramStage, Project } from '../../action/project/project.ts'
import { contractOf } from '../support/contract.ts'
import { projectOf } from '../support/project.ts'
import { tempFolder, writeFiles } from '../support/temp-folder.ts'

const binary = { task: 'binary', positive: '1', target: 'y', id: 'id' } as const
const multiclass = { task: 'multiclass', target: 'y', id: 'id' } as const
const regression = { task: 'regression', target: 'y', id: 'id' } as const
const threeRows = "(1, 0, 'N'), (2, 1, 'S'), (3, 1, NULL)) v(id, y, region)"
const predict: ProgramStage = { name: 'predict', needs: [], run: 'x', out: {}, env: {}, secrets: [], line: 12 }

/** Truth as rows of VALUES; predictions as CSV, or as a SELECT that is written to Parquet. */
async function joined(
  model: Partial<ModelPolicy>,
  truth: string,
  predictions: string,
  by: readonly string[] = [],
  hidden: readonly string[] = [],
) {
  const folder = tempFolder()
  const truthFile = join(folder, 'truth.parquet')
  const isSelect = predictions.startsWith('SELECT')
  const predictionsFile = join(folder, isSelect ? 'predictions.parquet' : 'predictions.csv')
  await using engine = await openEngine()
  await engine.run(`COPY (SELECT * FROM (VALUES ${truth}) TO ${quoteText(truthFile)}`)
  if (isSelect) await engine.run(`COPY (${predictions}) TO ${quoteText(predictionsFile)}`)
  else writeFiles(folder, { 'predictions.csv': predictions })
  const gates = [{ name: 'g', metric: 'accuracy', by, minRows: 1, line: 20 }]
  const project: Project = { ...projectOf(folder, { model }), stages: [predict], gates }
  const columns = contractOf({ id: 'integer', y: 'string', region: 'string' }).columns
  const contract = {
    ...contractOf({}),
    columns: columns.map((column) => ({
      ...column,
      ...(hidden.includes(column.name) && { classification: 'restricted' }),
    })),
  }
  return joinPredictions({ project, contract, truthFile, predictionsFile })
}

async function codes(model: Partial<ModelPolicy>, predictions: string, truth = threeRows) {
  const read = await joined(model, truth, predictions)
  return read.ok ? [] : read.diagnostics.map(({ code }) => code)
}

describe('joinPredictions()', () => {
  test('joins binary predictions by id, whatever their order', async () => {
    const read = await joined(binary, threeRows, 'probability,prediction,id\n0.9,1,3\n0.2,0,1\n0.4,0,2\n', ['region'])
    expect(read).toEqual({
      ok: true,
      value: {
        task: 'binary',
        rows: 3,
        slices: { region: ['N', 'S', null] },
        truth: Uint8Array.of(0, 1, 1),
        predicted: Uint8Array.of(0, 0, 1),
        probability: Float64Array.of(0.2, 0.4, 0.9),
      },
    })
  })

  test.each([
    ['1::BIGINT', '1', '1'],
    ['1::BIGINT', '1', 'true'],
    ['1::BIGINT', '1', '1.0::DOUBLE'],
    ['1::BIGINT', '1', "'1'"],
    ['1.0::DOUBLE', '1', '1'],
    ['true', '1', '1'],
    ['true', 'true', 'true'],
    ["'yes'", 'yes', "'yes'"],
  ])('takes for one class: truth %s, positive %s, prediction %s', async (truth, positive, prediction) => {
    const read = await joined(
      { ...binary, positive },
      `(1, ${truth})) v(id, y)`,
      `SELECT 1 AS id, ${prediction} AS prediction, 0.5 AS probability`,
    )
    expect(read).toMatchObject({ ok: true, value: { truth: Uint8Array.of(1), predicted: Uint8Array.of(1) } })
  })

  test('joins the probabilities of several classes, also of one that training never saw', async () => {
    const truth = "(1, 'a'), (2, 'b'), (3, 'z')) v(id, y)"
    const read = await joined(
      multiclass,
      truth,
      'id,prediction,probability_b,probability_a\n1,a,0.25,0.75\n2,a,0.5,0.5\n3,b,1,0\n',
    )
    expect(read).toMatchObject({
      ok: true,
      value: {
        classes: ['a', 'b', 'z'],
        truth: Uint32Array.of(0, 1, 2),
        predicted: Uint32Array.of(0, 0, 1),
        probabilities: Float64Array.of(0.75, 0.25, 0, 0.5, 0.5, 0, 0, 1, 0),
      },
    })
  })

  test('joins numbers', async () => {
    const read = await joined(regression, threeRows, 'id,prediction\n1,0.5\n2,-1e3\n3,2\n')
    expect(read).toMatchObject({
      ok: true,
      value: { truth: Float64Array.of(0, 1, 1), predicted: Float64Array.of(0.5, -1000, 2) },
    })
  })

  test.each([
    ['a missing id', 'id,prediction,probability\n1,0,0.1\n2,1,0.5\n', ['stage/predictions-missing']],
    [
      'a repeated id',
      'id,prediction,probability\n1,0,0.1\n2,1,0.5\n3,1,0.9\n3,1,0.9\n',
      ['stage/predictions-duplicate'],
    ],
    ['an unknown id', 'id,prediction,probability\n1,0,0.1\n2,1,0.5\n3,1,0.9\n4,1,0.9\n', ['stage/predictions-unknown']],
    [
      'an id that is none',
      'id,prediction,probability\n1,0,0.1\n2,1,0.5\nx,1,0.9\n',
      ['stage/predictions-missing', 'stage/predictions-unknown'],
    ],
    ['no prediction', 'id,prediction,probability\n1,0,0.1\n2,,0.5\n3,1,0.9\n', ['stage/predictions-value']],
    [
      'a probability above 1',
      'id,prediction,probability\n1,0,0.1\n2,1,1.5\n3,1,0.9\n',
      ['stage/predictions-probability'],
    ],
    [
      'a probability of NaN',
      'id,prediction,probability\n1,0,nan\n2,1,0.5\n3,1,0.9\n',
      ['stage/predictions-probability'],
    ],
    ['no column of probabilities', 'id,prediction\n1,0\n', ['stage/predictions-column']],
    ['no column of predictions', 'id,predicton,probability\n1,0,0.1\n', ['stage/predictions-column']],
    ['an unknown class', 'id,prediction,probability\n1,0,0.1\n2,1,0.5\n3,7,0.9\n', ['stage/predictions-class']],
    ['nothing', '', ['stage/predictions-file']],
    ['a header alone', 'id,prediction,probability\n', ['stage/predictions-file']],
    ['a ragged row', 'id,prediction,probability\n1,0,0.1\n2,1,0.5\n3,1,0.9,4\n', ['stage/predictions-file']],
    [
      'several faults',
      'id,prediction,probability\n1,,7\n1,1,0.5\n',
      [
        'stage/predictions-missing',
        'stage/predictions-duplicate',
        'stage/predictions-value',
        'stage/predictions-probability',
      ],
    ],
  ])('tells all that is wrong: %s', async (_, predictions, expected) => {
    expect(await codes(binary, predictions)).toEqual(expected)
  })

  test('refuses a number that is not finite', async () => {
    expect(await codes(regression, 'id,prediction\n1,nan\n2,inf\n3,x\n')).toEqual(['stage/predictions-value'])
  })

  test('refuses probabilities that do not add up, and a misspelt class', async () => {
    const truth = "(1, 'north'), (2, 'south')) v(id, y)"
    const predictions = 'id,prediction,probability_north,probability_sotuh\n1,north,0.5,0.4\n2,north,0.5,0.5\n'
    expect(await codes(multiclass, predictions, truth)).toEqual(['stage/predictions-sum', 'stage/predictions-column'])
  })

  test('names counts, ids and the stage’s line', async () => {
    const read = await joined(binary, threeRows, 'id,prediction,probability\n1,0,0.1\n')
    expect(read).toMatchObject({
      diagnostics: [
        {
          file: 'plumbline.yaml',
          line: 12,
          message: 'Cannot judge the predictions: 2 test rows have no prediction (2, 3)',
        },
      ],
    })
  })

  test('names slices of a classified column by their place alone', async () => {
    const truth = "(1, 0, 'Ndola'), (2, 1, 'Split'), (3, 1, NULL), (4, 0, 'Ndola')) v(id, y, region)"
    const predictions = 'id,prediction,probability\n1,0,0.1\n2,1,0.9\n3,1,0.8\n4,0,0.2\n'

    const read = await joined(binary, truth, predictions, ['region'], ['region'])

    const named = await joined(
      multiclass,
      "(1, 'north'), (2, 'south')) v(id, y)",
      'id,prediction,probability_north,probability_south\n1,north,0.6,0.4\n2,north,0.5,0.5\n',
      [],
      ['y'],
    )
    expect(named).toMatchObject({ value: { classes: ['value 1', 'value 2'] } })
    expect(read).toMatchObject({ value: { slices: { region: ['value 1', 'value 2', null, 'value 1'] } } })
  })

  test.each([
    ['id,prediction,probability_north,probability_south\n1,north,0.5,0.5\n2,east,0.5,0.5\n'],
    ['id,prediction,probability_north,probability_sotuh\n1,north,0.5,0.4\n2,north,0.5,0.5\n'],
    ['id,prediction,probability_north,probability_south\n1,north,7,0.4\n2,north,0.5,0.5\n'],
    ['id,predicted,probability_north,probability_south\n1,north,0.6,0.4\n2,north,0.5,0.5\n'],
  ])('names no class of a classified target: %s', async (predictions) => {
    const read = await joined(multiclass, "(1, 'north'), (2, 'south')) v(id, y)", predictions, [], ['y'])

    expect(read.ok).toBe(false)
    expect(JSON.stringify(read)).not.toMatch(/north|south|sotuh|east/)
  })

  test('names the gate that slices by a column that is not there', async () => {
    const read = await joined(regression, threeRows, 'id,prediction\n1,1\n2,1\n3,1\n', ['regoin'])
    expect(read).toMatchObject({
      diagnostics: [{ code: 'gate/unknown-column', line: 20, remedy: 'Did you mean "region"?' }],
    })
  })
})
