import type { Diagnostic } from '../base/diagnostic.ts'
import type { Contract, ContractColumn, ContractRule, LogicalType, TableRule } from '../project/contract.ts'
import type { ContractPromise } from './contract-result.ts'
import type { Engine } from './engine.ts'
import { formatPatterns } from './format-patterns.ts'
import { mapInParallel } from './map-in-parallel.ts'
import { patternAsGlob } from './pattern-as-glob.ts'
import { quoteText } from './quote.ts'
import { castTo } from './read-source.ts'

/** A column of a row: as it stands in the file, and as its logical type. */
export interface Expressions {
  readonly raw: string
  readonly typed: string
  /** As `raw`, where that leaves out the words for nothing. */
  readonly written?: string
  /** Whether every raw value has a typed one. */
  readonly alwaysFits: boolean
  /** Whether the file knows no difference between nothing and an empty text, as CSV. */
  readonly isEmptyNull: boolean
}

/**
 * SQL that holds for a row that breaks a promise; undefined where one row alone cannot tell.
 * Missing values (NULL, NaN, blank where the type is not text) break `required` alone.
 */
export function breaks(promise: ContractPromise, type: LogicalType, expressions: Expressions): string | undefined {
  const { raw, typed, alwaysFits } = expressions
  const isMissing = missing(type, typed)
  // CASE, for AND may begin with its dearer side.
  switch (promise.kind) {
    case 'type':
      if (alwaysFits) return 'false'
      return `CASE WHEN ${typed} IS NULL THEN trim(CAST(${raw} AS VARCHAR)) <> ''${
        promise.missing ? ` AND NOT (${standsForMissing(promise.missing, expressions)})` : ''
      } ELSE false END`
    case 'required':
      return alwaysFits
        ? isMissing
        : `CASE WHEN ${typed} IS NULL THEN ${raw} IS NULL OR trim(CAST(${raw} AS VARCHAR)) = '' ELSE ${isMissing} END`
    case 'minimum':
    case 'maximum': {
      const sign = promise.kind === 'minimum' ? '<' : '>'
      return `${notNan(type, typed)}${typed} ${sign}${promise.isExclusive ? '=' : ''} ${limitOf(promise.limit, type)}`
    }
    case 'min-length':
      return `length(${typed}) < ${promise.length}`
    case 'max-length':
      return `length(${typed}) > ${promise.length}`
    case 'allowed':
      return `${notNan(type, typed)}NOT ${isOneOf(
        typed,
        promise.values.map((value) => valueOf(value, type)),
      )}`
    case 'pattern':
      return `NOT ${matches(patternable(type, typed), promise.pattern)}`
    case 'valid': {
      const { values, pattern } = promise
      const parts = [
        breaks({ kind: 'allowed', values }, type, expressions),
        breaks({ kind: 'pattern', pattern }, type, expressions),
      ]
      return parts.map((part) => `(${part})`).join(' OR ')
    }
    case 'filled':
      return standsForMissing(promise.missing, expressions)
    case 'finite':
      return `isinf(${typed})`
    case 'multiple-of':
      return `NOT (${isMissing}) AND ${isNoMultiple(typed, promise.step, type)}`
    case 'format':
      return `NOT regexp_full_match(${typed}, ${quoteText(formatPatterns[promise.format])})`
    case 'present':
    case 'unique':
    case 'unique-together':
    case 'row-count':
    case 'sql':
    case 'references':
    case 'freshness':
    case 'retention':
      return undefined
  }
}

/** With a longer list DuckDB joins, which is faster by then. */
const maxListedValues = 64

/** NULL of NULL. Of a few values DuckDB would make a join for IN, which costs more and leaves rows in any order. */
function isOneOf(value: string, values: readonly string[]): string {
  if (values.length > maxListedValues) return `(${value} IN (${values.join(', ')}))`
  return `CASE WHEN ${value} IS NOT NULL THEN list_contains([${values.join(', ')}], ${value}) END`
}

/** What in a contract SQL cannot use: patterns that RE2 refuses, allowed values that are not of the column's type. */
export async function checkLiterals(engine: Engine, contract: Contract): Promise<Diagnostic[]> {
  const rules = contract.columns.flatMap((column) => column.rules.map((rule) => ({ column, rule })))
  const states = await mapInParallel(rules, literalsAtOnce, ({ column, rule }) => literalFault(engine, column, rule))
  return [
    ...contract.tableRules.flatMap((rule) => splitRule(rule, contract)),
    ...rules.flatMap(({ column, rule: { line } }, place): Diagnostic[] => {
      const state = states[place]
      if (state === undefined) return []
      const message = `Cannot check "${column.name}": ${state}`
      const remedy = 'Mend the rule in the contract.'
      return [{ code: 'contract/value', file: contract.file, line, column: 1, message, remedy }]
    }),
  ]
}

