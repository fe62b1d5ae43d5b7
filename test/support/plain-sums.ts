import type { ExactSums } from '../../action/stats/exact-sums.ts'

const double = new DataView(new ArrayBuffer(8))

/** The sums of finite numbers, added up as whole numbers of any length. */
export function plainSums(values: Iterable<number>): ExactSums {
  let [count, sum, squares] = [0, 0n, 0n]
  for (const value of values) {
    const units = wholes(value)
    count += 1
    sum += units
    squares += units ** 2n
  }
  return { count, sum, squares }
}

/** A finite number in units of 2⁻¹⁰⁷⁴. */
function wholes(value: number): bigint {
  double.setFloat64(0, value)
  const bits = double.getBigUint64(0)
  const exponent = Number((bits >> 52n) & 2047n)
  const fraction = bits & 0xfffffffffffffn
  const units = exponent === 0 ? fraction : (fraction | 0x10000000000000n) << BigInt(exponent - 1)
  return value < 0 ? -units : units
}
