import { type ContractRule, type LogicalType, type RuleKind, textFormats } from './contract.ts'
import type { ContractNotes } from './contract-notes.ts'
import type { OdcsProperty } from './odcs.ts'
import { checkPattern } from './read-quality-rule.ts'
import type { YamlPath } from './read-yaml.ts'
import { strptimeOf } from './time-format.ts'

export interface TypeOptions {
  readonly rules: readonly ContractRule[]
  /** For `strptime`. */
  readonly format?: string
}

const optionTypes = {
  minimum: ['integer', 'number', 'date', 'timestamp'],
  maximum: ['integer', 'number', 'date', 'timestamp'],
  exclusiveMinimum: ['integer', 'number', 'date', 'timestamp'],
  exclusiveMaximum: ['integer', 'number', 'date', 'timestamp'],
  multipleOf: ['integer', 'number'],
  minLength: ['string'],
  maxLength: ['string'],
  pattern: ['string'],
  timezone: ['timestamp'],
  defaultTimezone: ['timestamp'],
  minItems: ['array'],
  maxItems: ['array'],
  uniqueItems: ['array'],
  minProperties: ['object'],
  maxProperties: ['object'],
  required: ['object'],
} as const satisfies Record<string, readonly OdcsProperty['logicalType'][]>

/** The promises of `logicalTypeOptions`, each with its line. An option that does not belong to the type is refused. */
export function readTypeOptions(
  { logicalTypeOptions: options }: OdcsProperty,
  type: LogicalType,
  path: YamlPath,
  notes: ContractNotes,
): TypeOptions {
  const rules: ContractRule[] = []
  const add = (name: keyof OdcsProperty['logicalTypeOptions'], rule: RuleKind): void => {
    rules.push({ ...rule, line: notes.lineOf([...path, name]) })
  }
  for (const [name, types] of Object.entries(optionTypes)) {
    const allowed: readonly OdcsProperty['logicalType'][] = types
    if (options[name as keyof typeof optionTypes] === undefined || allowed.includes(type)) continue
    const state = `the column is of type ${type}; expected ${allowed.join(' or ')}`
    notes.complain([...path, name], `Cannot use "${name}": ${state}`, 'Change the type, or take the limit out.')
  }

  for (const name of ['minimum', 'exclusiveMinimum', 'maximum', 'exclusiveMaximum'] as const) {
    const limit = options[name]
    if (limit === undefined) continue
    checkLimit(limit, type, [...path, name], notes)
    const kind = name === 'minimum' || name === 'exclusiveMinimum' ? 'minimum' : 'maximum'
    add(name, { kind, limit, isExclusive: name.startsWith('exclusive') })
  }
  if (options.multipleOf !== undefined) add('multipleOf', { kind: 'multiple-of', step: options.multipleOf })
  if (options.minLength !== undefined) add('minLength', { kind: 'min-length', length: options.minLength })
  if (options.maxLength !== undefined) add('maxLength', { kind: 'max-length', length: options.maxLength })
  if (options.pattern !== undefined) {
    checkPattern(options.pattern, [...path, 'pattern'], notes)
    add('pattern', { kind: 'pattern', pattern: options.pattern })
  }
  checkZone(options, path, notes)
  if (options.format === undefined) return { rules }
  if (type === 'date' || type === 'timestamp') {
    const format = readTimeFormat(options.format, [...path, 'format'], notes)
    return { rules, ...(format !== undefined && { format }) }
  }
  for (const kind of readValueFormat(options.format, type, [...path, 'format'], notes)) add('format', kind)
  return { rules }
}

/** Moments without an offset are taken as UTC, which is what ODCS takes them for too. */
function checkZone(
  { timezone, defaultTimezone }: OdcsProperty['logicalTypeOptions'],
  path: YamlPath,
  notes: ContractNotes,
): void {
  if (timezone !== undefined) {
    notes.refuseYet([...path, 'timezone'], 'logicalTypeOptions.timezone', 'Take it out, or keep it in a comment.')
  }
  if (defaultTimezone !== undefined && !/^((Etc\/)?(UTC|GMT)|Z)$/i.test(defaultTimezone)) {
    const what = `moments of the zone ${defaultTimezone}`
    notes.refuseYet([...path, 'defaultTimezone'], what, 'Write the offset behind each moment, or store them in UTC.')
  }
}

function readTimeFormat(format: string, path: YamlPath, notes: ContractNotes): string | undefined {
  const read = strptimeOf(format)
  if (read.ok) return read.value
  const message = `Cannot use the format "${format}": ${read.unknown}; expected a pattern such as yyyy-MM-dd HH:mm:ss`
  notes.complain(path, message, 'Use y M d H h m s S a E X and quoted text.')
  return undefined
}

/** ODCS takes i32 where no format is given; nobody means that, so that a missing format promises nothing. */
function readValueFormat(format: string, type: LogicalType, path: YamlPath, notes: ContractNotes): RuleKind[] {
  if (type === 'string') {
    const known = textFormats.find((name) => name === format)
    if (known) return [{ kind: 'format', format: known }]
    if (format === 'password' || format === 'binary') return []
  }
  const bits = /^([iu])(8|16|32|64|128)$/.exec(format)
  if (type === 'integer' && bits) return integerRange(Number(bits[2]), bits[1] === 'i')
  if (type === 'number' && (format === 'f32' || format === 'f64')) return []
  const expected = {
    string: [...textFormats, 'password', 'binary'],
    integer: ['i8', '…', 'u128'],
    number: ['f32', 'f64'],
  }
  const names = type === 'string' || type === 'integer' || type === 'number' ? expected[type].join(', ') : 'none'
  notes.complain(
    path,
    `Cannot use the format "${format}" for a ${type}: expected ${names}`,
    'Correct it, or take it out.',
  )
  return []
}

/** Integers are read as 64 bits: what is wider, or unsigned of 64, ends there. */
export function integerRange(bits: number, isSigned: boolean): RuleKind[] {
  const lowest: RuleKind[] = isSigned ? [] : [{ kind: 'minimum', limit: 0, isExclusive: false }]
  if (bits >= 64) return lowest
  const limit = 2 ** (isSigned ? bits - 1 : bits)
  return [
    ...(isSigned ? [{ kind: 'minimum', limit: -limit, isExclusive: false } as const] : lowest),
    { kind: 'maximum', limit: limit - 1, isExclusive: false },
  ]
}

function checkLimit(limit: number | string, type: LogicalType, path: YamlPath, notes: ContractNotes): void {
  const isTime = type === 'date' || type === 'timestamp'
  if (isTime && (typeof limit !== 'string' || !/^\d{4}-\d\d-\d\d/.test(limit) || Number.isNaN(Date.parse(limit)))) {
    const message = `Cannot use ${JSON.stringify(limit)} as a limit of a ${type}: expected a date such as "2024-01-31"`
    notes.complain(path, message, 'Write it as year-month-day, in quotes.')
  }
  if ((type === 'integer' || type === 'number') && (typeof limit !== 'number' || !Number.isFinite(limit))) {
    const message = `Cannot use ${JSON.stringify(limit)} as a limit of ${type} values: expected a number`
    notes.complain(path, message, 'Write it without quotes.')
  }
}
