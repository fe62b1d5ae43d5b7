import type { RetrainCondition, RetrainTrigger } from './project.ts'

export type MetricCondition = Extract<RetrainTrigger, { kind: 'metric' }>

/** Every `{ metric, drop, over }` of a condition, wherever it is nested; each once. */
export function metricConditionsIn(condition: RetrainCondition): readonly MetricCondition[] {
  const found =
    'of' in condition ? condition.of.flatMap(metricConditionsIn) : condition.kind === 'metric' ? [condition] : []
  const isSame = (one: MetricCondition, other: MetricCondition) =>
    one.metric === other.metric && one.drop === other.drop && one.overMs === other.overMs
  return found.filter((one, place) => found.findIndex((other) => isSame(one, other)) === place)
}
