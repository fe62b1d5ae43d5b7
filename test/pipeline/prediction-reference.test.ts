import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { openEngine } from '../../action/data/engine.ts'
import { quoteText } from '../../action/data/quote.ts'
import { readReference } from '../../action/drift/reference-json.ts'
import { countPredictionReference, keepPredictionReference } from '../../action/pipeline/prediction-reference.ts'
import type { Contract, LogicalType } from '../../action/project/contract.ts'
import type { ModelPolicy } from '../../action/project/project.ts'
import { contractOf } from '../support/contract.ts'
import { projectOf } from '../support/project.ts'
import { tempFolder } from '../support/temp-folder.ts'

const binary = { task: 'binary', target: 'y', positive: '1', id: 'parcel', time: 'at' } as const
const { time: _, ...timeless } = binary
const multiclass = { task: 'multiclass', target: 'y', id: 'parcel', time: 'at' } as const
const regression = { task: 'regression', target: 'y', id: 'parcel', time: 'at' } as const

interface Given {
  readonly model: Partial<ModelPolicy>
  /** SQL of the target, of the time and of the answer, of the row `i`. */
  readonly truth: string
  readonly time?: string
  readonly answer: string
  readonly types?: Readonly<Record<string, LogicalType>>
  readonly isClassified?: boolean
}

/** 4,000 rows, one each half hour of twelve weeks. */
async function judged({ model, truth, time, answer, types, isClassified = false }: Given) {
  const folder = tempFolder()
  const [truthFile, predictionsFile] = [join(folder, 'truth.parquet'), join(folder, 'predictions.parquet')]
  const at = time ?? `TIMESTAMP '2025-01-06' + to_minutes(CAST(i * 30 AS INTEGER))`
  await using engine = await openEngine()
  const rows = (select: string, file: string) =>
    engine.run(`COPY (SELECT 'p' || i AS parcel, ${select} FROM range(4000) t(i)) TO ${quoteText(file)}`)
  await rows(`${at} AS "at", ${truth} AS y`, truthFile)
  await rows(answer, predictionsFile)
  const plain = contractOf({ parcel: 'string', at: 'timestamp', y: 'integer', ...types })
  const contract: Contract = {
    ...plain,
    columns: plain.columns.map((column) =>
      column.name === 'y' && isClassified ? { ...column, classification: 'confidential' } : column,
    ),
  }
  return { project: projectOf(folder, { model }), contract, truthFile, predictionsFile }
}

async function counted(given: Given) {
  return await countPredictionReference(await judged(given))
}

const score = 'i % 2 AS prediction, (i % 100) / 100.0 AS probability'

describe('countPredictionReference', () => {
  test('counts the score of two classes in blocks of the rows’ time', async () => {
    const stored = await counted({ model: binary, truth: 'i % 2', answer: score })
    expect(stored?.blocks).toHaveLength(12)
    expect(stored?.blocks[0]).toMatchObject({ sinceMs: Date.UTC(2025, 0, 6), rows: 336 })
    const [column] = stored?.columns ?? []
    expect(stored?.columns).toHaveLength(1)
    expect(column).toMatchObject({ name: 'prediction', kind: 'number' })
    const rows = column?.kind === 'number' ? column.blocks.map(({ counts }) => counts.reduce((a, b) => a + b, 0)) : []
    expect(rows).toEqual(stored?.blocks.map((block) => block.rows))
  })

  test('counts numbers, and numbers that all differ are no ids', async () => {
    const stored = await counted({
      model: regression,
      truth: 'i',
      answer: 'i * 3 AS prediction',
      types: { y: 'number' },
    })
    expect(stored?.columns).toMatchObject([{ name: 'prediction', kind: 'number' }])
  })

  test('counts the class of several, and no name of a class that few rows are answered with', async () => {
    const answer = `CASE WHEN i < 3 THEN 'Canary' WHEN i % 3 = 0 THEN 'north' ELSE 'south' END AS prediction,
      CASE WHEN i % 3 = 0 THEN 1.0 ELSE 0.0 END AS probability_north,
      CASE WHEN i % 3 = 0 THEN 0.0 ELSE 1.0 END AS probability_south`
    const stored = await counted({ model: multiclass, truth: "'north'", answer, types: { y: 'string' } })
    expect(stored?.columns).toMatchObject([{ kind: 'category', values: ['north', 'south'] }])
    expect(JSON.stringify(stored)).not.toMatch(/Canary/)
  })

  test('keeps nothing of the answers where the contract classifies what is answered', async () => {
    const stored = await counted({ model: binary, truth: 'i % 2', answer: score, isClassified: true })
    expect(stored?.columns).toEqual([
      {
        name: 'prediction',
        kind: 'not judged',
        because: 'the contract classifies it: nothing is kept of its values',
      },
    ])
  })

  test.each([
    ['there is no time', { model: timeless }],
    ['the time is a year', { model: binary, time: '2000 + i % 20', types: { at: 'integer' } as const }],
  ])('is nothing where %s', async (_name, given) => {
    expect(await counted({ truth: 'i % 2', answer: score, ...given })).toBeUndefined()
  })
})

describe('keepPredictionReference', () => {
  test('writes what drift reads, the same bytes of the same rows, and nothing where everybody reads along', async () => {
    const { project, contract, truthFile, predictionsFile } = await judged({
      model: binary,
      truth: 'i % 2',
      answer: score,
    })
    const files = { truth: truthFile, predictions: predictionsFile }
    const keep = async (name: string, environment = {}) =>
      await keepPredictionReference({ project, contract }, files, environment, join(project.folder, name))
    expect(await keep('one.json')).toBe(true)
    expect(await keep('other.json')).toBe(true)
    const [one, other] = await Promise.all(
      ['one', 'other'].map((name) => readFile(join(project.folder, `${name}.json`), 'utf8')),
    )
    expect(one).toBe(other)
    expect(readReference(one ?? '')).toEqual({
      ok: true,
      reference: await countPredictionReference({ project, contract, truthFile, predictionsFile }),
    })
    expect(await keep('public.json', { GITHUB_ACTIONS: 'true' })).toBe(false)
  })
})
