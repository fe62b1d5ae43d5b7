import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { readStoredPredictions, writeStoredPredictions } from '../../action/data/stored-predictions.ts'
import { judgeGates } from '../../action/evaluation/judge-gates.ts'
import type { JudgedRows } from '../../action/evaluation/judged-rows.ts'
import { measureMetrics } from '../../action/evaluation/measure.ts'
import { recomputeGates } from '../../action/evaluation/recompute-gates.ts'
import type { Gate } from '../../action/project/project.ts'
import { tempFolder } from '../support/temp-folder.ts'

const count = 500
const each = (value: (row: number) => number) => Array.from({ length: count }, (_, row) => value(row))
const noise = (row: number) => ((row * 7919) % 1009) / 1009
const slices = {
  'region, "the" one': each((row) => row % 12).map((code) => (code === 7 ? null : `value, ${code}\n"x"`)),
}
const classes = ['b,"1"', 'a', 'c']

const judged: Readonly<Record<JudgedRows['task'], JudgedRows>> = {
  binary: {
    task: 'binary',
    rows: count,
    slices,
    truth: Uint8Array.from(each((row) => (noise(row + 3) > 0.6 ? 1 : 0))),
    predicted: Uint8Array.from(each((row) => (noise(row) > 0.5 ? 1 : 0))),
    probability: Float64Array.from(each((row) => noise(row) / 3 + noise(row + 3) / 1.7)),
  },
  multiclass: {
    task: 'multiclass',
    rows: count,
    slices,
    classes,
    truth: Uint32Array.from(each((row) => row % 3)),
    predicted: Uint32Array.from(each((row) => (row + Math.floor(noise(row) * 1.5)) % 3)),
    probabilities: Float64Array.from(
      Array.from({ length: count * 3 }, (_, at) => (noise(at) + ((at / 3) % 3 === at % 3 ? 1 : 0)) / 3),
    ),
  },
  regression: {
    task: 'regression',
    rows: count,
    slices,
    truth: Float64Array.from(each((row) => noise(row) * 1e-7 + row)),
    predicted: Float64Array.from(each((row) => row * 1.000_000_1 - 0.1)),
  },
}

const gateOf = (metric: string, more: Partial<Gate>): Gate => ({
  name: metric,
  metric,
  by: [],
  minRows: 10,
  line: 0,
  ...more,
})
const gates: Readonly<Record<JudgedRows['task'], readonly Gate[]>> = {
  binary: [gateOf('roc_auc', { min: 0.5 }), gateOf('accuracy', { min: 0.4, by: Object.keys(slices), minRows: 42 })],
  multiclass: [gateOf('f1', { min: 0.9 }), gateOf('accuracy', { min: 0.4, by: Object.keys(slices) })],
  regression: [gateOf('rmse', { max: 1 }), gateOf('mae', { max: 0.2, by: Object.keys(slices) })],
}

describe.each(['binary', 'multiclass', 'regression'] as const)('stored predictions of a %s model', (task) => {
  const rows = judged[task]
  const judgement = { rows, gates: gates[task], minCount: 20 }
  const pseudonyms = each((row) => row).map((row) => `f${row.toString(16).padStart(8, '0')}`)

  test('judge as the rows themselves did, to the last digit, and every claim beside that is named', async () => {
    const folder = tempFolder()
    const [file, again] = [join(folder, "it's.parquet"), join(folder, 'again.parquet')]
    await writeStoredPredictions(file, judgement, pseudonyms)
    await writeStoredPredictions(again, judgement, pseudonyms)
    expect(readFileSync(file).equals(readFileSync(again))).toBe(true)
    expect(readFileSync(file).toString('latin1')).not.toContain('value, 3')

    const { rows: stored, ...policy } = await readStoredPredictions(file)
    const metrics = measureMetrics(rows)
    const claimed = { metrics, gates: judgeGates(gates[task], rows, metrics, 20) }
    expect(recomputeGates(stored, policy, claimed)).toEqual([])

    const [first, ...others] = metrics
    const lied = [{ ...first!, value: 0.123 }, ...others]
    expect(recomputeGates(stored, policy, { ...claimed, metrics: lied })).toEqual([
      expect.stringContaining(`metric ${first?.name}: `),
    ])
    const [gate, ...rest] = claimed.gates
    const flipped = { ...gate!, kind: gate?.kind === 'pass' ? 'fail' : 'pass' } as const
    expect(recomputeGates(stored, policy, { ...claimed, gates: [flipped, ...rest] })).toHaveLength(1)
    expect(recomputeGates(stored, policy, { ...claimed, gates: [{ ...gate!, min: -9 }, ...rest] })).toHaveLength(1)
    expect(recomputeGates(stored, policy, { ...claimed, gates: rest })).toHaveLength(1)
  })
})

test('readStoredPredictions() says what is wrong with a file of somebody else', async () => {
  const folder = tempFolder({ 'text.parquet': 'no Parquet at all' })
  await expect(readStoredPredictions(join(folder, 'text.parquet'))).rejects.toThrow(/parquet/i)
})
