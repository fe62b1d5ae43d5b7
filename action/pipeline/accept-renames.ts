import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { Fault } from '../base/fault.ts'
import { nearestName } from '../base/nearest-name.ts'
import { writeWhole } from '../base/write-whole.ts'
import { addAlias } from '../project/add-alias.ts'
import type { Contract } from '../project/contract.ts'
import type { SourceContract } from '../project/join-contracts.ts'
import type { Project } from '../project/project.ts'
import { parseContract } from '../project/read-contract.ts'

/** A pair that was accepted, and the contract that holds it now. */
export interface AcceptedRename {
  readonly pair: string
  readonly contract: string
}

/**
 * Writes `OLD=NEW` and `TABLE.OLD=NEW` pairs into the contracts of the project's sources as aliases; one that is there already
 * stays as it is. Throws `cli/bad-input` and writes nothing where a pair is none, names no column or one of several tables, or
 * takes a name that is in use.
 */
export async function acceptRenames(
  project: Project,
  tables: readonly SourceContract[],
  pairs: readonly string[],
): Promise<readonly AcceptedRename[]> {
  const texts = new Map<string, string>()
  const accepted: AcceptedRename[] = []
  for (const pair of pairs) {
    const { table, column, alias } = readPair(pair, tables)
    const { source, contract } = table
    accepted.push({ pair, contract: contract.file })
    const claimed = contract.columns.find(({ name, aliases }) => [name, ...aliases].includes(alias))
    if (claimed?.name === column) continue
    if (claimed) throw refuse(pair, `"${alias}" is the column "${claimed.name}" already`, 'Name a column that is new.')
    const text = texts.get(source.contract) ?? (await readFile(join(project.folder, source.contract), 'utf8'))
    const added = addAlias(text, contract.table, column, alias)
    if (added === undefined)
      throw refuse(pair, `the customProperties of "${column}" are written in another form`, byHand(contract))
    texts.set(source.contract, added)
  }
  for (const { source, contract } of tables) {
    const text = texts.get(source.contract)
    const read = text === undefined ? undefined : parseContract(contract.file, text, contract.table)
    if (!read || read.ok) continue
    const why = read.diagnostics[0]?.message ?? 'the contract would be broken'
    throw refuse(pairs.join(' '), why, byHand(contract))
  }
  for (const [path, text] of texts) await writeWhole(join(project.folder, path), text)
  return accepted
}

interface AskedRename {
  readonly table: SourceContract
  readonly column: string
  readonly alias: string
}

function readPair(pair: string, tables: readonly SourceContract[]): AskedRename {
  const found = tables.flatMap((table): AskedRename[] => {
    const names = table.contract.columns.map(({ name }) => name)
    return ['', `${table.source.name}.`].flatMap((before) => {
      const column = names.find((name) => startsPair(pair, before + name))
      return column === undefined ? [] : [{ table, column, alias: pair.slice(before.length + column.length + 1) }]
    })
  })
  const [only, other] = found
  if (only && !other) return only
  if (only && other) {
    const written = found.map(({ table, column, alias }) => `${table.source.name}.${column}=${alias}`)
    throw refuse(pair, 'several tables have that column', `Write ${written.join(' or ')}`)
  }
  if (!pair.includes('='))
    throw refuse(pair, 'it has no "="', 'Write the old name, "=", and the new name: region=state')
  const given = pair.slice(0, pair.indexOf('='))
  const names = tables.flatMap(({ contract }) => contract.columns.map(({ name }) => name))
  const qualified = tables.flatMap(({ source, contract }) =>
    contract.columns.map(({ name }) => `${source.name}.${name}`),
  )
  const meant = nearestName(given, given.includes('.') ? [...qualified, ...names] : names)
  const remedy = meant === undefined ? `Columns: ${names.slice(0, 12).join(', ')}` : `Did you mean "${meant}"?`
  const files = [...new Set(tables.map(({ contract }) => contract.file))]
  throw refuse(pair, `"${given}" is no column of ${files.join(', ')}`, remedy)
}

/** Whether it says something of this name, and what that is called now. */
function startsPair(pair: string, name: string): boolean {
  return pair.startsWith(`${name}=`) && pair.length > name.length + 1
}

function byHand({ file }: Contract): string {
  return `Add the alias to ${file} by hand.`
}

function refuse(pair: string, state: string, remedy: string): Fault {
  return new Fault('cli/bad-input', `Cannot accept the rename "${pair}": ${state}; expected OLD=NEW`, { remedy })
}
