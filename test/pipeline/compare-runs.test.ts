import { describe, expect, test } from 'vitest'

import { changedCode } from '../../action/pipeline/changed-files.ts'
import { compareRuns } from '../../action/pipeline/compare-runs.ts'
import { runRecord } from '../support/candidate.ts'
import { tinyProject } from '../support/tiny-project.ts'

const auc = (value: number | null, low?: number, high?: number) =>
  ({ name: 'roc_auc', value, better: 'higher', rows: 9, ...(low && { low }), ...(high && { high }) }) as const

describe('compareRuns()', () => {
  test('finds nothing between a run and itself', () => {
    const { facts, params, metrics, selfReported, gates, stages, isSameData } = compareRuns(runRecord(), runRecord())
    for (const sides of [facts, params, metrics, selfReported, gates, stages]) {
      expect(sides.filter(({ isSame }) => !isSame)).toEqual([])
    }
    expect(isSameData).toBe(true)
  })

  test('tells judged and self-reported numbers apart, and what only one run has', () => {
    const before = runRecord({ params: { depth: 6, old: true }, selfReported: { roc_auc: 0.99, loss: 1 } })
    const after = runRecord({ params: { depth: 8 }, selfReported: { loss: 0.5 }, metrics: [auc(0.9, 0.88, 0.92)] })

    const { params, metrics, selfReported } = compareRuns(before, after)

    expect(params).toEqual([
      { name: 'depth', before: '6', after: '8', isSame: false },
      { name: 'old', before: 'true', after: undefined, isSame: false },
    ])
    expect(metrics).toMatchObject([{ name: 'roc_auc', difference: expect.closeTo(0.039, 10), overlaps: false }])
    expect(selfReported).toEqual([
      { name: 'loss', before: 1, after: 0.5, isSame: false, difference: -0.5 },
      { name: 'roc_auc', before: 0.99, after: undefined, isSame: false, difference: null },
    ])
  })

  test.each([
    [auc(0.8, 0.7, 0.9), auc(0.85, 0.9, 0.95), true],
    [auc(0.8, 0.7, 0.84), auc(0.9, 0.85, 0.95), false],
    [auc(0.8), auc(0.9, 0.85, 0.95), null],
    [auc(null), auc(null), null],
  ])('says of %j and %j that their intervals overlap: %s', (before, after, overlaps) => {
    const [metric] = compareRuns(runRecord({ metrics: [before] }), runRecord({ metrics: [after] })).metrics
    expect(metric?.overlaps).toBe(overlaps)
  })

  test('knows a test set of other rows', () => {
    const { data, split } = runRecord()
    const other = runRecord({ data: { ...data, digest: 'f'.repeat(64) } })
    expect(compareRuns(runRecord(), other).isSameData).toBe(false)
    const shorter = runRecord({ split: split && { ...split, test: 7 } })
    expect(compareRuns(runRecord(), shorter).isSameData).toBe(false)
    expect(compareRuns(runRecord({ split: null }), runRecord({ split: null })).isSameData).toBe(false)
  })

  test('takes names such as __proto__ for names', () => {
    const params = JSON.parse('{"__proto__": 1, "constructor": 2}') as Record<string, number>
    const { params: sides } = compareRuns(runRecord({ params: {} }), runRecord({ params }))
    expect(sides.map(({ name, before, after }) => [name, before, after])).toEqual([
      ['__proto__', undefined, '1'],
      ['constructor', undefined, '2'],
    ])
  })
})

describe('changedCode()', () => {
  test('names the files between two commits, and knows what it does not know', async () => {
    const project = await tinyProject()
    const commit = async (message: string) => {
      await project.git('add', '--all')
      await project.git('commit', '--quiet', '--message', message)
      return project.git('rev-parse', 'HEAD')
    }
    const before = await commit('one')
    project.write('train.mjs', 'changed')
    project.write('a new.mjs', '')
    await project.git('rm', '--quiet', 'predict.mjs')
    const after = await commit('two')

    expect(await changedCode(project.folder, before, after)).toEqual({
      added: ['a new.mjs'],
      removed: ['predict.mjs'],
      changed: ['train.mjs'],
    })
    expect(await changedCode(project.folder, before, '1'.repeat(40))).toBeNull()
    expect(await changedCode(project.folder, null, after)).toBeNull()
    expect(await changedCode(project.folder, before, '--output=/tmp/x')).toBeNull()
  })
})
