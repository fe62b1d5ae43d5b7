import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { Fault } from '../base/fault.ts'
import { nearestName } from '../base/nearest-name.ts'
import { writeWhole } from '../base/write-whole.ts'
import { addAlias } from '../project/add-alias.ts'
import type { Contract } from '../project/contract.ts'
import type { Project } from '../project/project.ts'
import { parseContract } from '../project/read-contract.ts'

/**
 * Writes `OLD=NEW` pairs into the project's contract as aliases; one that is there already stays as it is.
 * Throws `cli/bad-input` and writes nothing where a pair is none, names no column, or takes a name that is in use.
 */
export async function acceptRenames(project: Project, contract: Contract, pairs: readonly string[]): Promise<void> {
  const path = join(project.folder, project.data.contract)
  const byHand = `Add the alias to ${contract.file} by hand.`
  let text = await readFile(path, 'utf8')
  for (const pair of pairs) {
    const [column, alias] = readPair(pair, contract)
    const claimed = contract.columns.find(({ name, aliases }) => [name, ...aliases].includes(alias))
    if (claimed?.name === column) continue
    if (claimed) throw refuse(pair, `"${alias}" is the column "${claimed.name}" already`, 'Name a column that is new.')
    const added = addAlias(text, contract.table, column, alias)
    if (added === undefined)
      throw refuse(pair, `the customProperties of "${column}" are written in another form`, byHand)
    text = added
  }
  const read = parseContract(contract.file, text, contract.table)
  if (!read.ok) {
    const why = read.diagnostics[0]?.message ?? 'the contract would be broken'
    throw refuse(pairs.join(' '), why, byHand)
  }
  await writeWhole(path, text)
}

function readPair(pair: string, contract: Contract): [column: string, alias: string] {
  const names = contract.columns.map(({ name }) => name)
  const column = names.find((name) => pair.startsWith(`${name}=`) && pair.length > name.length + 1)
  if (column !== undefined) return [column, pair.slice(column.length + 1)]
  if (!pair.includes('='))
    throw refuse(pair, 'it has no "="', 'Write the old name, "=", and the new name: region=state')
  const given = pair.slice(0, pair.indexOf('='))
  const meant = nearestName(given, names)
  const remedy = meant === undefined ? `Columns: ${names.slice(0, 12).join(', ')}` : `Did you mean "${meant}"?`
  throw refuse(pair, `"${given}" is no column of ${contract.file}`, remedy)
}

function refuse(pair: string, state: string, remedy: string): Fault {
  return new Fault('cli/bad-input', `Cannot accept the rename "${pair}": ${state}; expected OLD=NEW`, { remedy })
}
