import type { Task } from './project.ts'

export type MetricName = 'roc_auc' | 'log_loss' | 'accuracy' | 'f1' | 'mae' | 'rmse' | 'r2'

interface MetricKind {
  readonly tasks: readonly Task[]
  readonly better: 'higher' | 'lower'
}

/** How a metric of the user's may be called, in plumbline.yaml and on the command line. */
export const ownMetricName = /^[a-z][a-z0-9_-]{0,39}$/

/** Every metric that Plumbline measures and a gate can bound, in the order in which they are shown. */
export const metricKinds: Readonly<Record<MetricName, MetricKind>> = {
  roc_auc: { tasks: ['binary', 'multiclass'], better: 'higher' },
  log_loss: { tasks: ['binary', 'multiclass'], better: 'lower' },
  accuracy: { tasks: ['binary', 'multiclass'], better: 'higher' },
  f1: { tasks: ['binary', 'multiclass'], better: 'higher' },
  mae: { tasks: ['regression'], better: 'lower' },
  rmse: { tasks: ['regression'], better: 'lower' },
  r2: { tasks: ['regression'], better: 'higher' },
}

export function metricsOfTask(task: Task): readonly MetricName[] {
  return Object.keys(metricKinds)
    .filter(isMetricName)
    .filter((name) => metricKinds[name].tasks.includes(task))
}

export function isMetricName(name: string): name is MetricName {
  return Object.hasOwn(metricKinds, name)
}
