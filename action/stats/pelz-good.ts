/**
 * P(D_n ≤ x) of the Kolmogorov-Smirnov statistic by Pelz and Good's expansion (1976): the Kolmogorov limit with its terms of
 * n^−½, n^−1 and n^−3⁄2, in the form that converges for small z = x√n. 0 < x < 1, n > 140.
 */
export function pelzGoodProbability(n: number, x: number): number {
  const z = Math.sqrt(n) * x
  const z2 = z ** 2
  const z4 = z ** 4
  const z6 = z ** 6
  const logQ = -pi2 / 8 / z2
  if (logQ < -708) return 0
  const q = Math.exp(logQ)
  const a = [1, -z2, 6 * z6 + 2 * z4, -30 * z6 - 90 * z ** 8]
  const b = [0, pi2 / 4, ((2 * z4 - 5 * z2) * pi2) / 4, (pi2 * (135 * z4 - 96 * z6)) / 4]
  const c = [0, 0, (pi4 * (1 - 2 * z2)) / 16, (pi4 * (-60 * z2 + 212 * z4)) / 16]
  const d = [0, 0, 0, (pi6 * (5 - 30 * z2)) / 64]
  const sums = [0, 0, 0, 0]
  const terms = Math.ceil((16 * z) / Math.PI)
  for (let k = terms; k > 0; k -= 1) {
    const m = 2 * k - 1
    const step = q ** (8 * k)
    for (let i = 0; i < 4; i += 1) {
      const coefficient = at(a, i) + at(b, i) * m ** 2 + at(c, i) * m ** 4 + at(d, i) * m ** 6
      sums[i] = at(sums, i) * step + coefficient
    }
  }
  const scales = [z, 6 * z4, 72 * z ** 7, 6480 * z ** 10]
  for (let i = 0; i < 4; i += 1) sums[i] = (at(sums, i) * q * rootTwoPi) / at(scales, i)

  const q4 = Math.exp(-pi2 / 2 / z2)
  let second = 0
  let third = 0
  for (let k = terms; k > 0; k -= 1) {
    const power = k * k * q4 ** (k * k)
    second += power
    third += (Math.sqrt(3) * z + Math.PI * k) * (Math.sqrt(3) * z - Math.PI * k) * power
  }
  sums[2] = at(sums, 2) + (second * pi2 * rootTwoPi) / (-36 * z ** 3)
  sums[3] = at(sums, 3) + (third * pi2 * rootTwoPi) / (216 * z6)
  return at(sums, 0) + at(sums, 1) / Math.sqrt(n) + at(sums, 2) / n + at(sums, 3) / n ** 1.5
}

const pi2 = Math.PI ** 2
const pi4 = Math.PI ** 4
const pi6 = Math.PI ** 6
const rootTwoPi = Math.sqrt(2 * Math.PI)

function at(numbers: readonly number[], index: number): number {
  return numbers[index] ?? 0
}
