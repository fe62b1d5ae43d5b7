import type { MetricName } from '../project/metric-kinds.ts'
import type { Interval } from '../stats/interval.ts'

export interface MetricValue {
  readonly name: MetricName
  /** Null where it is undefined on these rows (one class only, no rows), with the reason. */
  readonly value: number | null
  readonly reason?: string
  /** 95 % confidence interval, where there is a formula for it. */
  readonly low?: number
  readonly high?: number
  readonly better: 'higher' | 'lower'
  readonly rows: number
}

/** What a formula gives: a number, with its 95 % interval where there is one, or why there is none. */
export type Measured =
  | { readonly kind: 'value'; readonly value: number; readonly interval?: Interval | undefined }
  | { readonly kind: 'undefined'; readonly reason: string }
