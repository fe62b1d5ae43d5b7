export type MetricName = 'roc_auc' | 'log_loss' | 'accuracy' | 'f1' | 'mae' | 'rmse' | 'r2'

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
