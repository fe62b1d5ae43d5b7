import type { Task } from '../project/project.ts'
import type { Interval } from '../stats/interval.ts'

export type MetricName = 'roc_auc' | 'log_loss' | 'accuracy' | 'f1' | 'mae' | 'rmse' | 'r2'

interface MetricKind {
  readonly tasks: readonly Task[]
  readonly better: 'higher' | 'lower'
}

/** Every metric that Plumbline measures, in the order in which they are shown. */
export const metricKinds: Readonly<Record<MetricName, MetricKind>> = {
  roc_auc: { tasks: ['binary', 'multiclass'], better: 'higher' },
  log_loss: { tasks: ['binary', 'multiclass'], better: 'lower' },
  accuracy: { tasks: ['binary', 'multiclass'], better: 'higher' },
  f1: { tasks: ['binary', 'multiclass'], better: 'higher' },
  mae: { tasks: ['regression'], better: 'lower' },
  rmse: { tasks: ['regression'], better: 'lower' },
  r2: { tasks: ['regression'], better: 'higher' },
}

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

/** The metrics that a task has, in the order in which they are shown. */
export function metricsOf(task: Task): readonly MetricName[] {
  return metricNames().filter((name) => metricKinds[name].tasks.includes(task))
}

export function isMetricName(name: string): name is MetricName {
  return Object.hasOwn(metricKinds, name)
}

function metricNames(): readonly MetricName[] {
  return Object.keys(metricKinds).filter(isMetricName)
}
