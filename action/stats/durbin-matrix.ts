/**
 * P(D_n ≤ d) of the Kolmogorov-Smirnov statistic by Durbin's matrix (1968) as Marsaglia, Tsang and Wang (2003) raise it to
 * its power; 1/(2n) < d < 1. Takes (2nd)³ ln n steps.
 */
export function durbinProbability(n: number, d: number): number {
  const nd = n * d
  const k = Math.ceil(nd)
  const size = 2 * k - 1
  let matrix = durbinMatrix(size, k - nd)
  let power: Float64Array = Float64Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0))
  const center = (k - 1) * size + k - 1
  let exponent = 0
  let matrixExponent = 0
  for (let left = n; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) {
      power = multiply(power, matrix, size)
      exponent += matrixExponent
    }
    matrix = multiply(matrix, matrix, size)
    matrixExponent *= 2
    if (Math.abs(matrix[center] ?? 0) > large) {
      matrix = matrix.map((value) => value / large)
      matrixExponent += largeExponent
    }
  }
  let p = power[center] ?? 0
  for (let i = 1; i <= n; i += 1) {
    p = (i * p) / n
    if (Math.abs(p) < 1 / large) {
      p *= large
      exponent -= largeExponent
    }
  }
  return p * 2 ** exponent
}

const largeExponent = 128
const large = 2 ** largeExponent

function durbinMatrix(size: number, h: number): Float64Array {
  const border = new Float64Array(size)
  const inverses = new Float64Array(size)
  let inverse = 1
  for (let j = 1; j <= size; j += 1) {
    inverses[j - 1] = inverse
    inverse /= j
    border[j - 1] = (1 - h ** j) * inverse
  }
  border[size - 1] = (1 + Math.max(2 * h - 1, 0) ** size - 2 * h ** size) * inverse
  const matrix = new Float64Array(size * size)
  for (let column = 1; column < size; column += 1) {
    for (let row = column - 1; row < size; row += 1) {
      matrix[row * size + column] = inverses[row - column + 1] ?? 0
    }
  }
  for (let row = 0; row < size; row += 1) {
    matrix[row * size] = border[row] ?? 0
    matrix[(size - 1) * size + row] = border[size - 1 - row] ?? 0
  }
  return matrix
}

function multiply(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const product = new Float64Array(size * size)
  for (let row = 0; row < size; row += 1) {
    for (let k = 0; k < size; k += 1) {
      const factor = a[row * size + k] ?? 0
      if (factor === 0) continue
      for (let column = 0; column < size; column += 1) {
        product[row * size + column] = (product[row * size + column] ?? 0) + factor * (b[k * size + column] ?? 0)
      }
    }
  }
  return product
}
