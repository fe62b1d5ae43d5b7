import { readFileSync } from 'node:fs'

import type { JudgedRows } from '../../action/evaluation/judged-rows.ts'

interface OracleValue {
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
}

interface OracleCase {
  readonly name: string
  readonly task: 'binary' | 'multiclass' | 'regression'
  readonly truth: readonly number[]
  readonly predicted: readonly number[]
  readonly probability?: readonly number[]
  readonly probabilities?: readonly number[]
  readonly classes?: readonly string[]
  readonly metrics: Readonly<Record<string, OracleValue>>
}

interface Oracle {
  /** Relative for numbers above 1, absolute below. */
  readonly tolerance: number
  readonly functions: readonly { readonly name: string; readonly rows: readonly (readonly number[])[] }[]
  readonly cases: readonly OracleCase[]
}

/** What `make-metrics.py` wrote. */
export const oracle: Oracle = JSON.parse(readFileSync(new URL('metrics.json', import.meta.url), 'utf8'))

export function isNear(actual: number | null, expected: number | null | undefined): boolean {
  if (actual === null || typeof expected !== 'number') return actual === expected
  return Math.abs(actual - expected) <= oracle.tolerance * Math.max(1, Math.abs(expected))
}

export function judgedRows(sample: OracleCase): JudgedRows {
  const shared = { rows: sample.truth.length, slices: {} }
  const { task, truth, predicted } = sample
  if (task === 'binary') {
    return {
      ...shared,
      task,
      truth: Uint8Array.from(truth),
      predicted: Uint8Array.from(predicted),
      probability: Float64Array.from(sample.probability ?? []),
    }
  }
  if (task === 'multiclass') {
    return {
      ...shared,
      task,
      classes: sample.classes ?? [],
      truth: Uint32Array.from(truth),
      predicted: Uint32Array.from(predicted),
      probabilities: Float64Array.from(sample.probabilities ?? []),
    }
  }
  return { ...shared, task, truth: Float64Array.from(truth), predicted: Float64Array.from(predicted) }
}
