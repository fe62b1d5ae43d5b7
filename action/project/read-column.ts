import type { ContractColumn, ContractRule, LogicalType, RuleKind } from './contract.ts'
import type { ContractNotes } from './contract-notes.ts'
import type { OdcsProperty } from './odcs.ts'
import { checkPattern, readColumnQuality } from './read-quality-rule.ts'
import type { YamlPath } from './read-yaml.ts'

const logicalTypes = ['string', 'integer', 'number', 'boolean', 'date', 'timestamp'] as const satisfies LogicalType[]

/** One ODCS property with its promises as rules. What is wrong goes to the notes; the column is then only a stand-in. */
export function readColumn(property: OdcsProperty, path: YamlPath, notes: ContractNotes): ContractColumn {
  const logicalType = logicalTypes.find((type) => type === property.logicalType) ?? 'string'
  if (logicalType !== property.logicalType) {
    const remedy = `Use one of ${logicalTypes.join(', ')}.`
    notes.refuseYet([...path, 'logicalType'], `columns of type ${property.logicalType}`, remedy)
  }
  if (property.relationships !== undefined) {
    notes.refuseYet([...path, 'relationships'], 'relationships', 'Take them out, or keep them in a comment.')
  }
  return {
    name: property.name,
    logicalType,
    line: notes.lineOf([...path, 'name']),
    aliases: readAliases(property, path, notes),
    ...(property.classification !== undefined && { classification: property.classification }),
    rules: [
      ...readFlags(property, path, notes),
      ...readTypeOptions(property, logicalType, [...path, 'logicalTypeOptions'], notes),
      ...property.quality.flatMap((rule, i) => readColumnQuality(rule, [...path, 'quality', i], notes)),
    ],
  }
}

function readFlags(property: OdcsProperty, path: YamlPath, notes: ContractNotes): ContractRule[] {
  const rules: ContractRule[] = []
  const { required, unique, primaryKey } = property
  const keyLine = notes.lineOf([...path, 'primaryKey'])
  if (required || primaryKey) {
    rules.push({ kind: 'required', line: required ? notes.lineOf([...path, 'required']) : keyLine })
  }
  if (unique || primaryKey) rules.push({ kind: 'unique', line: unique ? notes.lineOf([...path, 'unique']) : keyLine })
  return rules
}

function readAliases(property: OdcsProperty, path: YamlPath, notes: ContractNotes): string[] {
  const { name, physicalName } = property
  const aliases = physicalName !== undefined && physicalName !== name ? [physicalName] : []
  property.customProperties.forEach((custom, i) => {
    if (custom.property !== 'aliases') return
    const value: unknown = custom.value
    if (Array.isArray(value) && value.every((alias): alias is string => typeof alias === 'string' && alias !== '')) {
      aliases.push(...value)
      return
    }
    const place = [...path, 'customProperties', i, 'value']
    notes.complain(place, 'Cannot use these aliases: expected a list of names', 'Write value: [older_name].')
  })
  return aliases
}

const optionTypes = {
  minimum: ['integer', 'number', 'date', 'timestamp'],
  maximum: ['integer', 'number', 'date', 'timestamp'],
  exclusiveMinimum: ['integer', 'number', 'date', 'timestamp'],
  exclusiveMaximum: ['integer', 'number', 'date', 'timestamp'],
  minLength: ['string'],
  maxLength: ['string'],
  pattern: ['string'],
} as const satisfies Record<string, readonly LogicalType[]>

const optionsToCome = ['multipleOf', 'format', 'timezone', 'defaultTimezone'] as const

function readTypeOptions(
  property: OdcsProperty,
  type: LogicalType,
  path: YamlPath,
  notes: ContractNotes,
): ContractRule[] {
  const options = property.logicalTypeOptions
  for (const name of optionsToCome) {
    if (options[name] === undefined) continue
    notes.refuseYet([...path, name], `logicalTypeOptions.${name}`, 'Take it out, or keep it in a comment.')
  }
  const rules: ContractRule[] = []
  const add = (name: keyof typeof optionTypes, rule: RuleKind): void => {
    const allowed: readonly LogicalType[] = optionTypes[name]
    if (!allowed.includes(type)) {
      const state = `the column is of type ${type}; expected ${allowed.join(' or ')}`
      notes.complain([...path, name], `Cannot use "${name}": ${state}`, 'Change the type, or take the limit out.')
    }
    rules.push({ ...rule, line: notes.lineOf([...path, name]) })
  }

  for (const name of ['minimum', 'exclusiveMinimum', 'maximum', 'exclusiveMaximum'] as const) {
    const limit = options[name]
    if (limit === undefined) continue
    checkLimit(limit, type, [...path, name], notes)
    const kind = name === 'minimum' || name === 'exclusiveMinimum' ? 'minimum' : 'maximum'
    add(name, { kind, limit, isExclusive: name.startsWith('exclusive') })
  }
  if (options.minLength !== undefined) add('minLength', { kind: 'min-length', length: options.minLength })
  if (options.maxLength !== undefined) add('maxLength', { kind: 'max-length', length: options.maxLength })
  if (options.pattern !== undefined) {
    checkPattern(options.pattern, [...path, 'pattern'], notes)
    add('pattern', { kind: 'pattern', pattern: options.pattern })
  }
  return rules
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
