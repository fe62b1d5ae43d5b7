import type { AgeLimit, ContractRule, RuleKind, TableRule, Tolerance } from './contract.ts'
import { anyNumbers, counts, isWithin, percents } from './expectation-spans.ts'

/** Whether whatever keeps `strong` keeps `weak` too; false also where that cannot be told, as of two patterns. */
export function implies(strong: ContractRule, weak: ContractRule): boolean {
  return kindImplies(strong, weak) && tolerates(strong.tolerance, weak.tolerance, kindImplies(weak, strong))
}

/** The same of two promises of a table. */
export function impliesOfTable(strong: TableRule, weak: TableRule): boolean {
  switch (weak.kind) {
    case 'row-count':
      return strong.kind === 'row-count' && isWithin(strong.expected, weak.expected, counts)
    case 'unique-together': {
      // Rows that differ in fewer columns differ in more.
      if (strong.kind !== 'unique-together' || !isSubset(strong.columns, weak.columns)) return false
      return tolerates(strong.tolerance, weak.tolerance, isSubset(weak.columns, strong.columns))
    }
    case 'sql':
      return (
        strong.kind === 'sql' &&
        strong.column === weak.column &&
        oneLine(strong.query) === oneLine(weak.query) &&
        isWithin(strong.expected, weak.expected, anyNumbers)
      )
    case 'references':
      return (
        strong.kind === 'references' &&
        strong.table === weak.table &&
        samePairs(strong.columns, strong.others) === samePairs(weak.columns, weak.others)
      )
    case 'freshness':
    case 'retention':
      return strong.kind === weak.kind && strong.column === weak.column && isYounger(strong.limit, weak.limit)
  }
}

/** The order in which the columns of a key are written does not matter. */
function samePairs(columns: readonly string[], others: readonly string[]): string {
  const pairs = columns.map((name, place) => JSON.stringify([name, others[place]]))
  return pairs.sort().join()
}

const days: Readonly<Record<AgeLimit['unit'], readonly [least: number, most: number]>> = {
  minute: [1 / 1440, 1 / 1440],
  hour: [1 / 24, 1 / 24],
  day: [1, 1],
  week: [7, 7],
  month: [28, 31],
  year: [365, 366],
}

/** Whether an age is never above another; months and years are of several lengths. */
function isYounger(age: AgeLimit, limit: AgeLimit): boolean {
  return age.unit === limit.unit
    ? age.count <= limit.count
    : age.count * days[age.unit][1] <= limit.count * days[limit.unit][0]
}

function kindImplies(strong: RuleKind, weak: RuleKind): boolean {
  switch (weak.kind) {
    case 'required':
    case 'unique':
    case 'finite':
      return strong.kind === weak.kind
    case 'minimum':
      return strong.kind === 'minimum' && isFurther(strong, weak, 1)
    case 'maximum':
      return strong.kind === 'maximum' && isFurther(strong, weak, -1)
    case 'min-length':
      return strong.kind === 'min-length' && strong.length >= weak.length
    case 'max-length':
      return strong.kind === 'max-length' && strong.length <= weak.length
    case 'allowed':
      return (strong.kind === 'allowed' || strong.kind === 'valid') && isSubset(strong.values, weak.values)
    case 'pattern':
      return (strong.kind === 'pattern' || strong.kind === 'valid') && strong.pattern === weak.pattern
    case 'valid':
      return strong.kind === 'valid' && isSubset(strong.values, weak.values) && strong.pattern === weak.pattern
    case 'filled':
      return strong.kind === 'filled' && isSubset(weak.missing, strong.missing)
    case 'multiple-of':
      return strong.kind === 'multiple-of' && isMultiple(strong.step, weak.step)
    case 'format':
      return strong.kind === 'format' && strong.format === weak.format
  }
}

const none: Tolerance = { operator: 'mustBe', limits: [0], unit: 'rows' }
const anything = { operator: 'mustBeGreaterOrEqualTo', limits: [0] } as const

/**
 * Whether the failing rows that `strong` tolerates are tolerated by `weak`. Where the rules differ, fewer rows may fail
 * the weaker one. How many rows a percentage is, is not known: it can be compared only with none and with all.
 */
function tolerates(strong: Tolerance = none, weak: Tolerance = none, areSameRules: boolean): boolean {
  if (strong.unit === weak.unit) return isWithin(strong, weak, domainOf(strong), !areSameRules)
  if (isWithin(anything, weak, domainOf(weak))) return true
  return isWithin(strong, none, domainOf(strong)) && isWithin(none, weak, domainOf(weak))
}

function domainOf({ unit }: Tolerance) {
  return unit === 'percent' ? percents : counts
}

type Limit = RuleKind & { readonly kind: 'minimum' | 'maximum' }

/** Whether a limit cuts off at least as much as another: `sign` is 1 for a minimum, −1 for a maximum. */
function isFurther(strong: Limit, weak: Limit, sign: 1 | -1): boolean {
  if (typeof strong.limit !== typeof weak.limit) return false
  const gap = (sizeOf(strong.limit) - sizeOf(weak.limit)) * sign
  return gap > 0 || (gap === 0 && (strong.isExclusive || !weak.isExclusive))
}

/** A moment without an offset is of UTC, as everywhere in a contract. */
function sizeOf(limit: number | string): number {
  if (typeof limit === 'number') return limit
  const iso = limit.trim().replace(' ', 'T')
  return Date.parse(iso.includes('T') && !/(Z|[+-]\d\d:?\d\d)$/i.test(iso) ? `${iso}Z` : iso)
}

/** Of fractions, to nine digits: 0.3 is no whole number of 0.1 in binary. */
function isMultiple(value: number, step: number): boolean {
  const steps = value / step
  return Math.abs(steps - Math.round(steps)) <= 1e-9 * Math.max(1, steps)
}

function isSubset<T>(part: readonly T[], whole: readonly T[]): boolean {
  return part.every((value) => whole.includes(value))
}

function oneLine(query: string): string {
  return query.trim().replace(/\s+/g, ' ')
}
