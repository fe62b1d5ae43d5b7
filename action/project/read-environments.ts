import { misspeltEnvironment } from './contract-environments.ts'
import type { ContractNotes } from './contract-notes.ts'
import type { OdcsProperty } from './odcs.ts'
import type { YamlPath } from './read-yaml.ts'

/** The custom property `environments` of a column or a quality rule: names of lower-case letters, digits and hyphens. */
export function readEnvironments(
  custom: OdcsProperty['customProperties'],
  path: YamlPath,
  notes: ContractNotes,
): { readonly environments?: readonly string[] } {
  const at = custom.findIndex(({ property }) => property === 'environments')
  if (at < 0) return {}
  const place = [...path, 'customProperties', at, 'value']
  const value: unknown = custom[at]?.value
  if (!Array.isArray(value) || value.length === 0 || !value.every(isName)) {
    const message = 'Cannot use these environments: expected a list of names such as training'
    notes.complain(place, message, 'Write value: [training].')
    return {}
  }
  for (const name of value) {
    const meant = misspeltEnvironment(name)
    if (meant === undefined) continue
    notes.complain(place, `Cannot use the environment "${name}": it is nearly "${meant}"`, `Did you mean "${meant}"?`)
  }
  return { environments: [...new Set(value)] }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z][a-z0-9-]{0,39}$/.test(value)
}
