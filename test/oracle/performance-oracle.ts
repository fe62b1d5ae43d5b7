import { readFileSync } from 'node:fs'

import type { JudgedRows } from '../../action/evaluation/judged-rows.ts'
import type { MetricName } from '../../action/project/metric-kinds.ts'

interface Labelled {
  readonly task: 'binary' | 'multiclass' | 'regression'
  readonly classes?: readonly string[]
  readonly truth: readonly number[]
  readonly predicted: readonly number[]
  readonly probability?: readonly number[]
  readonly probabilities?: readonly number[]
}

export interface Scored {
  readonly truth?: readonly number[]
  readonly called: readonly number[]
  /** Row by row, one, or one a class. */
  readonly score: readonly number[]
}

interface Oracle {
  /** Relative for numbers above 1, absolute below. */
  readonly tolerance: number
  readonly jackknifeTolerance: number
  readonly sequences: readonly {
    readonly alpha: number
    readonly estimate: number
    readonly standardError: number
    readonly mixture: number
    readonly low: number
    readonly high: number
  }[]
  readonly errors: readonly (Labelled & { readonly errors: Readonly<Partial<Record<MetricName, number>>> })[]
  readonly curves: readonly { readonly [key in 'x' | 'y' | 'at' | 'height']: readonly number[] }[]
  readonly calibrationErrors: readonly {
    readonly probability: readonly number[]
    readonly outcome: readonly number[]
    readonly error: number
  }[]
  readonly estimates: readonly {
    readonly task: 'binary' | 'multiclass'
    readonly classes?: readonly string[]
    readonly reference: Scored
    readonly current: Scored
    readonly raw: Readonly<Record<string, number>>
    readonly calibrated: Readonly<Record<string, number>>
  }[]
}

/** What `make-performance.py` wrote. */
export const oracle: Oracle = JSON.parse(readFileSync(new URL('performance.json', import.meta.url), 'utf8'))

export function isNear(actual: number, expected: number, tolerance = oracle.tolerance): boolean {
  return Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected))
}

export function labelledRows({ task, classes, truth, predicted, probability, probabilities }: Labelled): JudgedRows {
  const shared = { rows: truth.length, slices: {} }
  if (task === 'regression') {
    return { ...shared, task, truth: Float64Array.from(truth), predicted: Float64Array.from(predicted) }
  }
  if (task === 'binary') {
    const labels = { truth: Uint8Array.from(truth), predicted: Uint8Array.from(predicted) }
    return { ...shared, task, ...labels, probability: Float64Array.from(probability ?? []) }
  }
  const labels = { truth: Uint32Array.from(truth), predicted: Uint32Array.from(predicted) }
  return { ...shared, task, classes: classes ?? [], ...labels, probabilities: Float64Array.from(probabilities ?? []) }
}
