import type { ContractCheck } from '../data/contract-result.ts'
import type { Breach } from '../data/measure-breach.ts'
import { widenLimit } from '../data/widen-limit.ts'
import { type ContractColumn, isClassified } from '../project/contract.ts'
import type { ContractEdit, LimitOption } from '../project/edit-contract.ts'

/** What may be suggested where data breaks a promise: a change of the contract, or why the data is to be mended instead. */
export interface BreachDecision {
  readonly edit?: { readonly change: ContractEdit; readonly why: SuggestedWhy }
  readonly declined?: DeclinedWhy
}

export type SuggestedWhy =
  | { readonly kind: 'renamed'; readonly from: string; readonly to: string }
  | { readonly kind: 'new-columns'; readonly columns: readonly string[] }
  | { readonly kind: 'seen'; readonly values: readonly string[]; readonly rows: number }
  | {
      readonly kind: 'wider'
      readonly from: number
      readonly to: number
      readonly rows: number
      readonly share: number
    }
  | { readonly kind: 'often-empty'; readonly rows: number; readonly share: number }
  | { readonly kind: 'never-empty' | 'always-known' | 'always-within'; readonly rows: number }

const declinedReasons = [
  'possible-rename',
  'missing',
  'not-everywhere',
  'taken',
  'no-values',
  'type',
  'repeated',
  'unit',
  'swapped',
  'classified',
  'target',
  'role',
  'rare',
  'spelling',
  'stands-for-missing',
  'many-values',
  'many-rows',
  'sign',
  'far',
  'date',
  'form',
  'seldom-empty',
  'whole-table',
  'by-hand',
] as const
export type DeclinedWhy = (typeof declinedReasons)[number]

export interface BreachContext {
  /** What fewer rows show is never taken into a contract. */
  readonly minCount: number
  readonly target: string
  /** Columns that name rows, time and group: nothing works without them. */
  readonly roles: ReadonlySet<string>
  readonly swapped: ReadonlySet<string>
}

const maxOutsideShare = 0.05
const maxOtherShare = 0.5
const minEmptyShare = 0.1
const maxEmptyShare = 0.95

/** Of a check that fails on the values of a column. */
export function decideBreach(
  check: ContractCheck,
  column: ContractColumn,
  breach: Breach,
  context: BreachContext,
): BreachDecision {
  const { promise } = check
  switch (promise.kind) {
    case 'type':
      return { declined: 'type' }
    case 'unique':
    case 'unique-together':
      return { declined: 'repeated' }
    case 'row-count':
    case 'sql':
    case 'references':
    case 'freshness':
    case 'retention':
      return { declined: 'whole-table' }
    case 'present':
      return { declined: 'missing' }
    case 'pattern':
    case 'valid':
    case 'filled':
    case 'finite':
    case 'multiple-of':
    case 'format':
      return { declined: 'form' }
    case 'required':
    case 'minimum':
    case 'maximum':
    case 'min-length':
    case 'max-length':
    case 'allowed': {
      const declined = declineFirst(check, column, breach, context)
      if (declined) return { declined }
      if (promise.kind === 'allowed') return decideValues(column.name, promise.values, breach, check, context)
      return promise.kind === 'required' ? decideEmpty(column, check) : decideLimit(column.name, check, breach)
    }
  }
}

function declineFirst(
  check: ContractCheck,
  column: ContractColumn,
  breach: Breach,
  { minCount, target, roles, swapped }: BreachContext,
): DeclinedWhy | undefined {
  const { promise, failing, tolerance } = check
  if (isOfOtherUnit(check, breach)) return 'unit'
  if (swapped.has(column.name)) return 'swapped'
  if (column.name === target) return 'target'
  if (roles.has(column.name)) return 'role'
  if (tolerance) return 'by-hand'
  if (isClassified(column) && promise.kind !== 'required') return 'classified'
  return failing < minCount ? 'rare' : undefined
}

/** A value only a little outside is among the others after any division, and no sign of a unit. */
function isOfOtherUnit({ promise, scale }: ContractCheck, breach: Breach): boolean {
  const option = optionOf(promise)
  const isNear = option !== undefined && breach.kind === 'range' && widenLimit(option, breach).kind === 'widened'
  return scale !== undefined && !isNear
}

/** Written by many hands, and no value of its own. */
const missingMarks = /^(|-+|\?+|n\/?a|nan|null|none|nil|missing|unknown|undefined)$/i

function decideValues(
  column: string,
  known: readonly string[],
  breach: Breach,
  { failing, rows }: ContractCheck,
  { minCount }: BreachContext,
): BreachDecision {
  if (breach.kind !== 'values') return { declined: 'by-hand' }
  if (failing > maxOtherShare * rows) return { declined: 'many-rows' }
  const spelt = new Set(known.map(fold))
  const fresh = breach.values.filter(([value]) => !missingMarks.test(value.trim()) && !spelt.has(fold(value)))
  const often = fresh.filter(([, count]) => count >= minCount)
  if (often.length > Math.max(3, known.length)) return { declined: 'many-values' }
  const declined =
    fresh.length > often.length
      ? 'rare'
      : fresh.length < breach.values.length
        ? breach.values.some(([value]) => spelt.has(fold(value)))
          ? 'spelling'
          : 'stands-for-missing'
        : undefined
  if (often.length === 0) return { declined: declined ?? 'rare' }
  const values = often.map(([value]) => value)
  const change = { kind: 'allow', column, known, values } as const
  const count = often.reduce((sum, [, seen]) => sum + seen, 0)
  return { edit: { change, why: { kind: 'seen', values, rows: count } }, ...(declined && { declined }) }
}

function fold(value: string): string {
  return value
    .normalize('NFKC')
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
}

function decideEmpty({ name }: ContractColumn, { failing, rows }: ContractCheck): BreachDecision {
  const share = failing / rows
  if (share < minEmptyShare) return { declined: 'seldom-empty' }
  if (share > maxEmptyShare) return { declined: 'no-values' }
  return {
    edit: { change: { kind: 'optional', column: name }, why: { kind: 'often-empty', rows: failing, share } },
  }
}

function decideLimit(column: string, { promise, failing, rows }: ContractCheck, breach: Breach): BreachDecision {
  const share = failing / rows
  if (share > maxOutsideShare) return { declined: 'many-rows' }
  const option = optionOf(promise)
  if (option === undefined) return { declined: 'date' }
  if (breach.kind !== 'range') return { declined: 'by-hand' }
  const widened = widenLimit(option, breach)
  if (widened.kind !== 'widened') return { declined: widened.kind }
  const { to, seen } = widened
  const change = { kind: 'limit', column, option: option.name, from: option.limit, to, seen } as const
  return { edit: { change, why: { kind: 'wider', from: option.limit, to, rows: failing, share } } }
}

function optionOf(promise: ContractCheck['promise']) {
  if (promise.kind === 'minimum' || promise.kind === 'maximum') {
    const { kind, limit, isExclusive } = promise
    if (typeof limit !== 'number') return undefined
    const name: LimitOption = isExclusive ? `exclusive${kind === 'maximum' ? 'Maximum' : 'Minimum'}` : kind
    return { name, limit, isExclusive, isUpper: kind === 'maximum', isExact: false }
  }
  if (promise.kind !== 'min-length' && promise.kind !== 'max-length') return undefined
  const isUpper = promise.kind === 'max-length'
  const name: LimitOption = isUpper ? 'maxLength' : 'minLength'
  return { name, limit: promise.length, isExclusive: false, isUpper, isExact: true }
}
