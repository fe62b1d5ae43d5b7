import type { TableRule } from './contract.ts'
import type { ContractNotes } from './contract-notes.ts'
import type { OdcsProperty } from './odcs.ts'
import type { YamlPath } from './read-yaml.ts'

/** Several columns marked `primaryKey`, unique together, in the order of their positions (from 1; -1 means none is given). */
export function readCompositeKey(
  properties: readonly OdcsProperty[],
  path: YamlPath,
  notes: ContractNotes,
): TableRule[] {
  const keys = properties.flatMap(({ name, primaryKey, primaryKeyPosition = -1 }, i) => {
    if (primaryKey) return [{ name, position: primaryKeyPosition, path: [...path, i] }]
    if (primaryKeyPosition > 0) {
      const message = `Cannot use primaryKeyPosition ${primaryKeyPosition}: "${name}" is not marked as primaryKey`
      notes.complain([...path, i, 'primaryKeyPosition'], message, 'Add primaryKey: true, or take the position out.')
    }
    return []
  })
  for (const [i, { position, path: place }] of keys.entries()) {
    const isTwice = position !== -1 && keys.findIndex((key) => key.position === position) < i
    if (position !== 0 && position >= -1 && !isTwice) continue
    const state = isTwice ? 'another column has it' : 'positions count from 1'
    notes.complain(
      [...place, 'primaryKeyPosition'],
      `Cannot use primaryKeyPosition ${position}: ${state}`,
      'Number them 1, 2, ….',
    )
  }
  const [first] = keys
  if (first === undefined || keys.length === 1) return []
  const columns = [...keys].sort((a, b) => a.position - b.position).map(({ name }) => name)
  return [{ kind: 'unique-together', columns, line: notes.lineOf([...first.path, 'primaryKey']) }]
}
