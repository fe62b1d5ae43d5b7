import type { JudgedRows } from './judged-rows.ts'

/** The rows at `indices`, in that order. */
export function pickRows(rows: JudgedRows, indices: ArrayLike<number>): JudgedRows {
  const count = indices.length
  const places = Uint32Array.from(indices)
  const shared = { rows: count, slices: slicesAt(rows.slices, places) }
  if (rows.task === 'regression') {
    return { ...shared, task: rows.task, truth: floats(rows.truth, places), predicted: floats(rows.predicted, places) }
  }
  if (rows.task === 'binary') {
    const [truth, predicted] = [rows.truth, rows.predicted].map((labels) =>
      Uint8Array.from(places, (row) => labels[row] ?? 0),
    )
    return {
      ...shared,
      task: 'binary',
      truth: truth ?? new Uint8Array(),
      predicted: predicted ?? new Uint8Array(),
      probability: floats(rows.probability, places),
    }
  }
  const { classes, probabilities } = rows
  const width = classes.length
  const picked = new Float64Array(count * width)
  for (const [place, row] of places.entries()) {
    picked.set(probabilities.subarray(row * width, (row + 1) * width), place * width)
  }
  return {
    ...shared,
    task: 'multiclass',
    classes,
    truth: Uint32Array.from(places, (row) => rows.truth[row] ?? 0),
    predicted: Uint32Array.from(places, (row) => rows.predicted[row] ?? 0),
    probabilities: picked,
  }
}

function floats(values: Float64Array, places: Uint32Array): Float64Array {
  return Float64Array.from(places, (row) => values[row] ?? Number.NaN)
}

function slicesAt(slices: JudgedRows['slices'], places: Uint32Array): JudgedRows['slices'] {
  return Object.fromEntries(
    Object.entries(slices).map(([name, values]) => [name, Array.from(places, (row) => values[row] ?? null)]),
  )
}
