import { mean, sum, sumOver } from '../stats/sum.ts'
import { type Calibration, calibrate, fitCalibration } from './calibration.ts'
import type { JudgedRows } from './judged-rows.ts'

/** What can be estimated of predictions without labels. */
export type ConfidenceMetric = 'accuracy' | 'precision' | 'recall' | 'f1' | 'roc_auc'

/** Null where a metric is undefined: no row is expected to be, or is predicted to be, of a class. */
export type ConfidenceEstimates = Readonly<Record<ConfidenceMetric, number | null>>

/** Predictions of classes, with or without their truth. */
export type PredictedRows =
  | Omit<Extract<JudgedRows, { task: 'binary' }>, 'truth' | 'slices' | 'pseudonyms'>
  | Omit<Extract<JudgedRows, { task: 'multiclass' }>, 'truth' | 'slices' | 'pseudonyms'>

/** A calibration of the positive class, or of each class. */
export function fitCalibrations(reference: Exclude<JudgedRows, { task: 'regression' }>): readonly Calibration[] {
  if (reference.task === 'binary') return [fitCalibration(reference.probability, reference.truth)]
  return [...reference.classes.keys()].map((label) =>
    fitCalibration(
      scoresOf(reference, label),
      reference.truth.map((truth) => Number(truth === label)),
    ),
  )
}

/**
 * Confidence-based performance estimation (CBPE, NannyML 0.13): the confusion matrix that is expected of calibrated
 * probabilities p, E[TP] = Σ p over the rows that are called positive, and what follows from it; the area from expected true
 * and false positives in the order of the raw score, rows of one score together. Of several classes the mean over them, each
 * against the rest. It rests on one assumption: the relation of the target to the inputs is what it was when the probabilities
 * were calibrated. Inputs may change, a changed concept does not show.
 */
export function estimateByConfidence(rows: PredictedRows, calibrations: readonly Calibration[]): ConfidenceEstimates {
  if (rows.task === 'binary') {
    const probability = calibrate(calibrations[0] ?? null, rows.probability)
    return ofOneClass(rows.predicted, probability, rows.probability)
  }
  const { classes, predicted } = rows
  const raw = [...classes.keys()].map((label) => scoresOf(rows, label))
  const scaled = scaledToOne(raw.map((score, label) => calibrate(calibrations[label] ?? null, score)))
  const each = scaled.map((probability, label) =>
    ofOneClass(
      Uint8Array.from(predicted, (called) => Number(called === label)),
      probability,
      raw[label] ?? probability,
    ),
  )
  const average = (metric: ConfidenceMetric) => {
    const values = each.flatMap((one) => one[metric] ?? [])
    return values.length < each.length ? null : mean(values)
  }
  return {
    accuracy: sumOver(rows.rows, (row) => scaled[predicted[row] ?? 0]?.[row] ?? 0) / rows.rows,
    precision: average('precision'),
    recall: average('recall'),
    f1: average('f1'),
    roc_auc: average('roc_auc'),
  }
}

function scoresOf(
  { rows, classes, probabilities }: PredictedRows & { task: 'multiclass' },
  label: number,
): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => probabilities[row * classes.length + label] ?? Number.NaN)
}

/** Calibrated one by one, the probabilities of a row need no longer add up to 1; where all are 0, each is as likely. */
function scaledToOne(columns: readonly Float64Array[]): readonly Float64Array[] {
  const whole = Float64Array.from(columns[0] ?? [], (_, row) => sum(columns.map((column) => column[row] ?? 0)))
  return columns.map((column) =>
    column.map((value, row) => (whole[row] === 0 ? 1 / columns.length : value / (whole[row] ?? 1))),
  )
}

function ofOneClass(called: ArrayLike<number>, probability: Float64Array, score: Float64Array): ConfidenceEstimates {
  const rows = probability.length
  const both = sum(probability.map((value, row) => (called[row] === 1 ? value : 0)))
  const positive = sum(probability)
  const calledPositive = sumOver(rows, (row) => called[row] ?? 0)
  const neither = rows - positive - calledPositive + both
  return {
    accuracy: rows === 0 ? null : (both + neither) / rows,
    precision: calledPositive === 0 ? null : both / calledPositive,
    recall: positive === 0 ? null : both / positive,
    f1: calledPositive + positive === 0 ? null : (2 * both) / (calledPositive + positive),
    roc_auc: expectedArea(probability, score),
  }
}

/** Counts are rounded to 5 digits, as NannyML does: a sum that should be whole is, whatever the order of the rows. */
function expectedArea(probability: Float64Array, score: Float64Array): number | null {
  const order = Uint32Array.from({ length: score.length }, (_, row) => row).sort(
    (one, other) => (score[other] ?? 0) - (score[one] ?? 0),
  )
  const rounded = (count: number) => Math.round(count * 1e5) / 1e5
  let [hits, seen, area, hitsBefore, missesBefore] = [0, 0, 0, 0, 0]
  for (const [place, row] of order.entries()) {
    hits += probability[row] ?? 0
    seen += 1
    if (place + 1 < order.length && score[order[place + 1] ?? 0] === score[row]) continue
    const [hitsNow, missesNow] = [rounded(hits), rounded(seen - hits)]
    area += ((hitsNow + hitsBefore) / 2) * (missesNow - missesBefore)
    hitsBefore = hitsNow
    missesBefore = missesNow
  }
  return hitsBefore === 0 || missesBefore === 0 ? null : area / (hitsBefore * missesBefore)
}