/** The next one is there when the engine has answered one. */
const literalsAtOnce = 4

function matches(text: string, pattern: string): string {
  const glob = patternAsGlob(pattern)
  if (glob !== undefined) return `(${text} GLOB ${quoteText(glob)})`
  return `regexp_matches(${text}, ${quoteText(pattern)})`
}

/** Columns can be unique together only where the same files hold them: labels may be files of their own. */
function splitRule(rule: TableRule, { columns, file }: Contract): Diagnostic[] {
  if (rule.kind !== 'unique-together') return []
  const absent = rule.columns.find((name) => !columns.some((column) => column.name === name))
  if (absent === undefined) return []
  const message = `Cannot check that ${rule.columns.map((name) => `"${name}"`).join(', ')} are unique together: other files hold "${absent}"`
  const remedy = 'Name columns of the same files.'
  return [{ code: 'contract/value', file, line: rule.line, column: 1, message, remedy }]
}

async function literalFault(engine: Engine, column: ContractColumn, rule: ContractRule): Promise<string | undefined> {
  if (rule.kind === 'pattern' || rule.kind === 'valid') {
    try {
      await engine.query(`SELECT regexp_matches('', ${quoteText(rule.pattern)})`)
    } catch {
      return `"${rule.pattern}" is no pattern; expected a regular expression of RE2`
    }
  }
  if ((rule.kind === 'allowed' || rule.kind === 'valid') && column.logicalType !== 'string') {
    const list = rule.values.map((value) => valueOf(value, column.logicalType))
    const [row] = await engine.query<{ known: unknown[] }>(
      `SELECT [${list.map((sql) => `${sql} IS NULL`).join(', ')}] AS known`,
    )
    const wrong = rule.values[row?.known.indexOf(true) ?? -1]
    if (wrong !== undefined) return `the allowed value "${wrong}" is not of type ${column.logicalType}`
  }
  return undefined
}

function standsForMissing(given: readonly (string | null)[], { raw, written = raw, isEmptyNull }: Expressions): string {
  const texts = given.filter((value) => value !== null)
  const isNull = given.includes(null) || (isEmptyNull && texts.includes(''))
  const isText = `coalesce(${isOneOf(`CAST(${written} AS VARCHAR)`, texts.map(quoteText))}, false)`
  return [...(isNull ? [`${written} IS NULL`] : []), ...(texts.length > 0 ? [isText] : [])].join(' OR ') || 'false'
}

/** Of fractions, to nine digits: 0.3 is no whole number of 0.1 in binary. */
function isNoMultiple(typed: string, step: number, type: LogicalType): string {
  if (type === 'integer' && Number.isSafeInteger(step)) return `${typed} % ${step} <> 0`
  const steps = `(${typed} / CAST(${quoteText(String(step))} AS DOUBLE))`
  return `abs(${steps} - round(${steps})) > 1e-9 * greatest(1, abs(${steps}))`
}

/** SQL that holds for a value that is there: NaN stands for a missing number, as in pandas, whose files have no other. */
export function isThere(type: LogicalType, typed: string): string {
  return `NOT (${missing(type, typed)})`
}

function missing(type: LogicalType, typed: string): string {
  return type === 'number' ? `(${typed} IS NULL OR isnan(${typed}))` : `${typed} IS NULL`
}

/** What is NULL is neither too small nor too large; NaN would be too large. */
function notNan(type: LogicalType, typed: string): string {
  return type === 'number' ? `NOT isnan(${typed}) AND ` : ''
}

function limitOf(limit: number | string, type: LogicalType): string {
  return typeof limit === 'number' ? `CAST(${quoteText(String(limit))} AS DOUBLE)` : valueOf(limit, type)
}

function valueOf(value: string, type: LogicalType): string {
  return castTo(type, quoteText(value), 'VARCHAR')
}

function patternable(type: LogicalType, typed: string): string {
  return type === 'string' ? typed : `CAST(${typed} AS VARCHAR)`
}
