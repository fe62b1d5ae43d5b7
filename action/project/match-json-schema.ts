import { describeIssue, wordIssue } from './describe-issue.ts'
import { z } from './zod.ts'

/**
 * Of a JSON Schema (2020-12): the first thing that a value has against it, in words with its place; undefined where it fits.
 * `file` names what has no place.
 */
export function jsonSchemaCheck(schema: object, file: string): (value: unknown) => string | undefined {
  const form = z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema, { registry: z.registry() })
  return (value) => {
    const { error } = form.safeParse(value, { error: wordIssue })
    if (!error) return undefined
    const [issue] = error.issues.flatMap((found) => describeIssue(found, value, form, file))
    return issue?.message ?? `Cannot use "${file}": it has another form`
  }
}
