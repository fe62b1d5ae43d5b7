import type { Interval } from '../stats/interval.ts'
import { placements } from '../stats/placements.ts'
import { normalQuantile } from '../stats/quantiles.ts'
import { mean, sum, variance } from '../stats/sum.ts'
import type { Measured } from './metric.ts'

/**
 * The area under the ROC curve: the share of pairs of a positive and a negative row in which the positive one scores
 * higher, ties counted a half (Mann–Whitney). Its interval is DeLong's (1988), on the logit scale.
 * `truth` is 1 for positive rows and 0 for others.
 */
export function rocAuc(truth: ArrayLike<number>, score: ArrayLike<number>): Measured {
  const positives = scoresOf(truth, score, 1)
  const negatives = scoresOf(truth, score, 0)
  if (positives.length === 0) return { kind: 'undefined', reason: 'no row is of the positive class' }
  if (negatives.length === 0) return { kind: 'undefined', reason: 'every row is of the positive class' }
  if (positives.includes(Number.NaN) || negatives.includes(Number.NaN)) {
    return { kind: 'undefined', reason: 'some scores are not numbers' }
  }

  const below = placements(positives, negatives)
  const value = sum(below) / (positives.length * negatives.length)
  return { kind: 'value', value, interval: deLongInterval(value, below, placements(negatives, positives)) }
}

/**
 * The mean over the classes of each one's area against the rest (one-vs-rest, macro). Undefined where a class has no row,
 * or all. `probabilities` holds, row by row, one a class.
 */
export function macroRocAuc(
  truth: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: readonly string[],
): Measured {
  const areas: number[] = []
  for (const [index, name] of classes.entries()) {
    const isOfClass = Uint8Array.from(truth, (label) => Number(label === index))
    const score = Float64Array.from(truth, (_, row) => probabilities[row * classes.length + index] ?? Number.NaN)
    const area = rocAuc(isOfClass, score)
    if (area.kind === 'undefined') {
      const share = isOfClass.includes(1) ? 'every row' : 'no row'
      return { kind: 'undefined', reason: `${share} is of class "${name}"` }
    }
    areas.push(area.value)
  }
  return { kind: 'value', value: mean(areas) }
}

/**
 * s² = var(V₁₀)/n₁ + var(V₀₁)/n₀ with the placement values V of each class among the other (DeLong, DeLong and Clarke-Pearson
 * 1988; midranks as Sun and Xu 2014), here as counts: `below` of the positive rows, `above` of the negative ones. NaN for a
 * single row of a class.
 */
export function deLongVariance(below: Float64Array, above: Float64Array): number {
  const [positives, negatives] = [below.length, above.length]
  return variance(below) / negatives ** 2 / positives + variance(above) / positives ** 2 / negatives
}

/** logit(A) ± z · s / (A(1 − A)); none for a perfect order, whose variance is 0, and for a single row of a class. */
function deLongInterval(area: number, below: Float64Array, above: Float64Array): Interval | undefined {
  const spread = deLongVariance(below, above)
  if (!(spread > 0) || area <= 0 || area >= 1) return undefined
  const logit = Math.log(area / (1 - area))
  const reach = (normalQuantile(0.975) * Math.sqrt(spread)) / (area * (1 - area))
  return { low: 1 / (1 + Math.exp(reach - logit)), high: 1 / (1 + Math.exp(-reach - logit)) }
}

function scoresOf(truth: ArrayLike<number>, score: ArrayLike<number>, label: 0 | 1): Float64Array {
  return Float64Array.from(score).filter((_, row) => truth[row] === label)
}
