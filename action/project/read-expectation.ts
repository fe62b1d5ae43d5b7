import { type Expectation, operators } from './contract.ts'
import type { ContractNotes } from './contract-notes.ts'
import type { OdcsQualityRule } from './odcs.ts'
import type { YamlPath } from './read-yaml.ts'

/** The one operator of a quality rule; a rule with none or several is refused. What is true of SQL is 1, what is false 0. */
export function readExpectation(rule: OdcsQualityRule, path: YamlPath, notes: ContractNotes): Expectation | undefined {
  const named = operators.filter((operator) => rule[operator] !== undefined)
  const [operator] = named
  if (operator === undefined || named.length !== 1) {
    const state = named.length === 0 ? 'it has no operator' : `it has ${named.length} operators (${named.join(', ')})`
    const remedy =
      named.length === 0
        ? 'Add one, such as mustBe: 0.'
        : 'Write a rule for each, or mustBeBetween: [lowest, highest], both included.'
    notes.complain([...path, named[1] ?? 'metric'], `Cannot check this quality rule: ${state}; expected one`, remedy)
    return undefined
  }
  const given = [rule[operator] ?? []].flat()
  if (rule.type !== 'sql' && given.some((limit) => typeof limit === 'boolean')) {
    const message = `Cannot use ${String(given[0])}: expected a number of rows, or of percent`
    notes.complain([...path, operator], message, 'Write a number; SQL rules alone may be true or false.')
    return undefined
  }
  const limits = given.map(Number)
  const [first = 0, last = first] = limits
  if (first <= last) return { operator, limits }
  const message = `Cannot use [${limits.join(', ')}]: expected the smaller number first`
  notes.complain([...path, operator], message, 'Swap them.')
  return undefined
}
