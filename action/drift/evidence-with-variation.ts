import { chiSquareTail } from '../stats/chi-square-tail.ts'
import { approximateKsTail, meanSquareOfKolmogorov } from '../stats/kolmogorov-limit.ts'
import { limitWithVariation, tailWithVariation } from '../stats/tail-with-variation.ts'
import type { MeasuredRow } from './judge-rows.ts'
import { inflationOf, type NaturalVariation } from './natural-variation.ts'

/** The evidence of one question where it is known how much its column varies by itself. */
export interface VariedEvidence extends NaturalVariation {
  /** φ of the window that is judged. */
  readonly inflation: number
  /** The chance that sampling error and natural variation together reach the effect. */
  readonly pValue: number
}

/**
 * P(A + v T² ≥ x). x is nₑD² of numbers and X² of categories and shares; A is what sampling alone makes of it, Kolmogorov's
 * K² or chi-square; v = E[A] (φ − 1) is what the window's φ adds in the mean; and T is Student's t with the degrees of
 * freedom of φ. Why so, and not a test at nₑ / φ: variation that moves a column in one direction, such as up or down, adds a
 * squared *normal* error, whose tail is far heavier than that of K² scaled by φ; and since it is measured by few blocks, the
 * normal becomes a t. With φ = 1 it is the test by sampling, with many rows the t test of a window against K blocks.
 */
export function evidenceWithVariation(row: MeasuredRow, variation: NaturalVariation): VariedEvidence {
  const inflation = inflationOf(variation, row.effectiveRows)
  const { mean, tailOf } = samplingLawOf(row)
  const x = row.measure === 'ks' ? row.effectiveRows * row.statistic ** 2 : row.statistic
  const pValue = x > 0 ? tailWithVariation(x, mean * (inflation - 1), variation.degrees, tailOf) : 1
  return { ...variation, inflation, pValue }
}

/** The smallest effect that is sure to show at level `alpha` beyond what the column does by itself; see `smallestEffect()`. */
export function smallestEffectWithVariation(row: MeasuredRow, { inflation, degrees }: VariedEvidence, alpha: number) {
  const { mean, tailOf } = samplingLawOf(row)
  const x = limitWithVariation(alpha, mean * (inflation - 1), degrees, tailOf)
  return Math.min(1, Math.sqrt(x / (row.measure === 'ks' ? 1 : 4) / row.effectiveRows))
}

/** Of nₑD², or of X². */
function samplingLawOf({ measure, effectiveRows, degrees }: MeasuredRow) {
  return measure === 'ks'
    ? {
        mean: meanSquareOfKolmogorov,
        tailOf: (x: number) => approximateKsTail(effectiveRows, Math.sqrt(x / effectiveRows)),
      }
    : { mean: degrees, tailOf: (x: number) => chiSquareTail(x, degrees) }
}
