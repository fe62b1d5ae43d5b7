import type { Diagnostic } from '../base/diagnostic.ts'
import type { LineOf } from './check-project.ts'
import { metricsOfTask } from './metric-kinds.ts'
import { durationTriggers, type RetrainCondition, type RetrainPolicy } from './project.ts'
import type { ProjectDocument } from './project-schema.ts'
import { suggestName } from './suggest-name.ts'

type RetrainDocument = ProjectDocument['retrain']
type TriggerDocument = NonNullable<RetrainDocument['any']>[number] | NonNullable<RetrainDocument['all']>[number]

/** Without a word, a week after the last time. */
const defaultTriggers: readonly RetrainCondition[] = [{ kind: 'every', limitMs: 7 * 86_400_000 }]

/** `retrain:` as the deciding code reads it. */
export function retrainPolicy({ any, all, limits }: RetrainDocument): RetrainPolicy {
  const given = any ?? all
  return {
    when: { kind: all ? 'all' : 'any', of: given ? given.map(condition) : defaultTriggers },
    limits: {
      coolDownMs: limits['cool-down'],
      refreshMs: limits.refresh,
      minNewShare: limits['min-new-share'],
      ...(limits['runs-per-month'] !== undefined && { runsPerMonth: limits['runs-per-month'] }),
    },
  }
}

function condition(trigger: TriggerDocument): RetrainCondition {
  if ('any' in trigger && trigger.any) return { kind: 'any', of: trigger.any.map(condition) }
  if ('all' in trigger && trigger.all) return { kind: 'all', of: trigger.all.map(condition) }
  const kind = durationTriggers.find((name) => trigger[name] !== undefined)
  if (kind !== undefined) return { kind, limitMs: trigger[kind] ?? 0 }
  if (trigger.drift !== undefined) return { kind: 'drift' }
  const { metric, drop = 0, over = 0 } = trigger
  if (metric !== undefined) return { kind: 'metric', metric, drop, overMs: over }
  return { kind: 'new-rows', rows: trigger['new-rows'] ?? 1 }
}

type Path = readonly (string | number)[]

/** What a trigger asks for and this model has not: a time, a metric of that name, the rest of its own words. */
export function checkRetrain(
  file: string,
  { model, retrain, metrics }: ProjectDocument,
  lineOf: LineOf,
): readonly Diagnostic[] {
  const list = retrain.all ? 'all' : 'any'
  return (retrain[list] ?? []).flatMap((trigger, place) => check(trigger, ['retrain', list, place]))

  function check(trigger: TriggerDocument, path: Path): readonly Diagnostic[] {
    const key = 'any' in trigger ? 'any' : 'all'
    const inner = 'any' in trigger ? trigger.any : 'all' in trigger ? trigger.all : undefined
    if (inner) return inner.flatMap((one, place) => check(one, [...path, key, place]))
    return [...checkTime(trigger, path), ...checkMetric(trigger, path)]
  }

  /** Triggers that look at the time of rows need rows that have one. */
  function checkTime(trigger: TriggerDocument, path: Path): readonly Diagnostic[] {
    if (model.time !== undefined) return []
    return (['age', 'freshness', 'drift'] as const).flatMap((key) => {
      if (trigger[key] === undefined) return []
      return complain(
        [...path, key],
        'the model has no time; expected one, which tells how old rows are',
        'Add time: COLUMN under model, or take the trigger out.',
      )
    })
  }

  function checkMetric({ metric, drop, over }: TriggerDocument, path: Path): readonly Diagnostic[] {
    if (metric === undefined) {
      const key = drop !== undefined ? 'drop' : over !== undefined ? 'over' : undefined
      if (key === undefined) return []
      return complain([...path, key], 'no metric is named; expected one beside it', `Add metric: ${known()[0]}.`)
    }
    if (!known().some((name) => name === metric)) {
      const place = [...path, 'metric']
      const message = `Cannot watch "${metric}" in "${place.join('.')}": it is no metric of ${model.task}`
      return [{ code: 'project/unknown-metric', file, ...lineOf(place), message, remedy: suggestName(metric, known()) }]
    }
    const missing = [...(drop === undefined ? ['drop: 0.03'] : []), ...(over === undefined ? ['over: 14d'] : [])]
    if (missing.length > 0) {
      const state = 'it lacks a word; expected beside it how much worse (drop), and over how long (over)'
      return complain([...path, 'metric'], state, `Add ${missing.join(', ')}.`)
    }
    if (over === 0) return complain([...path, 'over'], 'nothing is measured in no time', 'Use a duration such as 14d.')
    return []
  }

  function known(): readonly string[] {
    return [...metricsOfTask(model.task), ...Object.keys(metrics)]
  }

  function complain(path: Path, state: string, remedy: string): readonly Diagnostic[] {
    const message = `Cannot use "${path.join('.')}": ${state}`
    return [{ code: 'project/value', file, ...lineOf(path), message, remedy }]
  }
}
