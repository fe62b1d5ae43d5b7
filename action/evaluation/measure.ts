import { type MetricName, metricKinds, metricsOfTask } from '../project/metric-kinds.ts'
import { accuracy, binaryF1, macroF1 } from './classification.ts'
import type { JudgedRows } from './judged-rows.ts'
import { binaryLogLoss, multiclassLogLoss } from './log-loss.ts'
import type { Measured, MetricValue } from './metric.ts'
import { meanAbsoluteError, rootMeanSquaredError, rSquared } from './regression.ts'
import { macroRocAuc, rocAuc } from './roc-auc.ts'

/** All metrics of the task, over all rows. */
export function measureMetrics(rows: JudgedRows): readonly MetricValue[] {
  return metricsOfTask(rows.task).map((name) => measureMetric(name, rows))
}

/** One metric over all rows, or over those whose `indices` are given. Only the columns that it needs are copied. */
export function measureMetric(name: MetricName, rows: JudgedRows, indices?: Uint32Array): MetricValue {
  const count = indices?.length ?? rows.rows
  const shared = { name, better: metricKinds[name].better, rows: count }
  const measured = count === 0 ? noRows : finite(measure(name, rows, indices))
  if (measured.kind === 'undefined') return { ...shared, value: null, reason: measured.reason }
  return { ...shared, value: measured.value, ...measured.interval }
}

const noRows: Measured = { kind: 'undefined', reason: 'there are no rows' }

function measure(name: MetricName, rows: JudgedRows, indices: Uint32Array | undefined): Measured {
  function of(values: ArrayLike<number>, width = 1): ArrayLike<number> {
    return indices === undefined ? values : picked(values, indices, width)
  }
  const formula = formulasOf(rows, of)[name]
  return formula?.() ?? { kind: 'undefined', reason: `${name} is not a metric of ${rows.task} models` }
}

type Formulas = Readonly<Partial<Record<MetricName, () => Measured>>>

function formulasOf(rows: JudgedRows, of: (values: ArrayLike<number>, width?: number) => ArrayLike<number>): Formulas {
  if (rows.task === 'binary') {
    return {
      roc_auc: () => rocAuc(of(rows.truth), of(rows.probability)),
      log_loss: () => binaryLogLoss(of(rows.truth), of(rows.probability)),
      accuracy: () => accuracy(of(rows.truth), of(rows.predicted)),
      f1: () => binaryF1(of(rows.truth), of(rows.predicted)),
    }
  }
  if (rows.task === 'multiclass') {
    const { classes, truth, predicted, probabilities } = rows
    return {
      roc_auc: () => macroRocAuc(of(truth), of(probabilities, classes.length), classes),
      log_loss: () => multiclassLogLoss(of(truth), of(probabilities, classes.length), classes.length),
      accuracy: () => accuracy(of(truth), of(predicted)),
      f1: () => macroF1(of(truth), of(predicted), classes.length),
    }
  }
  return {
    mae: () => meanAbsoluteError(of(rows.truth), of(rows.predicted)),
    rmse: () => rootMeanSquaredError(of(rows.truth), of(rows.predicted)),
    r2: () => rSquared(of(rows.truth), of(rows.predicted)),
  }
}

/** The rows at `indices`, each `width` values wide. */
function picked(values: ArrayLike<number>, indices: Uint32Array, width: number): Float64Array {
  const chosen = new Float64Array(indices.length * width)
  for (const [place, row] of indices.entries()) {
    for (let column = 0; column < width; column++) {
      chosen[place * width + column] = values[row * width + column] ?? Number.NaN
    }
  }
  return chosen
}

/** Truth and predictions are finite, but their squares may not be. */
function finite(measured: Measured): Measured {
  if (measured.kind === 'undefined') return measured
  if (!Number.isFinite(measured.value))
    return { kind: 'undefined', reason: 'the numbers are too large, or not numbers' }
  const { interval } = measured
  const isBounded = interval !== undefined && Number.isFinite(interval.low) && Number.isFinite(interval.high)
  return isBounded ? measured : { kind: 'value', value: measured.value }
}
