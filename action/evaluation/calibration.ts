import { fitRising, heightAt, type RisingCurve } from '../stats/isotonic.ts'
import { mean, sumOver } from '../stats/sum.ts'
import { rocAuc } from './roc-auc.ts'

/** How a score becomes the probability of what it is a score of; null where it is one already. */
export type Calibration = RisingCurve | null

const folds = 10
const bins = 10

/**
 * Fits a calibration (isotonic) to scores with their outcomes, 1 or 0, if that makes the expected calibration error smaller:
 * measured on rows that were not fitted, each tenth row in turn. One class alone, or a score that parts the classes (an area
 * of more than 0.999), is left as it is, as NannyML does.
 */
export function fitCalibration(score: Float64Array, outcome: ArrayLike<number>): Calibration {
  const area = rocAuc(outcome, score)
  if (area.kind === 'undefined' || area.value > 0.999 || score.length < 2 * folds) return null
  const calibrated = new Float64Array(score.length)
  for (let fold = 0; fold < folds; fold++) {
    const isFitted = (_: number, row: number) => row % folds !== fold
    const curve = fitRising(score.filter(isFitted), Float64Array.from(outcome).filter(isFitted))
    for (let row = fold; row < score.length; row += folds) calibrated[row] = heightAt(curve, score[row] ?? Number.NaN)
  }
  if (!(calibrationError(calibrated, outcome) < calibrationError(score, outcome))) return null
  return fitRising(score, outcome)
}

export function calibrate(calibration: Calibration, score: Float64Array): Float64Array {
  return calibration ? score.map((value) => heightAt(calibration, value)) : score
}

/**
 * The expected calibration error: Σ share · |mean probability − mean outcome| over ten groups of equally many rows by their
 * probability; the last takes what is left over.
 */
export function calibrationError(probability: Float64Array, outcome: ArrayLike<number>): number {
  const count = probability.length
  const order = Uint32Array.from({ length: count }, (_, row) => row).sort(
    (one, other) => (probability[one] ?? 0) - (probability[other] ?? 0),
  )
  const groups = Math.min(bins, Math.floor(count / 2))
  const width = Math.floor(count / groups)
  return sumOver(groups, (group) => {
    const rows = order.subarray(group * width, group === groups - 1 ? count : (group + 1) * width)
    const gap = mean(Float64Array.from(rows, (row) => (probability[row] ?? 0) - (outcome[row] ?? 0)))
    return (Math.abs(gap) * rows.length) / count
  })
}
