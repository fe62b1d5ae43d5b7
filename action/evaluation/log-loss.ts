import { meanInterval } from '../stats/mean-interval.ts'
import { mean } from '../stats/sum.ts'
import type { JudgedRows } from './judged-rows.ts'
import type { Measured } from './metric.ts'

/** Probabilities are kept this far from 0 and 1, as scikit-learn does for 64-bit numbers. */
const smallestProbability = Number.EPSILON

/** −mean ln P(what happened), in nats; `probability` is that of the positive class, `truth` 1 where it came. */
export function binaryLogLoss(truth: ArrayLike<number>, probability: ArrayLike<number>): Measured {
  return meanLoss(binaryLosses(truth, probability))
}

/** −mean ln P(class that came), in nats; `probabilities` holds, row by row, one a class and is not scaled to a sum of 1. */
export function multiclassLogLoss(
  truth: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
): Measured {
  return meanLoss(multiclassLosses(truth, probabilities, classes))
}

/** The loss of each row, whose mean is the metric. */
export function lossesOf(rows: Exclude<JudgedRows, { task: 'regression' }>): Float64Array {
  return rows.task === 'binary'
    ? binaryLosses(rows.truth, rows.probability)
    : multiclassLosses(rows.truth, rows.probabilities, rows.classes.length)
}

function binaryLosses(truth: ArrayLike<number>, probability: ArrayLike<number>): Float64Array {
  return Float64Array.from(truth, (label, row) => {
    const ofPositive = probability[row] ?? Number.NaN
    return lossOf(label === 1 ? ofPositive : 1 - ofPositive)
  })
}

function multiclassLosses(truth: ArrayLike<number>, probabilities: ArrayLike<number>, classes: number): Float64Array {
  // A class that the model does not know has the number after the last, and probability 0.
  return Float64Array.from(truth, (label, row) =>
    lossOf(label < classes ? (probabilities[row * classes + label] ?? Number.NaN) : 0),
  )
}

function lossOf(probability: number): number {
  return -Math.log(Math.min(Math.max(probability, smallestProbability), 1 - smallestProbability))
}

function meanLoss(losses: Float64Array): Measured {
  const interval = meanInterval(losses)
  return {
    kind: 'value',
    value: mean(losses),
    interval: interval && { low: Math.max(0, interval.low), high: interval.high },
  }
}
