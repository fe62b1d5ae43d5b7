import { duration } from './duration-schema.ts'
import { z } from './zod.ts'

const simpleTrigger = {
  every: duration.optional().describe('So long after the model was last proposed or released, such as `7d`.'),
  'new-rows': z
    .int()
    .min(1)
    .optional()
    .describe('So many labelled rows that the pinned snapshot does not hold; copies of rows are not new.'),
  age: duration.optional().describe('The newest row that the released model learned is so old, such as `30d`.'),
  freshness: duration
    .optional()
    .describe('The newest row of the data is so much newer than the newest pinned one, such as `2d`.'),
  drift: z
    .literal('confirmed')
    .optional()
    .describe('The newest release’s newest window drifted, and enough windows agree: `confirmed`.'),
  metric: z
    .string()
    .optional()
    .describe('A metric of the predictions whose labels came in, such as `roc_auc`; with `drop` and `over`.'),
  drop: z
    .number()
    .gt(0)
    .optional()
    .describe('With `metric`: so much worse than at the release, in the metric’s own unit, such as `0.03`.'),
  over: duration.optional().describe('With `metric`: measured over predictions of so long a time, such as `14d`.'),
}
/** They say more of a metric; what misses one, or the other, is told by its place in the whole file. */
const ofMetric: ReadonlySet<string> = new Set(['drop', 'over'])
const hasOne = (trigger: Readonly<Record<string, unknown>>) => {
  const given = Object.keys(trigger).filter((key) => trigger[key] !== undefined)
  return given.length > 0 && given.filter((key) => !ofMetric.has(key)).length <= 1
}
const oneTrigger = {
  error: 'one trigger an entry is expected',
  when: ({ issues }: { readonly issues: readonly unknown[] }) => issues.length === 0,
}
const triggers = z.array(z.strictObject(simpleTrigger).refine(hasOne, oneTrigger)).min(1)

/** `retrain:` of `plumbline.yaml`. */
export const retrain = z
  .strictObject({
    any: z
      .array(
        z
          .strictObject({ ...simpleTrigger, all: triggers.optional().describe('All of these fire.') })
          .refine(hasOne, oneTrigger),
      )
      .min(1)
      .optional()
      .describe('One of these fires; default: `every: 7d`.'),
    all: z
      .array(
        z
          .strictObject({ ...simpleTrigger, any: triggers.optional().describe('One of these fires.') })
          .refine(hasOne, oneTrigger),
      )
      .min(1)
      .optional()
      .describe('Instead of `any`: all of these fire.'),
    limits: z
      .strictObject({
        'runs-per-month': z
          .int()
          .min(0)
          .optional()
          .describe('Workflow runs that fit the model in a calendar month (UTC); once reached, nothing is proposed.'),
        'cool-down': duration.prefault('1d').describe('So long after a proposal or a release nothing is proposed.'),
        refresh: duration
          .prefault('7d')
          .describe('Data must be so much newer than an open proposal before it is made anew.'),
        'min-new-share': z
          .number()
          .min(0)
          .max(1)
          .default(0)
          .describe('The least share of new rows among all that the model would learn, such as `0.1`.'),
      })
      .prefault({})
      .describe('What keeps a trigger that fires from proposing.'),
  })
  .refine(({ any, all }) => any === undefined || all === undefined, { error: 'any or all is expected, not both' })
