import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { describeFiles } from '../../action/data/describe-files.ts'
import { openEngine } from '../../action/data/engine.ts'
import { findPredictionLog } from '../../action/data/find-prediction-log.ts'
import { loadLoggedAnswers } from '../../action/data/load-logged-answers.ts'
import { quoteText } from '../../action/data/quote.ts'
import type { LogicalType } from '../../action/project/contract.ts'
import type { ModelPolicy } from '../../action/project/project.ts'
import { contractOf } from '../support/contract.ts'
import { projectOf } from '../support/project.ts'
import { tempFolder, writeFiles } from '../support/temp-folder.ts'

interface Given {
  readonly model?: Partial<ModelPolicy>
  readonly types?: Readonly<Record<string, LogicalType>>
  /** Rows as VALUES of id and moment. */
  readonly rows?: string
  /** CSV, or a SELECT that is written to Parquet. */
  readonly log: string
}

const twoRows = "(1, TIMESTAMP '2025-01-06'), (2, TIMESTAMP '2025-01-07')"
const header = 'at,id,prediction,probability,model'

async function loaded({ model, types, rows = twoRows, log }: Given) {
  const folder = tempFolder()
  await using engine = await openEngine()
  if (log.startsWith('SELECT')) {
    writeFiles(folder, { 'log/.keep': '' })
    await engine.run(`COPY (${log}) TO ${quoteText(join(folder, 'log/a.parquet'))}`)
  } else writeFiles(folder, { 'log/a.csv': log })
  const described = await describeFiles(engine, await findPredictionLog(folder, 'log'))
  if (!described.ok) throw new Error(JSON.stringify(described))
  const contract = contractOf({ id: 'integer', ts: 'timestamp', y: 'integer', ...types })
  await engine.run(`CREATE TEMP TABLE source AS SELECT * FROM (VALUES ${rows}) v(id, ts)`)
  const project = projectOf(folder, {
    model: { task: 'binary', target: 'y', positive: '1', id: 'id', time: 'ts', ...model },
  })
  const read = await loadLoggedAnswers({ engine, relation: 'source', project, contract }, described.value, 'v1')
  if (!read.ok) return { diagnostics: read.diagnostics }
  const { sample, ...counts } = read.value
  const found = await engine.query<{ moment: string; prediction: unknown }>(
    `SELECT CAST(moment AS VARCHAR) AS moment, prediction FROM ${sample.relation} ORDER BY 1`,
  )
  return { counts, answers: found.map(({ moment, prediction }) => [moment.slice(0, 10), prediction]) }
}

describe('loadLoggedAnswers', () => {
  test('gives rows what the release answered them, at the time of the row', async () => {
    const log = `${header}\n2025-02-01,1,1,0.75,v1\n2025-02-01,2,0,0.25,v2\n2025-02-01,3,0,0.5,v1\n`
    expect(await loaded({ log })).toEqual({
      answers: [['2025-01-06', 0.75]],
      counts: { rows: 1, emptyRows: 0, repeatedRows: 0, others: ['v2'] },
    })
  })

  test('takes the first answer that says something, whatever the order of lines', async () => {
    const lines = ['2025-02-03,1,1,0.9,v1', '2025-02-02,1,1,0.8,v1', '2025-02-01,1,1,NaN,v1', '2025-02-01,2,1,,v1']
    for (const order of [lines, lines.toReversed()]) {
      expect(await loaded({ log: `${header}\n${order.join('\n')}\n` })).toEqual({
        answers: [
          ['2025-01-06', 0.8],
          ['2025-01-07', null],
        ],
        counts: { rows: 2, emptyRows: 1, repeatedRows: 1, others: [] },
      })
    }
  })

  test('finds ids and classes as the contract types them, and answers that are infinite', async () => {
    const log = "SELECT TIMESTAMP '2025-02-01' AS at, 1.0 AS id, 2.0 AS prediction, 'v1' AS model"
    expect((await loaded({ log, model: { task: 'multiclass' } })).answers).toEqual([['2025-01-06', '2']])
    const text = `${header}\n2025-02-01,1,many,0,v1\n2025-02-01,2,-inf,0,v1\n`
    expect(await loaded({ log: text, model: { task: 'regression' } })).toMatchObject({
      answers: [
        ['2025-01-06', null],
        ['2025-01-07', -Infinity],
      ],
      counts: { emptyRows: 1 },
    })
  })

  test('reads the probability of the positive class where it is called by it', async () => {
    const log = `at,id,prediction,probability_1,model\n2025-02-01,1,1,0.75,v1\n`
    expect((await loaded({ log })).answers).toEqual([['2025-01-06', 0.75]])
  })

  test.each([
    ['at,id,prediction,model\n2025-02-01,1,1,v1\n', ['probability']],
    ['id,prediction,probability\n1,1,0.5\n', ['at', 'model']],
    ['at,parcel,prediction,probability,model\n2025-02-01,1,1,0.5,v1\n', ['id']],
  ])('names the columns that %j lacks', async (log, lacking) => {
    const { diagnostics } = await loaded({ log })
    expect(diagnostics?.map(({ code, file }) => [code, file])).toEqual(
      lacking.map(() => ['drift/prediction-log', 'log/a.csv']),
    )
    expect(diagnostics?.map(({ message }) => /no column "(\w+)"/.exec(message)?.[1])).toEqual(lacking)
  })
})
