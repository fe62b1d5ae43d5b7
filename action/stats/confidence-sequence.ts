import type { Interval } from './interval.ts'

/**
 * Half the width of an asymptotic confidence sequence about an estimate: all of its intervals together miss the truth with
 * probability `alpha` at most, however often and whenever one looks, once the estimate is about normal. It is Robbins' normal
 * mixture, s √((1 + 1/x) (2 ln(1/α) + ln(1 + x))) with x = (mixture / s)²: equation 155 of Waudby-Smith, Arbour, Sinha,
 * Kennedy and Ramdas (arXiv 2103.06476), whose nρ² is x.
 *
 * It holds of any estimates whose information 1/s² grows and whose increments of information-times-estimate are independent:
 * means of more and more rows, also as the difference from a reference that was estimated once, as
 * cov(r − m₁, r − m₂) = var(r) + var(m₂) = var(r − m₂) for a later mean m₂ of inverse-variance weights.
 *
 * `standardError` > 0 is s; `mixture` > 0, in the units of the estimate, is the size of effect for which the sequence is made:
 * it must not be chosen by looking at the data.
 */
export function sequenceReach(standardError: number, alpha: number, mixture: number): number {
  const information = (mixture / standardError) ** 2
  return standardError * Math.sqrt((1 + 1 / information) * (Math.log1p(information) - 2 * Math.log(alpha)))
}

/** The interval of such a sequence. */
export function sequenceInterval(estimate: number, standardError: number, alpha: number, mixture: number): Interval {
  const reach = sequenceReach(standardError, alpha, mixture)
  return { low: estimate - reach, high: estimate + reach }
}

/**
 * The share of `alpha` that the `order`-th of a series of sequences gets, `order` = 1, 2, 3, …: α / (k (k + 1)), which adds up
 * to α over all of them, however long the series becomes.
 */
export function alphaOfSequence(alpha: number, order: number): number {
  return alpha / (order * (order + 1))
}

/**
 * The greatest standard error whose sequence reaches no further than `reach`: by bisection, to 1e-9 of it. The reach grows with
 * the error.
 */
export function errorForReach(reach: number, alpha: number, mixture: number): number {
  let [low, high] = [0, reach]
  while (high - low > 1e-9 * high) {
    const middle = (low + high) / 2
    if (sequenceReach(middle, alpha, mixture) <= reach) low = middle
    else high = middle
  }
  return low
}
