import type { ContractRule, LogicalType, RuleKind } from './contract.ts'
import type { ContractNotes } from './contract-notes.ts'
import type { OdcsProperty } from './odcs.ts'
import { integerRange } from './read-type-options.ts'
import type { YamlPath } from './read-yaml.ts'

/**
 * What a physical type says beyond the logical one: the length of VARCHAR(n), the digits of DECIMAL(p, s), the width of
 * INT16 or UINT8. Names that mean other widths in other databases (INT, INT8, SMALLINT) promise nothing.
 */
export function readPhysicalType(
  { physicalType }: OdcsProperty,
  type: LogicalType,
  path: YamlPath,
  notes: ContractNotes,
): ContractRule[] {
  if (physicalType === undefined) return []
  const line = notes.lineOf([...path, 'physicalType'])
  return promisesOf(physicalType, type).map((kind) => ({ ...kind, line }))
}

function promisesOf(physicalType: string, type: LogicalType): RuleKind[] {
  const [, name = '', first, second = '0'] =
    /^([a-z][a-z0-9_ ]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?$/i.exec(physicalType.trim()) ?? []
  if (type === 'string' && first !== undefined && /^(n?(var)?char2?|character( varying)?|string)$/i.test(name)) {
    return [{ kind: 'max-length', length: Number(first) }]
  }
  if ((type === 'number' || type === 'integer') && first !== undefined && /^(decimal|numeric|number)$/i.test(name)) {
    return decimalRange(Number(first), Number(second), type)
  }
  const width = /^(?:(u)int(8|16|32|64)|int(16|32|64))$/i.exec(name)
  return type === 'integer' && width ? integerRange(Number(width[2] ?? width[3]), width[1] === undefined) : []
}

/** Of DECIMAL(5, 2): whole cents, less than 1000 either way. */
function decimalRange(precision: number, scale: number, type: LogicalType): RuleKind[] {
  const limit = 10 ** (precision - scale)
  const isWide = type === 'integer' && limit >= 2 ** 63
  const bounds: RuleKind[] = [
    { kind: 'minimum', limit: -limit, isExclusive: true },
    { kind: 'maximum', limit, isExclusive: true },
  ]
  const step: RuleKind[] = type === 'number' ? [{ kind: 'multiple-of', step: Number(`1e-${scale}`) }] : []
  return [...(isWide ? [] : bounds), ...step]
}
