import type { Diagnostic, Read } from '../base/diagnostic.ts'
import { nearestName } from '../base/nearest-name.ts'
import { type Contract, type ContractColumn, type ContractRule, withoutValues } from './contract.ts'
import type { SourcePolicy } from './project.ts'

/** A table with what it promises. */
export interface SourceContract {
  readonly source: SourcePolicy
  readonly contract: Contract
}

/**
 * The columns of all tables as features see them: those of the first, then those of each other one but the columns by which
 * it is joined. Tells every column by which no row could be joined, and every name that two tables claim.
 */
export function joinContracts(
  projectFile: string,
  [first, ...others]: readonly [SourceContract, ...SourceContract[]],
): Read<Contract> {
  const diagnostics: Diagnostic[] = []
  const columns: ContractColumn[] = [...first.contract.columns]
  for (const { source, contract } of others) {
    const wrong = source.on.flatMap((name) => checkKey(projectFile, source, name, first.contract, contract))
    diagnostics.push(...wrong)
    if (wrong.length > 0) continue
    for (const column of contract.columns.filter(({ name }) => !source.on.includes(name))) {
      const holder = columns.find((known) => namesOf(known).some((name) => namesOf(column).includes(name)))
      if (holder) diagnostics.push(takenTwice(column, contract, holder, first.contract))
      else columns.push({ ...column, file: contract.file })
    }
  }
  if (diagnostics.length > 0) return { ok: false, diagnostics }
  return { ok: true, value: others.length === 0 ? first.contract : { ...first.contract, columns } }
}

/** What a joined table promises: its key names one row. Once, where its contract says so already. */
export function withUniqueKey({ source, contract }: SourceContract): Contract {
  if (source.on.length === 0) return contract
  const first = contract.columns.find(({ name }) => name === source.on[0])
  if (source.on.length === 1 && first?.rules.some(isStrictlyUnique)) return contract
  const line = first?.line ?? 1
  return { ...contract, tableRules: [{ kind: 'unique-together', columns: source.on, line }, ...contract.tableRules] }
}

/** The same promises of tables no value of which may be shown. */
export function withoutAnyValues([first, ...others]: readonly [SourceContract, ...SourceContract[]]): [
  SourceContract,
  ...SourceContract[],
] {
  const hidden = (table: SourceContract) => ({ ...table, contract: withoutValues(table.contract) })
  return [hidden(first), ...others.map(hidden)]
}

function isStrictlyUnique({ kind, severity, tolerance, environments }: ContractRule): boolean {
  return kind === 'unique' && severity !== 'warning' && severity !== 'info' && !tolerance && !environments
}

function checkKey(file: string, source: SourcePolicy, name: string, first: Contract, joined: Contract): Diagnostic[] {
  const place = { code: 'project/unknown-column', file, line: source.line, column: 1 }
  const cannot = `Cannot join source "${source.name}" on "${name}"`
  const sides = [first, joined].map((contract) => contract.columns.find((column) => column.name === name))
  for (const [i, contract] of [first, joined].entries()) {
    if (sides[i]) continue
    const near = nearestName(
      name,
      contract.columns.map((column) => column.name),
    )
    const remedy = near === undefined ? `Name a column that both contracts have.` : `Did you mean "${near}"?`
    return [{ ...place, message: `${cannot}: ${contract.file} has no such column`, remedy }]
  }
  const [ours, theirs] = sides
  if (ours?.logicalType === theirs?.logicalType) return []
  const message = `${cannot}: it is ${ours?.logicalType} in ${first.file} and ${theirs?.logicalType} in ${joined.file}; expected one type`
  return [{ ...place, message, remedy: 'Give both the same logicalType.' }]
}

function takenTwice(column: ContractColumn, contract: Contract, holder: ContractColumn, first: Contract): Diagnostic {
  const message = `Cannot join "${column.name}": ${holder.file ?? first.file} has a column of that name too; expected each name in one table`
  const remedy = `Give it another name, and the one in the files as physicalName: ${column.name}.`
  return { code: 'contract/value', file: contract.file, line: column.line, column: 1, message, remedy }
}

/** As SQL reads names. */
function namesOf({ name }: ContractColumn): string[] {
  return [name.normalize('NFC').toLowerCase()]
}
