/** Numbers that lie side by side; NaN where there is none. */
export interface NamedNumbers {
  readonly name: string
  readonly numbers: Float64Array
}

export interface Correlation {
  readonly columns: readonly [string, string]
  /** Pearson's r, −1 to 1, over the rows that have both numbers. */
  readonly r: number
  readonly rows: number
}

/**
 * Pearson's r of each pair, each row as often as `weights` says, summed in the order of the rows. Left out: pairs that have
 * fewer than `leastRows` rows in common, and columns that do not vary there.
 */
export function correlate(columns: readonly NamedNumbers[], weights: Float64Array, leastRows: number): Correlation[] {
  const scaled = columns.map(({ name, numbers }) => {
    const unit = toUnit(numbers)
    return { name, unit, whole: unit.includes(Number.NaN) ? undefined : standardised(unit, weights) }
  })
  const allRows = weights.reduce((all, weight) => all + weight, 0)
  const found: Correlation[] = []
  for (const [index, one] of scaled.entries()) {
    for (const other of scaled.slice(index + 1)) {
      const { r, rows } =
        one.whole && other.whole
          ? { r: product(one.whole, other.whole), rows: allRows }
          : correlatePair(one.unit, other.unit, weights)
      if (rows < Math.max(3, leastRows) || !Number.isFinite(r)) continue
      found.push({ columns: [one.name, other.name], r: Math.max(-1, Math.min(1, r)), rows })
    }
  }
  return found
}

/** Such that the product of two is their r: what most pairs need is worked out once. NaN of what does not vary. */
function standardised(numbers: Float64Array, weights: Float64Array): Float64Array {
  const rows = weights.reduce((all, weight) => all + weight, 0)
  const mean = product(numbers, weights) / rows
  const squares = numbers.reduce((all, value, row) => all + (weights[row] ?? 0) * (value - mean) ** 2, 0)
  const size = isRounding(squares, rows, mean) ? Number.NaN : Math.sqrt(squares)
  return numbers.map((value, row) => (Math.sqrt(weights[row] ?? 0) * (value - mean)) / size)
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let row = 0; row < a.length; row += 1) sum += (a[row] ?? 0) * (b[row] ?? 0)
  return sum
}

/** What is left of rounding alone is no variation. */
function isRounding(squares: number, rows: number, mean: number): boolean {
  return squares <= rows * (mean * 1e-12) ** 2
}

/** Neither r nor what is worked out on the way to it is to overflow. */
function toUnit(numbers: Float64Array): Float64Array {
  let most = 0
  for (const value of numbers) if (Number.isFinite(value)) most = Math.max(most, Math.abs(value))
  return numbers.map((value) => (Number.isFinite(value) ? value / (most || 1) : Number.NaN))
}

function correlatePair(a: Float64Array, b: Float64Array, weights: Float64Array): { r: number; rows: number } {
  let [rows, meanA, meanB] = [0, 0, 0]
  for (let row = 0; row < weights.length; row += 1) {
    const [x, y, weight] = [a[row] ?? Number.NaN, b[row] ?? Number.NaN, weights[row] ?? 0]
    if (Number.isNaN(x + y)) continue
    rows += weight
    meanA += weight * x
    meanB += weight * y
  }
  meanA /= rows
  meanB /= rows
  let [squaresA, squaresB, products] = [0, 0, 0]
  for (let row = 0; row < weights.length; row += 1) {
    const [x, y, weight] = [(a[row] ?? Number.NaN) - meanA, (b[row] ?? Number.NaN) - meanB, weights[row] ?? 0]
    if (Number.isNaN(x + y)) continue
    squaresA += weight * x * x
    squaresB += weight * y * y
    products += weight * x * y
  }
  if (isRounding(squaresA, rows, meanA) || isRounding(squaresB, rows, meanB)) return { r: Number.NaN, rows }
  return { r: products / Math.sqrt(squaresA) / Math.sqrt(squaresB), rows }
}
