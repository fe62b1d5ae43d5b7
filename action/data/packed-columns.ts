import type { Contract, ContractColumn, RuleKind } from '../project/contract.ts'
import type { Engine } from './engine.ts'
import { quoteName } from './quote.ts'
import { castColumn, feedingColumn, filledValue, rawRelation } from './read-source.ts'
import type { DescribedFile, RawColumn } from './source-file.ts'

/** Rules that look at how a value is written, which a type would change. */
const ofTexts: ReadonlySet<RuleKind['kind']> = new Set([
  'min-length',
  'max-length',
  'pattern',
  'valid',
  'filled',
  'allowed',
])

/**
 * The columns of files that are alike, under their own names and in their order, as items of a SELECT: of the contract's
 * type where every value has it, else as they are. A contract then finds the same in what is packed as in the files.
 */
export async function packedColumns(
  engine: Engine,
  files: readonly DescribedFile[],
  contract: Contract | undefined,
): Promise<readonly string[]> {
  const [first] = files
  if (!first) return []
  const typed = first.columns.map((raw) => {
    const promise = contract?.columns.find((column) => feedingColumn(first, column)?.name === raw.name)
    return { raw, cast: promise && castOf(promise, raw) }
  })
  const tried = typed.flatMap(({ raw, cast }) => (cast === undefined ? [] : [{ raw, ...cast }]))
  if (tried.length === 0) return typed.map(({ raw }) => quoteName(raw.name))

  const counts = tried.map(
    ({ filled, value }, place) => `bool_and((${filled}) IS NULL OR (${value}) IS NOT NULL) AS c${place}`,
  )
  const [fits] = await engine.query<Record<string, boolean | null>>(
    `SELECT ${counts.join(', ')} FROM ${rawRelation(files)}`,
  )
  const misfit = new Set(tried.filter((_, place) => fits?.[`c${place}`] === false).map(({ raw }) => raw.name))
  return typed.map(({ raw, cast }) => {
    const name = quoteName(raw.name)
    return cast === undefined || misfit.has(raw.name) ? name : `${cast.value} AS ${name}`
  })
}

/** Undefined where the column stays as it is. */
function castOf(column: ContractColumn, raw: RawColumn): { filled: string; value: string } | undefined {
  if (column.logicalType === 'string' || column.rules.some(({ kind }) => ofTexts.has(kind))) return undefined
  const name = quoteName(raw.name)
  return { filled: filledValue(column, name, raw.type), value: castColumn(column, name, raw.type) }
}
