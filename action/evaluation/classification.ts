import { mean } from '../stats/sum.ts'
import { wilsonInterval } from '../stats/wilson-interval.ts'
import type { Measured } from './metric.ts'

/** The share of rows whose class was predicted, with Wilson's interval. */
export function accuracy(truth: ArrayLike<number>, predicted: ArrayLike<number>): Measured {
  let right = 0
  for (let row = 0; row < truth.length; row++) {
    if (truth[row] === predicted[row]) right++
  }
  return { kind: 'value', value: right / truth.length, interval: wilsonInterval(right, truth.length) }
}

/** F1 of the positive class, 2·tp / (2·tp + fp + fn). Undefined where no row is, or was called, positive. */
export function binaryF1(truth: ArrayLike<number>, predicted: ArrayLike<number>): Measured {
  const value = f1OfClass(truth, predicted, 1)
  return value === undefined
    ? { kind: 'undefined', reason: 'no row is, or was predicted to be, of the positive class' }
    : { kind: 'value', value }
}

/** The mean of F1 over the classes that are true or predicted somewhere (macro). */
export function macroF1(truth: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): Measured {
  const perClass = Array.from({ length: classes }, (_, label) => f1OfClass(truth, predicted, label))
  return { kind: 'value', value: mean(perClass.filter((value) => value !== undefined)) }
}

function f1OfClass(truth: ArrayLike<number>, predicted: ArrayLike<number>, label: number): number | undefined {
  let both = 0
  let either = 0
  for (let row = 0; row < truth.length; row++) {
    const [isTrue, isPredicted] = [truth[row] === label, predicted[row] === label]
    both += Number(isTrue && isPredicted)
    either += Number(isTrue) + Number(isPredicted)
  }
  return either === 0 ? undefined : (2 * both) / either
}
