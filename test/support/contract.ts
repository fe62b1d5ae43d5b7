import type { Contract, ContractColumn, LogicalType } from '../../action/project/contract.ts'

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
