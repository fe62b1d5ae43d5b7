import { checkCounts } from './check-counts.ts'
import { cannotJudge, type Judged, judged } from './judged.ts'
import { kolmogorovTail } from './kolmogorov-tail.ts'
import { exactKsTail, greatestDivisor } from './ks-exact-tail.ts'
import type { PairedCounts } from './paired-counts.ts'

export interface KsResult {
  /** The largest distance between the two distribution functions, 0..1. */
  readonly statistic: number
  /** The least value at which it is reached. */
  readonly location: number
  /** 1 where the reference's function is above there: its values are smaller; −1 where the current one's is; 0 of equals. */
  readonly sign: -1 | 0 | 1
  /** Two-sided. */
  readonly pValue: number
  readonly method: 'exact' | 'asymptotic'
}

/** Up to this many values in the larger sample `auto` counts paths exactly; scipy's rule. */
const maxExact = 10_000

/**
 * The two-sample Kolmogorov-Smirnov test, two-sided: D = max |F(x) − G(x)| over all values, infinite ones included. Its
 * p-value is scipy's `ks_2samp(method='auto')`: exact up to 10,000 values a side, else the law of a finite sample of
 * round(nm / (n + m)) values. `exact` beyond lcm(n, m) = 2³¹ − 1 falls back to the other, as there.
 */
export function ksTwoSample(
  { values, reference, current }: PairedCounts,
  method: 'auto' | 'exact' | 'asymptotic' = 'auto',
): Judged<KsResult> {
  const distance = ksDistance({ values, reference, current })
  if (!distance.ok) return distance
  const { statistic, n, m } = distance.value
  const divisor = greatestDivisor(n, m)
  const multiple = (n / divisor) * m
  const isExact = method === 'exact' ? multiple < 2 ** 31 - 1 : method === 'auto' && Math.max(n, m) <= maxExact
  const pValue = isExact
    ? exactKsTail(n, m, Math.round(statistic * multiple))
    : kolmogorovTail(Math.max(1, roundHalfEven((n * m) / (n + m))), statistic)
  const { location, sign } = distance.value
  return judged({ statistic, location, sign, pValue, method: isExact ? 'exact' : 'asymptotic' })
}

/** D alone, which takes far less time than its p-value; and both counts. */
export function ksDistance({
  values,
  reference,
  current,
}: PairedCounts): Judged<
  Pick<KsResult, 'statistic' | 'location' | 'sign'> & { readonly n: number; readonly m: number }
> {
  const totals = checkCounts(reference, current)
  if (!totals.ok) return totals
  if (values.some(Number.isNaN)) return cannotJudge('a value is not finite')
  const { n, m } = totals.value
  let below = 0
  let currentBelow = 0
  let statistic = 0
  let location = values[0] ?? 0
  let sign: KsResult['sign'] = 0
  for (let index = 0; index < values.length; index += 1) {
    below += reference[index] ?? 0
    currentBelow += current[index] ?? 0
    const difference = below / n - currentBelow / m
    if (Math.abs(difference) > statistic) {
      statistic = Math.abs(difference)
      location = values[index] ?? 0
      sign = difference > 0 ? 1 : -1
    }
  }
  return judged({ statistic, location, sign, n, m })
}

/** As NumPy rounds. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x)
  if (x - floor !== 0.5) return Math.round(x)
  return floor % 2 === 0 ? floor : floor + 1
}
