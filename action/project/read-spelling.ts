import { nearestName } from '../base/nearest-name.ts'
import { type ContractColumn, decimalMarks, epochUnits, type LogicalType } from './contract.ts'
import type { ContractNotes } from './contract-notes.ts'
import type { OdcsProperty } from './odcs.ts'
import type { YamlPath } from './read-yaml.ts'

/** Custom properties of a column that only Plumbline reads, and the columns that may have them. */
const spellings = {
  'plumbline.decimal': { values: decimalMarks, types: ['number', 'integer'] },
  'plumbline.epoch': { values: epochUnits, types: ['date', 'timestamp'] },
} as const satisfies Record<string, { values: readonly string[]; types: readonly LogicalType[] }>

/** How a column's texts or integers spell its values, where the standard has no word for it. */
export function readSpelling(
  { customProperties, logicalTypeOptions }: OdcsProperty,
  type: LogicalType,
  path: YamlPath,
  notes: ContractNotes,
): Pick<ContractColumn, 'decimal' | 'epoch'> {
  let found: Pick<ContractColumn, 'decimal' | 'epoch'> = {}
  customProperties.forEach(({ property, value }, i) => {
    if (!property.startsWith('plumbline.')) return
    const place = [...path, 'customProperties', i]
    const complain = (key: string, state: string, remedy: string) =>
      notes.complain([...place, key], `Cannot use "${property}": ${state}`, remedy)
    if (property !== 'plumbline.decimal' && property !== 'plumbline.epoch') {
      const names = Object.keys(spellings)
      const meant = nearestName(property, names)
      const remedy = meant === undefined ? 'Take it out.' : `Did you mean "${meant}"?`
      return complain('property', `Plumbline knows none of that name; expected ${names.join(' or ')}`, remedy)
    }
    const { values, types } = spellings[property]
    if (!types.some((allowed) => allowed === type)) {
      const state = `the column is of type ${type}; expected ${types.join(' or ')}`
      return complain('property', state, 'Change the type, or take it out.')
    }
    const known = [...values].find((each) => each === value)
    const expected = values.map((each) => JSON.stringify(each)).join(' or ')
    if (known === undefined) {
      return complain('value', `it is ${JSON.stringify(value)}; expected ${expected}`, `Write value: "${values[0]}".`)
    }
    if (property === 'plumbline.epoch' && logicalTypeOptions.format !== undefined) {
      return complain('property', 'the column has a format too; expected one of the two', 'Take one of them out.')
    }
    found = { ...found, [property === 'plumbline.decimal' ? 'decimal' : 'epoch']: known }
  })
  return found
}
