import type { z } from 'zod'

import type { Diagnostic } from '../base/diagnostic.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { YamlPath } from './read-yaml.ts'

/** What is wrong and under which key; the reader of the file adds the line. */
export interface DescribedIssue extends Pick<Diagnostic, 'code' | 'message' | 'remedy'> {
  readonly path: YamlPath
}

/** What follows the colon, for every issue that the schema does not word itself. */
export function wordIssue(issue: z.core.$ZodRawIssue): string | undefined {
  const got = describeValue(issue.input)
  switch (issue.code) {
    case 'invalid_type':
      return `it is ${got}; expected ${nameType(issue.expected)}`
    case 'invalid_value':
      return `it is ${got}; expected ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`
    case 'too_small':
      return `it is ${got}; expected ${bound('at least', 'more than', issue.minimum, issue)}`
    case 'too_big':
      return `it is ${got}; expected ${bound('at most', 'less than', issue.maximum, issue)}`
    case 'invalid_format':
      return `it is ${got}; expected ${issue.pattern === undefined ? issue.format : `text that matches ${issue.pattern}`}`
    case 'invalid_union':
      return `it is ${got}; expected another form`
    default:
      return undefined
  }
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
    return [{ code: 'yaml/value', path, message: `Cannot use "${nameOf(path, file)}": ${state}` }]
  }
  if (issue.code === 'invalid_key') {
    const why = issue.issues.map((inner) => inner.message).join('; ')
    return [{ code: 'yaml/value', path, message: `Cannot use the name "${nameOf(path, file)}": ${why}` }]
  }
  if (path.length > 0 && valueAt(path, value) === undefined && issue.code !== 'custom') {
    const expected = issue.message.split('; ').find((part) => part.startsWith('expected ')) ?? 'expected a value'
    return [{ code: 'yaml/missing-key', path, message: `Cannot find "${nameOf(path, file)}": ${expected}` }]
  }
  const remedy = issue.code === 'invalid_value' ? suggest(valueAt(path, value), issue.values.map(String)) : {}
  return [{ code: 'yaml/value', path, message: `Cannot use "${nameOf(path, file)}": ${issue.message}`, ...remedy }]
}

function describeUnknownKey(path: YamlPath, known: readonly string[]): DescribedIssue {
  const key = String(path.at(-1))
  const expected = known.length > 0 ? `; expected one of ${known.join(', ')}` : ''
  return {
    code: 'yaml/unknown-key',
    path,
    message: `Cannot use "${path.join('.')}": no such key${expected}`,
    ...suggest(key, known),
  }
}

function suggest(text: unknown, known: readonly string[]): { remedy?: string } {
  const meant = typeof text === 'string' ? nearestName(text, known) : undefined
  return meant === undefined ? {} : { remedy: `Did you mean "${meant}"?` }
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
  return [...new Set(candidates.flatMap((candidate) => Object.keys(defOf(candidate).shape ?? {})))]
}

interface Definition {
  readonly type: string
  readonly innerType?: z.ZodType
  readonly in?: z.ZodType
  readonly getter?: () => z.ZodType
  readonly options?: readonly z.ZodType[]
  readonly shape?: Readonly<Record<string, z.ZodType>>
  readonly element?: z.ZodType
  readonly valueType?: z.ZodType
}

function defOf(schema: z.ZodType): Definition {
  return schema._zod.def as unknown as Definition
}

function unwrap(schema: z.ZodType): z.ZodType[] {
  const def = defOf(schema)
  const inner = def.innerType ?? def.in ?? def.getter?.()
  if (inner) return unwrap(inner)
  return def.options ? def.options.flatMap(unwrap) : [schema]
}

function stepInto(schema: z.ZodType, step: string | number): z.ZodType[] {
  const { shape, element, valueType } = defOf(schema)
  const child = shape?.[step] ?? element ?? valueType
  return child ? [child] : []
}

function valueAt(path: YamlPath, value: unknown): unknown {
  return path.reduce<unknown>(
    (parent, step) => (parent as Record<string | number, unknown> | null | undefined)?.[step],
    value,
  )
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
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

function bound(
  inclusive: string,
  exclusive: string,
  limit: number | bigint,
  issue: { readonly origin: string; readonly inclusive?: boolean },
): string {
  const unit = { array: ' items', set: ' items', string: ' characters' }[issue.origin] ?? ''
  return `${issue.inclusive === false ? exclusive : inclusive} ${limit}${unit}`
}
