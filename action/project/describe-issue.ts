import { z } from './zod.ts'

import type { Diagnostic } from '../base/diagnostic.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { YamlPath } from './read-yaml.ts'

/** What is wrong and under which key; the reader of the file adds the line. */
export interface DescribedIssue extends Pick<Diagnostic, 'code' | 'message' | 'remedy'> {
  readonly path: YamlPath
}

/** What follows the colon, for every issue that the schema does not word itself. */
export function wordIssue(issue: z.core.$ZodRawIssue): string | undefined {
  const expected = wordExpected(issue)
  return expected === undefined ? undefined : `it is ${describeValue(issue.input)}; expected ${expected}`
}

function wordExpected(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') return nameType(issue.expected)
  if (issue.code === 'invalid_value') return issue.values.map((value) => JSON.stringify(value)).join(' or ')
  if (issue.code === 'too_small') return bound('at least', 'more than', issue.minimum, issue)
  if (issue.code === 'too_big') return bound('at most', 'less than', issue.maximum, issue)
  if (issue.code === 'invalid_format') {
    return issue.pattern === undefined ? issue.format : `text that matches ${issue.pattern}`
  }
  return issue.code === 'invalid_union' ? 'another form' : undefined
}

/** One diagnostic an issue; of a union, those of the form that the value comes nearest to; one for each unknown key. */
export function describeIssue(
  issue: z.core.$ZodIssue,
  value: unknown,
  schema: z.ZodType,
  file: string,
  above: YamlPath = [],
): DescribedIssue[] {
  const path = [...above, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))]
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => describeUnknownKey([...path, key], keysAt(path, schema)))
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const nearest = [...issue.errors].sort((a, b) => distanceFrom(a) - distanceFrom(b))[0] ?? []
    const isPlain = nearest.every((inner) => inner.code === 'invalid_type' && inner.path.length === 0)
    if (!isPlain) return nearest.flatMap((inner) => describeIssue(inner, value, schema, file, path))
    const kinds = issue.errors.flatMap((errors) =>
      errors.flatMap((e) => ('expected' in e ? [nameType(e.expected)] : [])),
    )
    const state = `it is ${describeValue(valueAt(path, value))}; expected ${[...new Set(kinds)].join(' or ')}`
    return [{ code: 'yaml/value', path, message: `Cannot use "${nameOf(path, file)}": ${state}`, remedy: mendIt }]
  }
  if (issue.code === 'invalid_key') {
    const why = issue.issues.map((inner) => inner.message).join('; ')
    return [
      {
        code: 'yaml/value',
        path,
        message: `Cannot use the name "${nameOf(path, file)}": ${why}`,
        remedy: 'Rename it.',
      },
    ]
  }
  if (path.length > 0 && valueAt(path, value) === undefined && issue.code !== 'custom') {
    const expected = issue.message.split('; ').find((part) => part.startsWith('expected ')) ?? 'expected a value'
    const message = `Cannot find "${nameOf(path, file)}": ${expected}`
    return [{ code: 'yaml/missing-key', path, message, remedy: `Add the key "${String(path.at(-1))}".` }]
  }
  const remedy =
    issue.code === 'invalid_value' ? suggest(valueAt(path, value), issue.values.map(String), mendIt) : mended
  return [{ code: 'yaml/value', path, message: `Cannot use "${nameOf(path, file)}": ${issue.message}`, ...remedy }]
}

function describeUnknownKey(path: YamlPath, known: readonly string[]): DescribedIssue {
  const key = String(path.at(-1))
  const expected = known.length > 0 ? `; expected one of ${known.join(', ')}` : ''
  return {
    code: 'yaml/unknown-key',
    path,
    message: `Cannot use "${path.join('.')}": no such key${expected}`,
    ...suggest(key, known, 'Remove it.'),
  }
}

const mendIt = 'Write what is expected instead.'
const mended = { remedy: mendIt }

function suggest(text: unknown, known: readonly string[], otherwise: string): { remedy: string } {
  const meant = typeof text === 'string' ? nearestName(text, known) : undefined
  return { remedy: meant === undefined ? otherwise : `Did you mean "${meant}"?` }
}

/** A form that fails deeper inside is nearer to what was meant than one of another kind. */
function distanceFrom(errors: readonly z.core.$ZodIssue[]): number {
  const isOtherKind = errors.some((error) => error.path.length === 0 && error.code === 'invalid_type')
  return (isOtherKind ? 1000 : 0) + errors.length
}

function keysAt(path: YamlPath, schema: z.ZodType): string[] {
  let candidates = unwrap(schema)
  for (const step of path) {
    candidates = candidates.flatMap((candidate) => stepInto(candidate, step)).flatMap(unwrap)
  }
  return [...new Set(candidates.flatMap((candidate) => Object.keys(shapeOf(candidate))))]
}

function shapeOf(schema: unknown): Readonly<Record<string, unknown>> {
  return schema instanceof z.ZodObject ? schema.shape : {}
}

/** The forms that a value may take, without defaults, transformations and optionality. */
function unwrap(schema: unknown): unknown[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(unwrap)
  if (schema instanceof z.ZodPipe) return unwrap(schema.in)
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return unwrap(schema.unwrap())
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodLazy) {
    return unwrap(schema.unwrap())
  }
  return [schema]
}

function stepInto(schema: unknown, step: string | number): unknown[] {
  if (schema instanceof z.ZodArray) return [schema.element]
  if (schema instanceof z.ZodRecord) return [schema.valueType]
  const child = shapeOf(schema)[step]
  return child === undefined ? [] : [child]
}

function valueAt(path: YamlPath, value: unknown): unknown {
  let found = value
  for (const step of path) {
    if (typeof found !== 'object' || found === null) return undefined
    found = Object.entries(found).find(([key]) => key === String(step))?.[1]
  }
  return found
}

function nameOf(path: YamlPath, file: string): string {
  return path.length === 0 ? file : path.join('.')
}

function nameType(type: string): string {
  const names: Readonly<Record<string, string>> = {
    array: 'a list',
    boolean: 'true or false',
    int: 'a whole number',
    number: 'a number',
    object: 'a mapping',
    record: 'a mapping',
    string: 'text',
  }
  return names[type] ?? type
}

function describeValue(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'empty'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return 'a mapping'
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

function bound(
  inclusive: string,
  exclusive: string,
  limit: number | bigint,
  issue: { readonly origin: string; readonly inclusive?: boolean },
): string {
  const unit = { array: ' item', set: ' item', string: ' character' }[issue.origin]
  const plural = unit === undefined ? '' : Number(limit) === 1 ? unit : `${unit}s`
  return `${issue.inclusive === false ? exclusive : inclusive} ${limit}${plural}`
}
