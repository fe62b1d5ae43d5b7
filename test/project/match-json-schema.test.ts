import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { jsonSchemaCheck } from '../../action/project/match-json-schema.ts'
import { jsonEnding } from '../../action/report/word-ending.ts'
import run from '../../schema/run-result.schema.json' with { type: 'json' }
import validate from '../../schema/validate-result.schema.json' with { type: 'json' }
import { runEnding } from '../support/fork-pull.ts'
import { schemaOf } from '../support/result-schema.ts'

const good: unknown = JSON.parse(jsonEnding('run', runEnding()))

/** Places of a value that can be changed, as paths. */
function placesIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...path, key]))]
}

function changedAt(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by
  if (Array.isArray(value))
    return value.map((inner, index) => (String(index) === key ? changedAt(inner, rest, by) : inner))
  return { ...(value as object), [key]: changedAt((value as Record<string, unknown>)[key], rest, by) }
}

describe('jsonSchemaCheck()', () => {
  test('has against a value what a validator of JSON Schema has, whatever is changed in it', () => {
    const check = jsonSchemaCheck(run, 'report')
    const isValid = schemaOf('run')
    expect(check(good)).toBeUndefined()
    const places = placesIn(good)
    // A whole number that no other number is next to is refused on top: it would not be the one that was written.
    const values = fc.jsonValue({ maxDepth: 1 }).filter((by) => !Number.isInteger(by) || Number.isSafeInteger(by))
    fc.assert(
      fc.property(fc.constantFrom(...places), values, (place, by) => {
        const value = JSON.parse(JSON.stringify(changedAt(good, place, by)))
        expect(check(value) === undefined).toBe(isValid(value))
      }),
      { numRuns: 600, seed: 6, endOnFailure: true },
    )
  })

  test('says where and what is wrong', () => {
    const check = jsonSchemaCheck(run, 'report')
    expect(check(changedAt(good, ['result', 'seed'], 'x'))).toBe(
      'Cannot use "result.seed": it is "x"; expected a number',
    )
    expect(check(changedAt(good, ['result', 'hidden'], 1))).toMatch(/^Cannot use "result\.hidden": no such key/)
    expect(check(7)).toMatch(/^Cannot use "report": it is 7; expected a mapping/)
  })

  test('knows every schema that it is asked with', () => {
    for (const schema of [run, validate]) expect(jsonSchemaCheck(schema, 'report')({})).toBeTypeOf('string')
  })
})
