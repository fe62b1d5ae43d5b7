import { type DriftPolicy, measureNames, parsePersistence, seasons } from './drift-policy.ts'
import { duration } from './duration-schema.ts'
import { z } from './zod.ts'

const positive = duration.refine((ms) => ms > 0, { error: 'a duration of more than nothing is expected' })
const belowOne = z.number().gt(0).lt(1)

const persist = z.string().transform((text, context) => {
  const persistence = parsePersistence(text)
  if (persistence) return persistence
  context.issues.push({
    code: 'custom',
    input: text,
    message: 'how many of how many windows, such as 2/3, is expected',
  })
  return z.NEVER
})

const limits = Object.fromEntries(
  measureNames.map((name) => [
    name,
    z
      .number()
      .min(0)
      .optional()
      .describe(`A plain limit of \`${name}\`: with any such limit, a column drifts above it, and by that alone.`),
  ]),
) as Record<(typeof measureNames)[number], z.ZodOptional<z.ZodNumber>>

/** `drift:` of `plumbline.yaml`. */
export const drift = z.strictObject({
  window: positive.prefault('7d').describe('How long a window of new rows is.'),
  lateness: duration
    .prefault('1d')
    .describe('A window is judged so long after its end; rows that come later are late.'),
  recent: positive
    .prefault('30d')
    .describe('How far back what a model learned last reaches; what it learned already is no alarm.'),
  effect: belowOne
    .default(0.1)
    .describe('The least effect that matters: D of numbers, total variation of categories, shares of missing rows.'),
  fdr: belowOne.default(0.05).describe('The share of false ones among the columns called drifted, at most.'),
  persist: persist.prefault('2/3').describe('In how many of the last windows a column drifts before it is believed.'),
  season: z
    .enum(seasons)
    .optional()
    .describe('What repeats itself: a window is compared with blocks of its own phase alone.'),
  weights: z
    .record(z.string().min(1), z.number().min(0))
    .default({})
    .describe(
      'Column → importance, that of the model’s answers by the name prediction; columns without one then count nothing. Without any, all count alike.',
    ),
  ...limits,
})

/** `drift:` as the rule reads it. */
export function driftPolicy(document: z.output<typeof drift>): DriftPolicy {
  const { window, lateness, recent, season, persist: persistence, effect, fdr, weights } = document
  return {
    windowMs: window,
    latenessMs: lateness,
    recentMs: recent,
    season: season ?? null,
    persist: persistence,
    effect,
    fdr,
    limits: Object.fromEntries(
      measureNames.flatMap((name) => (document[name] === undefined ? [] : [[name, document[name]]])),
    ),
    weights,
  }
}
