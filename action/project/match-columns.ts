import { nearestName } from '../base/nearest-name.ts'
import type { ContractColumn } from './contract.ts'

/** One column in two contracts, and what says that it is one. */
export interface ColumnMatch {
  readonly from: ContractColumn
  readonly to: ContractColumn
  /** `rules`: only that both promise the same, and no other column does. */
  readonly by: 'name' | 'alias' | 'rules'
}

export interface MatchedColumns {
  /** In the order of the newer contract. */
  readonly pairs: readonly ColumnMatch[]
  readonly removed: readonly ContractColumn[]
  readonly added: readonly ContractColumn[]
}

/** Which column of an older contract is which of a newer one: by name, else by an alias, else by what it promises. */
export function matchColumns(from: readonly ContractColumn[], to: readonly ContractColumn[]): MatchedColumns {
  const pairs = new Map<ContractColumn, ColumnMatch>()
  const taken = new Set<ContractColumn>()
  const pair = (old: ContractColumn | undefined, young: ContractColumn, by: ColumnMatch['by']): void => {
    if (!old) return
    pairs.set(young, { from: old, to: young, by })
    taken.add(old)
  }
  const isFree = (column: ContractColumn) => !taken.has(column)
  for (const young of to)
    pair(
      from.find(({ name }) => name === young.name),
      young,
      'name',
    )
  for (const young of to) {
    if (!pairs.has(young))
      pair(
        from.filter(isFree).find((old) => shareName(old, young)),
        young,
        'alias',
      )
  }
  const gone = from.filter(isFree)
  const fresh = to.filter((column) => !pairs.has(column))
  for (const young of fresh) pair(findAlike(young, gone, fresh), young, 'rules')
  return {
    pairs: to.flatMap((column) => pairs.get(column) ?? []),
    removed: from.filter(isFree),
    added: to.filter((column) => !pairs.has(column)),
  }
}

function shareName(old: ContractColumn, young: ContractColumn): boolean {
  return (
    young.aliases.some((alias) => alias === old.name || old.aliases.includes(alias)) || old.aliases.includes(young.name)
  )
}

/** Of a column without rules only its type is known, so that the names must be near too. */
function findAlike(
  young: ContractColumn,
  gone: readonly ContractColumn[],
  fresh: readonly ContractColumn[],
): ContractColumn | undefined {
  const promises = promisesOf(young)
  const [only, second] = gone.filter((old) => promisesOf(old) === promises)
  if (!only || second || fresh.filter((other) => promisesOf(other) === promises).length > 1) return undefined
  return young.rules.length > 0 || nearestName(young.name, [only.name]) !== undefined ? only : undefined
}

function promisesOf({ logicalType, format, classification, environments, rules }: ContractColumn): string {
  const texts = rules.map(({ line: _line, ...rule }) => JSON.stringify(rule)).sort()
  return JSON.stringify([logicalType, format, classification, environments, texts])
}
