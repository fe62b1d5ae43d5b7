import { nearestName } from '../base/nearest-name.ts'
import { type ContractColumn, decimalMarks, epochUnits, type LogicalType, type TruthWords } from './contract.ts'
import type { ContractNotes } from './contract-notes.ts'
import type { OdcsProperty } from './odcs.ts'
import type { YamlPath } from './read-yaml.ts'

/** Custom properties of a column that only Plumbline reads, and the columns that may have them. */
const spellings = {
  'plumbline.decimal': { values: decimalMarks, types: ['number', 'integer'] },
  'plumbline.epoch': { values: epochUnits, types: ['date', 'timestamp'] },
} as const satisfies Record<string, { values: readonly string[]; types: readonly LogicalType[] }>

type Spelling = Pick<ContractColumn, 'decimal' | 'epoch' | 'truth' | 'missing'>

/** How a column's texts or integers spell its values, where the standard has no word for it. */
export function readSpelling(
  { customProperties, logicalTypeOptions }: OdcsProperty,
  type: LogicalType,
  path: YamlPath,
  notes: ContractNotes,
): Spelling {
  let found: Spelling = {}
  customProperties.forEach(({ property, value }, i) => {
    if (!property.startsWith('plumbline.')) return
    const place = [...path, 'customProperties', i]
    const complain = (key: string, state: string, remedy: string) =>
      notes.complain([...place, key], `Cannot use "${property}": ${state}`, remedy)
    const expect = (expected: string, example: string) =>
      complain('value', `it is ${JSON.stringify(value)}; expected ${expected}`, `Write value: ${example}.`)
    if (property === 'plumbline.missing') {
      const missing = missingWords(value)
      if (missing === undefined) expect('a list of texts', '["n/a", "-"]')
      else found = { ...found, missing }
      return
    }
    if (property === 'plumbline.boolean') {
      const truth = truthWords(value)
      if (type !== 'boolean') {
        complain('property', `the column is of type ${type}; expected boolean`, 'Change the type, or take it out.')
      } else if (truth === undefined) expect('the words for true and for false', '"ja/nein"')
      else found = { ...found, truth }
      return
    }
    if (property !== 'plumbline.decimal' && property !== 'plumbline.epoch') {
      const names = [...Object.keys(spellings), 'plumbline.boolean', 'plumbline.missing']
      const ownPart = (name: string) => name.slice('plumbline.'.length)
      const meant = nearestName(ownPart(property), names.map(ownPart))
      const remedy = meant === undefined ? 'Take it out.' : `Did you mean "plumbline.${meant}"?`
      return complain(
        'property',
        `Plumbline knows none of that name; expected ${names.slice(0, -1).join(', ')} or ${names.at(-1)}`,
        remedy,
      )
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

/** Undefined where the value is neither a text nor a list of some. */
function missingWords(value: unknown): readonly string[] | undefined {
  const words: readonly unknown[] = Array.isArray(value) ? value : [value]
  const texts = words.filter((word): word is string => typeof word === 'string' && word.trim() !== '')
  return texts.length > 0 && texts.length === words.length ? texts.map((word) => word.trim()) : undefined
}

/** Undefined where there are not two, or both are one. */
function truthWords(value: unknown): TruthWords | undefined {
  const [yes = '', no = '', ...others] = typeof value === 'string' ? value.split('/').map((word) => word.trim()) : []
  const isPair = yes !== '' && no !== '' && others.length === 0 && yes.toLowerCase() !== no.toLowerCase()
  return isPair ? { yes, no } : undefined
}
