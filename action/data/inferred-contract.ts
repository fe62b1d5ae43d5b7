import type { Contract, ContractColumn } from '../project/contract.ts'
import { strptimeOf } from '../project/time-format.ts'
import type { InferredColumn, Spelling } from './inferred-model.ts'

/** Columns as a contract would have them read; it promises nothing. */
export function inferredContract(columns: readonly InferredColumn[]): Contract {
  const promised = columns.map(({ name, physicalName, type, spelling, missing }): ContractColumn => {
    const aliases = physicalName === undefined ? [] : [physicalName]
    const words = missing && { missing: missing.map(([word]) => word) }
    return { name, logicalType: type, line: 1, aliases, rules: [], ...readerOptions(spelling), ...words }
  })
  return { file: 'contract.yaml', id: 'inferred', version: '1.0.0', columns: promised, table: 'data', tableRules: [] }
}

function readerOptions(spelling: Spelling | undefined): Pick<ContractColumn, 'format' | 'decimal' | 'epoch' | 'truth'> {
  switch (spelling?.kind) {
    case 'time': {
      const format = strptimeOf(spelling.pattern)
      return format.ok ? { format: format.value } : {}
    }
    case 'decimal':
      return { decimal: spelling.mark }
    case 'epoch':
      return { epoch: spelling.unit }
    case 'truth':
      return { truth: spelling }
    case 'code':
    case undefined:
      return {}
  }
}
