import type { Diagnostic } from '../base/diagnostic.ts'
import type { LineOf } from './check-project.ts'
import { durationTriggers, type RetrainCondition, type RetrainPolicy } from './project.ts'
import type { ProjectDocument } from './project-schema.ts'

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
  return { kind: 'new-rows', rows: trigger['new-rows'] ?? 1 }
}

/** Triggers that look at the time of rows need rows that have one. */
export function checkRetrain(file: string, { model, retrain }: ProjectDocument, lineOf: LineOf): readonly Diagnostic[] {
  if (model.time !== undefined) return []
  const list = retrain.all ? 'all' : 'any'
  return (retrain[list] ?? []).flatMap((trigger, place) => timed(trigger, ['retrain', list, place]))

  function timed(trigger: TriggerDocument, path: readonly (string | number)[]): readonly Diagnostic[] {
    const inner = 'any' in trigger ? trigger.any : 'all' in trigger ? trigger.all : undefined
    if (inner) {
      const key = 'any' in trigger ? 'any' : 'all'
      return inner.flatMap((one, place) => timed(one, [...path, key, place]))
    }
    return (['age', 'freshness'] as const).flatMap((key) => {
      if (trigger[key] === undefined) return []
      return [
        {
          code: 'project/value',
          file,
          ...lineOf([...path, key]),
          message: `Cannot use "${[...path, key].join('.')}": the model has no time; expected one, which tells how old rows are`,
          remedy: 'Add time: COLUMN under model, or take the trigger out.',
        },
      ]
    })
  }
}
