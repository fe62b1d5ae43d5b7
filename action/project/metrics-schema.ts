import { ownMetricName } from './metric-kinds.ts'
import { z } from './zod.ts'

/** `metrics:` of `plumbline.yaml`. */
export const metrics = z
  .record(
    z.string().regex(ownMetricName, 'small letters, digits, _ and -, at most 40, starting with a letter are expected'),
    z.strictObject({
      sql: z
        .string()
        .regex(/\S/, 'one aggregate of SQL is expected')
        .describe(
          'One aggregate over labelled rows: `prediction`, probabilities, and the columns of the contract that are not classified.',
        ),
      better: z
        .enum(['higher', 'lower'])
        .describe('Which way it points: whether a `higher` or a `lower` one is better.'),
    }),
  )
  .default({})
  .describe('Metrics of your own, which `performance` and `retrain` watch once labels come in.')
