import type { ContractCheck } from '../data/contract-result.ts'
import type { Engine } from '../data/engine.ts'
import { measureColumns } from '../data/measure-columns.ts'
import { feedingColumn } from '../data/read-source.ts'
import type { DescribedFile } from '../data/source-file.ts'
import { findSwappedColumns, type Swap } from '../drift/find-swapped-columns.ts'
import type { Contract, ContractColumn } from '../project/contract.ts'

export interface SwapSearch {
  readonly files: readonly DescribedFile[]
  readonly checks: readonly ContractCheck[]
  readonly contract: Contract
  /** Older files; asked for only where every present file is in doubt. */
  readonly openReference: () => Promise<readonly DescribedFile[]>
}

const maxColumns = 50
const maxRows = 50_000

/**
 * Columns that changed places in the files that break promises on values. Nothing is measured where nothing is broken:
 * whether data that keeps its contract is as it was, is for drift to tell.
 */
export async function findSwaps(engine: Engine, search: SwapSearch): Promise<Swap[]> {
  const { files, checks, contract } = search
  const broken = checks.filter(({ outcome, column, samples }) => outcome === 'fail' && column && samples.length > 0)
  const doubtful = new Set(broken.flatMap(({ samples }) => samples.map(({ file }) => file)))
  const fresh = files.filter(({ path }) => doubtful.has(path))
  if (fresh.length === 0) return []
  const good = files.filter(({ path }) => !doubtful.has(path))
  const known = good.length > 0 ? good : await search.openReference()
  if (known.length === 0) return []
  const columns = contract.columns.slice(0, maxColumns)
  const before = await measure(engine, known, columns)
  const after = await measure(engine, fresh, columns)
  return findSwappedColumns(
    columns.flatMap(({ name }) => {
      const [old, young] = [before.get(name), after.get(name)]
      return old && young ? [{ known: old, fresh: young }] : []
    }),
  )
}

/** Of the newest file and those that are like it; columns that it holds, under the contract's names. */
async function measure(engine: Engine, files: readonly DescribedFile[], columns: readonly ContractColumn[]) {
  const last = files.at(-1)
  if (!last) return new Map()
  const shape = JSON.stringify(last.columns)
  const alike = files.filter((file) => file.format === last.format && JSON.stringify(file.columns) === shape)
  const held = columns.flatMap((column) => {
    const raw = feedingColumn(last, column)
    return raw ? [{ column, raw }] : []
  })
  const profiles = await measureColumns(
    engine,
    alike,
    held.map(({ raw }) => raw.name),
    maxRows,
  )
  return new Map(
    profiles.flatMap((profile, i) => {
      const name = held[i]?.column.name
      return name === undefined ? [] : [[name, { ...profile, name }] as const]
    }),
  )
}
