import type { KsDistance } from './compare-sorted.ts'
import { kolmogorovTail } from './kolmogorov-tail.ts'
import { exactKsTail, greatestDivisor } from './ks-exact-tail.ts'

export interface KsResult {
  /** Two-sided. */
  readonly pValue: number
  readonly method: 'exact' | 'asymptotic'
}

/** Up to this many values in the larger sample `auto` counts paths exactly; scipy's rule. */
const maxExact = 10_000

/**
 * The p-value of the two-sample Kolmogorov-Smirnov test, two-sided: of D = max |F(x) − G(x)| over all values, infinite ones
 * included. It is scipy's `ks_2samp(method='auto')`: exact up to 10,000 values a side, else the law of a finite sample of
 * round(nm / (n + m)) values. `exact` beyond lcm(n, m) = 2³¹ − 1 falls back to the other, as there.
 */
export function ksTwoSample(
  { n, m, statistic }: Pick<KsDistance, 'n' | 'm' | 'statistic'>,
  method: 'auto' | 'exact' | 'asymptotic' = 'auto',
): KsResult {
  const divisor = greatestDivisor(n, m)
  const multiple = (n / divisor) * m
  const isExact = method === 'exact' ? multiple < 2 ** 31 - 1 : method === 'auto' && Math.max(n, m) <= maxExact
  const pValue = isExact
    ? exactKsTail(n, m, Math.round(statistic * multiple))
    : kolmogorovTail(Math.max(1, roundHalfEven((n * m) / (n + m))), statistic)
  return { pValue, method: isExact ? 'exact' : 'asymptotic' }
}

/** As NumPy rounds. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x)
  if (x - floor !== 0.5) return Math.round(x)
  return floor % 2 === 0 ? floor : floor + 1
}
