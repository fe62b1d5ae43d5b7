import type { JudgedRows } from '../../action/evaluation/judged-rows.ts'
import { generator } from './drift-streams.ts'

export interface RandomNumbers {
  /** 0 (included) to 1. */
  uniform(): number
  /** Standard normal. */
  normal(): number
}

/** The same numbers for the same seed, everywhere. */
export function randomNumbers(seed: number): RandomNumbers {
  const uniform = generator(seed)
  return { uniform, normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()) }
}

/**
 * Rows of a model that says P = 1 / (1 + e^(−1.5 x)) of x ~ N(0, 1), which is what happens where `slope` is 1.5. Less of it is
 * another concept: the same x, the same predictions, other outcomes.
 */
export function scoredRows(random: RandomNumbers, rows: number, slope = 1.5): JudgedRows & { task: 'binary' } {
  const x = Float64Array.from({ length: rows }, () => random.normal())
  const probability = x.map((value) => 1 / (1 + Math.exp(-1.5 * value)))
  return {
    task: 'binary',
    rows,
    slices: {},
    truth: Uint8Array.from(x, (value) => Number(random.uniform() < 1 / (1 + Math.exp(-slope * value)))),
    predicted: Uint8Array.from(probability, (value) => Number(value >= 0.5)),
    probability,
  }
}
