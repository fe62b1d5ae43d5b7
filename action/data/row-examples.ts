import { type Contract, isClassified } from '../project/contract.ts'
import type { Engine } from './engine.ts'
import { quoteName } from './quote.ts'

export interface RowExamples {
  readonly count: number
  /** ` (A1, A2, A3, …)`, or nothing where the contract says that the values are not to be shown. */
  readonly words: string
}

/** How many rows a SELECT of ids gives, and the first few of them. */
export async function examplesOf(
  engine: Engine,
  select: string,
  id: string,
  contract?: Contract,
): Promise<RowExamples> {
  const name = quoteName(id)
  const [found] = await engine.query<{ count: number; first: readonly string[] | null }>(
    `SELECT count(*) AS count, list(left(CAST(${name} AS VARCHAR), 40) ORDER BY ${name})[:3] AS first FROM (${select})`,
  )
  const count = found?.count ?? 0
  const first = (found?.first ?? []).filter((value) => value !== null)
  const isHidden = isClassified(contract?.columns.find((column) => column.name === id))
  if (isHidden || first.length === 0) return { count, words: '' }
  return { count, words: ` (${first.join(', ')}${count > first.length ? ', …' : ''})` }
}
