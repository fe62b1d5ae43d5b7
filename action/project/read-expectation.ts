import { type Expectation, operators } from './contract.ts'
import type { ContractNotes } from './contract-notes.ts'
import type { OdcsQualityRule } from './odcs.ts'
import type { YamlPath } from './read-yaml.ts'

/** The one operator of a quality rule; a rule with none or several is refused. */
export function readExpectation(rule: OdcsQualityRule, path: YamlPath, notes: ContractNotes): Expectation | undefined {
  const given = operators.filter((operator) => rule[operator] !== undefined)
  const [operator] = given
  if (operator === undefined || given.length !== 1) {
    const state = given.length === 0 ? 'it has no operator' : `it has ${given.length} operators (${given.join(', ')})`
    const remedy =
      given.length === 0
        ? 'Add one, such as mustBe: 0.'
        : 'Write a rule for each, or mustBeBetween: [lowest, highest], both included.'
    notes.complain([...path, given[1] ?? 'metric'], `Cannot check this quality rule: ${state}; expected one`, remedy)
    return undefined
  }
  const limits = [rule[operator] ?? []].flat()
  const [first = 0, last = first] = limits
  if (first <= last) return { operator, limits }
  const message = `Cannot use [${limits.join(', ')}]: expected the smaller number first`
  notes.complain([...path, operator], message, 'Swap them.')
  return undefined
}
