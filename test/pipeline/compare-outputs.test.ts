import { describe, expect, test } from 'vitest'

import { compareOutputs, differingRoots } from '../../action/pipeline/compare-outputs.ts'
import type { RunRecord } from '../../action/pipeline/run-record.ts'
import { runRecord } from '../support/candidate.ts'

const then: RunRecord = runRecord()

function withStage(record: RunRecord, name: string, outputs: Readonly<Record<string, string>>): RunRecord {
  return { ...record, stages: record.stages.map((stage) => (stage.name === name ? { ...stage, outputs } : stage)) }
}

describe('compareOutputs()', () => {
  test('is the same of a record and itself', () => {
    expect(compareOutputs(then, then)).toMatchObject({ isSame: true, environment: [] })
  })

  test('names an output of other bytes, and one that was not made', () => {
    const [stage] = then.stages
    if (!stage) throw new Error('the record has no stage')
    const before = withStage(then, stage.name, { model: 'a'.repeat(64), log: 'c'.repeat(64) })
    const after = withStage(then, stage.name, { model: 'b'.repeat(64) })

    const { isSame, outputs } = compareOutputs(before, after)

    expect(isSame).toBe(false)
    expect(outputs.filter((side) => !side.isSame)).toEqual([
      { stage: stage.name, output: 'model', before: 'a'.repeat(64), after: 'b'.repeat(64), isSame: false },
      { stage: stage.name, output: 'log', before: 'c'.repeat(64), after: null, isSame: false },
    ])
  })

  test('names a metric in its last digit, and the interpreter, which decides nothing', () => {
    const [metric] = then.metrics
    if (!metric || metric.value === null) throw new Error('the record has no metric')
    const other = { ...then, metrics: [{ ...metric, value: metric.value + Number.EPSILON }, ...then.metrics.slice(1)] }
    const elsewhere = { ...then, environment: { ...then.environment, python: '3.99.0' } }

    expect(compareOutputs(then, other).metrics[0]).toMatchObject({ name: metric.name, isSame: false })
    expect(compareOutputs(then, elsewhere)).toMatchObject({
      isSame: true,
      environment: [{ name: 'python', before: then.environment.python, after: '3.99.0' }],
    })
  })
})

describe('differingRoots()', () => {
  const graph = [
    { name: 'split', job: 'prepare', needs: [] },
    { name: 'tune', job: 'train', needs: ['split'] },
    { name: 'train', job: 'train', needs: ['tune'] },
    { name: 'predict', job: 'train', needs: ['train'] },
    { name: 'plot', job: 'train', needs: ['split'] },
    { name: 'gate', job: 'judge', needs: ['predict'] },
    { name: 'refit', job: 'refit', needs: ['gate'] },
  ] as const
  const side = (stage: string, isSame: boolean) => ({ stage, output: 'o', before: 'a', after: 'b', isSame })

  test.each([
    [['tune', 'train', 'predict'], ['tune']],
    [['train', 'refit'], ['train']],
    [
      ['predict', 'plot'],
      ['predict', 'plot'],
    ],
    [['refit'], ['refit']],
    [[], []],
  ])('of %s are %s', (differing, roots) => {
    const sides = graph.map(({ name }) => side(name, !(differing as readonly string[]).includes(name)))
    expect(differingRoots(sides, graph)).toEqual(roots)
  })
})
