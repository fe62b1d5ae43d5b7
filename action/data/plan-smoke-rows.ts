import type { Contract, ContractColumn } from '../project/contract.ts'
import type { SmokeKind } from '../project/project.ts'
import { quoteText } from './quote.ts'
import { type Extent, extremesOf, familyOf } from './type-extremes.ts'

/** One feature, as the training rows have it. */
export interface FeatureProfile extends Extent {
  readonly name: string
  /** DuckDB's name of it. */
  readonly type: string
}

/** One made row: a training row in which some columns hold something else. */
export interface SmokeRow {
  /** Counts from 0 over all rows of the plan; its id is made of it. */
  readonly number: number
  readonly kind: Exclude<SmokeKind, 'empty'> | 'ordinary'
  /** What the columns hold, in words: `null`, `an empty text`. */
  readonly holds: string
  readonly columns: readonly string[]
}

export interface SmokePlan {
  readonly rows: readonly SmokeRow[]
  /** Column → number of a row → the SQL expression that it holds there. */
  readonly values: ReadonlyMap<string, ReadonlyMap<number, string>>
}

export interface SmokeWishes {
  /** How many training rows are given as they are; at least 1. */
  readonly ordinary: number
  readonly skip: readonly SmokeKind[]
  /** What the features promise is never broken by a made row. */
  readonly contract?: Contract
}

interface MadeValue {
  readonly kind: SmokeRow['kind']
  readonly holds: string
  readonly sql: string
}

/** So many rows of one sort at most; of wider tables, several columns share a row. */
const rowsOfOneSort = 100
const longText = 1000

/**
 * Pure: training rows as they are; then, for each column alone and for all at once, rows with a null, a text that nobody
 * saw in training, and the extremes of its type and of its range in training.
 */
export function planSmokeRows(profiles: readonly FeatureProfile[], wishes: SmokeWishes): SmokePlan {
  const rows: SmokeRow[] = []
  const values = new Map(profiles.map(({ name }) => [name, new Map<number, string>()]))
  for (let number = 0; number < wishes.ordinary; number++) {
    rows.push({ number, kind: 'ordinary', holds: 'a training row', columns: [] })
  }

  const made = profiles.map((profile) => ({
    name: profile.name,
    values: valuesOf(profile, promisesOf(profile.name, wishes.contract)).filter(({ kind }) => !isSkipped(kind)),
  }))
  const sorts = new Map(made.flatMap((column) => column.values.map(({ holds, kind }) => [holds, kind] as const)))
  for (const [holds, kind] of sorts) {
    const affected = made.flatMap((column) => {
      const value = column.values.find((candidate) => candidate.holds === holds)
      return value ? [{ name: column.name, sql: value.sql }] : []
    })
    const share = Math.ceil(affected.length / rowsOfOneSort)
    for (let start = 0; start < affected.length; start += share) addRow(affected.slice(start, start + share))
    if (affected.length > share) addRow(affected)

    function addRow(columns: readonly { readonly name: string; readonly sql: string }[]): void {
      const number = rows.length
      rows.push({ number, kind, holds, columns: columns.map(({ name }) => name) })
      for (const { name, sql } of columns) values.get(name)?.set(number, sql)
    }
  }
  return { rows, values }

  function isSkipped(kind: SmokeRow['kind']): boolean {
    return wishes.skip.some((skipped) => skipped === kind)
  }
}

function valuesOf(profile: FeatureProfile, promises: Promises): readonly MadeValue[] {
  const { type } = profile
  const family = familyOf(type)
  const nulls: MadeValue[] = promises.isRequired ? [] : [{ kind: 'nulls', holds: 'null', sql: `CAST(NULL AS ${type})` }]
  if (family === 'text' && !promises.isShaped) {
    return [
      ...nulls,
      { kind: 'unseen', holds: 'a text never seen', sql: quoteText('never seen before') },
      { kind: 'extremes', holds: 'an empty text', sql: "''" },
      { kind: 'extremes', holds: `a text of ${longText} letters`, sql: quoteText('ß'.repeat(longText)) },
    ]
  }
  if (family === 'text' || promises.isShaped) return nulls
  const extremes = extremesOf(profile, promises)
  return [...nulls, ...extremes.map(({ holds, sql }) => ({ kind: 'extremes' as const, holds, sql }))]
}

interface Promises {
  readonly isRequired: boolean
  /** Only some values are allowed, or only values of a form: none can be made up. */
  readonly isShaped: boolean
  /** Of numbers. */
  readonly minimum?: number
  readonly maximum?: number
}

/** What no row breaks that reaches `predict`, because the contract on the features stops it before. */
function promisesOf(name: string, contract: Contract | undefined): Promises {
  const rules = contract?.columns.find((column) => column.name === name)?.rules.filter(isKept) ?? []
  const limitOf = (kind: 'minimum' | 'maximum') =>
    rules.flatMap((rule) => (rule.kind === kind && typeof rule.limit === 'number' ? [rule.limit] : []))[0]
  const [minimum, maximum] = [limitOf('minimum'), limitOf('maximum')]
  return {
    isRequired: rules.some(({ kind }) => kind === 'required' || kind === 'filled'),
    isShaped: rules.some(
      (rule) =>
        shaping.has(rule.kind) ||
        ((rule.kind === 'minimum' || rule.kind === 'maximum') && (typeof rule.limit === 'string' || rule.isExclusive)),
    ),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
  }
}

const shaping: ReadonlySet<string> = new Set([
  'allowed',
  'valid',
  'pattern',
  'format',
  'min-length',
  'max-length',
  'multiple-of',
  'unique',
])

/** A breach that only warns, or that some rows may commit, does come through. */
function isKept({ severity = 'error', tolerance }: ContractColumn['rules'][number]): boolean {
  return severity === 'error' && tolerance === undefined
}
