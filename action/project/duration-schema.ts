import { parseDuration } from '../base/duration.ts'
import { z } from './zod.ts'

/** A text such as `6h`, as milliseconds. */
export const duration = z.string().transform((text, context) => {
  const durationMs = parseDuration(text)
  if (durationMs !== undefined) return durationMs
  context.issues.push({ code: 'custom', input: text, message: 'a duration such as 90s, 6h or 30d is expected' })
  return z.NEVER
})
