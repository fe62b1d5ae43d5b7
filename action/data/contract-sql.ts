import type { Diagnostic } from '../base/diagnostic.ts'
import type { Contract, ContractColumn, ContractRule, LogicalType } from '../project/contract.ts'
import type { ContractPromise } from './contract-result.ts'
import type { Engine } from './engine.ts'
import { quoteText } from './quote.ts'
import { castTo } from './read-source.ts'

/** A column of a row: as it stands in the file, and as its logical type. */
export interface Expressions {
  readonly raw: string
  readonly typed: string
  /** Whether every raw value has a typed one. */
  readonly alwaysFits: boolean
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
      return alwaysFits ? 'false' : `CASE WHEN ${typed} IS NULL THEN trim(CAST(${raw} AS VARCHAR)) <> '' ELSE false END`
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
      return `${notNan(type, typed)}${typed} NOT IN (${promise.values.map((value) => valueOf(value, type)).join(', ')})`
    case 'pattern':
      return `NOT regexp_matches(${patternable(type, typed)}, ${quoteText(promise.pattern)})`
    case 'present':
    case 'unique':
    case 'row-count':
      return undefined
  }
}

/** What in a contract SQL cannot use: patterns that RE2 refuses, allowed values that are not of the column's type. */
export async function checkLiterals(engine: Engine, contract: Contract): Promise<Diagnostic[]> {
  const diagnostics: Diagnostic[] = []
  for (const column of contract.columns) {
    for (const rule of column.rules) {
      const state = await literalFault(engine, column, rule)
      if (state === undefined) continue
      const message = `Cannot check "${column.name}": ${state}`
      diagnostics.push({ code: 'contract/value', file: contract.file, line: rule.line, column: 1, message })
    }
  }
  return diagnostics
}

async function literalFault(engine: Engine, column: ContractColumn, rule: ContractRule): Promise<string | undefined> {
  if (rule.kind === 'pattern') {
    try {
      await engine.query(`SELECT regexp_matches('', ${quoteText(rule.pattern)})`)
    } catch {
      return `"${rule.pattern}" is no pattern; expected a regular expression of RE2`
    }
  }
  if (rule.kind === 'allowed' && column.logicalType !== 'string') {
    const list = rule.values.map((value) => valueOf(value, column.logicalType))
    const [row] = await engine.query<{ known: unknown[] }>(
      `SELECT [${list.map((sql) => `${sql} IS NULL`).join(', ')}] AS known`,
    )
    const wrong = rule.values[row?.known.indexOf(true) ?? -1]
    if (wrong !== undefined) return `the allowed value "${wrong}" is not of type ${column.logicalType}`
  }
  return undefined
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
