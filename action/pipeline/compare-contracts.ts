import type { Diagnostic, Read } from '../base/diagnostic.ts'
import type { Contract } from '../project/contract.ts'
import { type ContractChange, diffContracts } from '../project/diff-contracts.ts'
import { parseContract } from '../project/read-contract.ts'
import type { ContractText, ContractTexts } from './contract-sides.ts'

/** One contract on two sides. */
export interface ComparedContract {
  /** Where either is from, such as `HEAD:contract.yaml`; null where that side lacks it. */
  readonly from: string | null
  readonly to: string | null
  readonly changes: readonly ContractChange[]
  /** Words or layout differ, where nothing else does. */
  readonly isReworded: boolean
}

/** What changed between the contracts of two sides; or all that is wrong with their files. */
export function compareContracts(pairs: readonly ContractTexts[]): Read<readonly ComparedContract[]> {
  const diagnostics: Diagnostic[] = []
  const read = (side: ContractText | undefined): Contract | undefined => {
    const parsed = side && parseContract(side.name, side.text)
    if (parsed?.ok === false) diagnostics.push(...parsed.diagnostics)
    return parsed?.ok ? parsed.value : undefined
  }
  const compared = pairs.map(({ from, to }): ComparedContract => {
    const [before, after] = [read(from), read(to)]
    const changes = before && after ? diffContracts(before, after) : []
    const isReworded = from !== undefined && to !== undefined && changes.length === 0 && from.text !== to.text
    return { from: from?.name ?? null, to: to?.name ?? null, changes, isReworded }
  })
  return diagnostics.length > 0 ? { ok: false, diagnostics } : { ok: true, value: compared }
}
