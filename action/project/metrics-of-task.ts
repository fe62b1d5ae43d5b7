import type { Task } from './project.ts'

/** The metrics that Plumbline computes from truth and predictions, by task; the first one leads. */
export const metricsOfTask = {
  binary: ['roc_auc', 'log_loss', 'accuracy', 'f1'],
  multiclass: ['accuracy', 'log_loss', 'f1', 'roc_auc'],
  regression: ['rmse', 'mae', 'r2'],
} as const satisfies Record<Task, readonly string[]>
