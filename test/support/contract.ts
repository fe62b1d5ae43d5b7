import type { Contract, ContractColumn, LogicalType } from '../../action/project/contract.ts'
import type { Project } from '../../action/project/project.ts'
import type { DataContracts } from '../../action/project/read-contract.ts'

/** A contract of columns and their types, without rules. */
export function contractOf(
  columns: Readonly<Record<string, LogicalType>>,
  aliases: Readonly<Record<string, readonly string[]>> = {},
): Contract {
  return {
    file: 'contract.yaml',
    id: 'test',
    version: '1.0.0',
    table: 'data',
    tableRules: [],
    columns: Object.entries(columns).map(
      ([name, logicalType], index): ContractColumn => ({
        name,
        logicalType,
        line: index + 1,
        aliases: aliases[name] ?? [],
        rules: [],
      }),
    ),
  }
}

/** The same as the contract of a project's one source. */
export function contractsOf({ data }: Project, contract: Contract): DataContracts {
  return { tables: [{ source: data.sources[0], contract }], whole: contract, text: '' }
}
