import { findNewColumns } from '../data/check-contract.ts'
import type { Engine } from '../data/engine.ts'
import { measureColumns } from '../data/measure-columns.ts'
import { feedingColumn } from '../data/read-source.ts'
import type { DescribedFile } from '../data/source-file.ts'
import { matchRenamedColumns, type Rename } from '../drift/match-renamed-columns.ts'
import type { Contract, ContractColumn } from '../project/contract.ts'

export interface RenameSearch {
  readonly files: readonly DescribedFile[]
  readonly contract: Contract
  /** Older files; asked for only where no present file shows what a missing column held. */
  readonly openReference: () => Promise<readonly DescribedFile[]>
}

/** More rows would not change what is likely. */
const maxMeasuredRows = 50_000

/** Pairs columns of a table that are missing with new ones that hold what they held. */
export async function findRenames(engine: Engine, { files, contract, openReference }: RenameSearch): Promise<Rename[]> {
  const gone = contract.columns.filter((column) => files.some((file) => !feedingColumn(file, column)))
  const current = files.filter((file) => gone.some((column) => !feedingColumn(file, column)))
  const fresh = findNewColumns(current, contract).filter(({ files: paths }) => paths.length === current.length)
  if (gone.length === 0 || fresh.length === 0) return []

  const names = fresh.map(({ name }) => name)
  const added = await measureColumns(engine, current, names, maxMeasuredRows)
  const rows = added[0]?.rows ?? 0
  const missing = []
  let reference: readonly DescribedFile[] | undefined
  for (const column of gone) {
    let holders = holdersOf(files, column)
    if (holders.length === 0) {
      reference ??= await openReference()
      holders = holdersOf(reference, column)
    }
    const name = holders.at(-1)?.name
    if (name === undefined) continue
    const alike = holders.filter((holder) => holder.name === name).map(({ file }) => file)
    const [profile] = await measureColumns(engine, newest(alike, current), [name], Math.max(rows, 1000))
    if (profile) missing.push({ ...profile, name: column.name })
  }
  return matchRenamedColumns(missing, added)
}

/** The newest files that are about as large as these: what a column holds changes with the seasons. */
function newest(files: readonly DescribedFile[], asLargeAs: readonly DescribedFile[]): readonly DescribedFile[] {
  const wanted = asLargeAs.reduce((sum, { bytes }) => sum + bytes, 0)
  let bytes = 0
  const from = files.findLastIndex((file) => (bytes += file.bytes) >= wanted)
  return files.slice(Math.max(0, from))
}

function holdersOf(files: readonly DescribedFile[], column: ContractColumn) {
  return files.flatMap((file) => {
    const raw = feedingColumn(file, column)
    return raw ? [{ file, name: raw.name }] : []
  })
}
