import type { ContractColumn, ContractRule, LogicalType } from './contract.ts'
import type { ContractNotes } from './contract-notes.ts'
import type { OdcsProperty } from './odcs.ts'
import { readEnvironments } from './read-environments.ts'
import { readPhysicalType } from './read-physical-type.ts'
import { readColumnQuality } from './read-quality-rule.ts'
import { readSpelling } from './read-spelling.ts'
import { readTypeOptions } from './read-type-options.ts'
import type { YamlPath } from './read-yaml.ts'

const logicalTypes = ['string', 'integer', 'number', 'boolean', 'date', 'timestamp'] as const satisfies LogicalType[]

/**
 * One ODCS property with its promises as rules. What is wrong goes to the notes; the column is then only a stand-in.
 * With `hasOneKey` a primary key is this column alone; else it is one of several, which are unique together.
 */
export function readColumn(
  property: OdcsProperty,
  hasOneKey: boolean,
  path: YamlPath,
  notes: ContractNotes,
): ContractColumn {
  const logicalType = logicalTypes.find((type) => type === property.logicalType) ?? 'string'
  if (logicalType !== property.logicalType) {
    const remedy = `Use one of ${logicalTypes.join(', ')}.`
    notes.refuseYet([...path, 'logicalType'], `columns of type ${property.logicalType}`, remedy)
  }
  for (const part of ['properties', 'items'] as const) {
    const owner = part === 'items' ? 'array' : 'object'
    if (property[part] === undefined || property.logicalType === 'array' || property.logicalType === 'object') continue
    const message = `Cannot use "${part}" of a ${property.logicalType}: expected the type ${owner}`
    notes.complain([...path, part], message, 'Take it out.')
  }
  const isKnown = logicalType === property.logicalType
  const options = isKnown
    ? readTypeOptions(property, logicalType, [...path, 'logicalTypeOptions'], notes)
    : { rules: [] }
  return {
    name: property.name,
    logicalType,
    line: notes.lineOf([...path, 'name']),
    aliases: readAliases(property, path, notes),
    ...(property.classification !== undefined && { classification: property.classification }),
    ...readEnvironments(property.customProperties, path, notes),
    ...(options.format !== undefined && { format: options.format }),
    ...readSpelling(property, logicalType, path, notes),
    rules: [
      ...readFlags(property, hasOneKey, path, notes),
      ...readPhysicalType(property, logicalType, path, notes),
      ...options.rules,
      ...property.quality.flatMap((rule, i) => readColumnQuality(rule, [...path, 'quality', i], notes)),
    ],
  }
}

function readFlags(
  { required, unique, primaryKey }: OdcsProperty,
  hasOneKey: boolean,
  path: YamlPath,
  notes: ContractNotes,
): ContractRule[] {
  const rules: ContractRule[] = []
  const keyLine = notes.lineOf([...path, 'primaryKey'])
  if (required || primaryKey) {
    rules.push({ kind: 'required', line: required ? notes.lineOf([...path, 'required']) : keyLine })
  }
  if (unique || (primaryKey && hasOneKey)) {
    rules.push({ kind: 'unique', line: unique ? notes.lineOf([...path, 'unique']) : keyLine })
  }
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
