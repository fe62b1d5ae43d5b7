import type { Contract, ContractColumn } from '../project/contract.ts'
import { strptimeOf } from '../project/time-format.ts'
import type { InferredColumn, Spelling } from './inferred-model.ts'

/** Columns as a contract would have them read; it promises nothing. */
export function inferredContract(columns: readonly InferredColumn[]): Contract {
  const promised = columns.map(({ name, physicalName, type, spelling }): ContractColumn => {
    const aliases = physicalName === undefined ? [] : [physicalName]
    return { name, logicalType: type, line: 1, aliases, rules: [], ...readerOptions(spelling) }
  })
  return { file: 'contract.yaml', id: 'inferred', version: '1.0.0', columns: promised, table: 'data', tableRules: [] }
}

function readerOptions(spelling: Spelling | undefined): Pick<ContractColumn, 'format' | 'decimal' | 'epoch'> {
  switch (spelling?.kind) {
    case 'time': {
      const format = strptimeOf(spelling.pattern)
      return format.ok ? { format: format.value } : {}
    }
    case 'decimal':
      return { decimal: spelling.mark }
    case 'epoch':
      return { epoch: spelling.unit }
    case 'code':
    case undefined:
      return {}
  }
}
