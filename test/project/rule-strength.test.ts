import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { AgeLimit, ContractRule, RuleKind, TableRule, Tolerance } from '../../action/project/contract.ts'
import { meets } from '../../action/project/expectation.ts'
import { implies, impliesOfTable } from '../../action/project/rule-strength.ts'

const number = fc.integer({ min: -3, max: 6 })
const texts = fc.subarray(['a', 'ab', 'b', ''], { minLength: 1 })
const kind: fc.Arbitrary<RuleKind> = fc.oneof(
  fc.constantFrom<RuleKind>({ kind: 'required' }, { kind: 'finite' }),
  fc.record({ kind: fc.constantFrom('minimum', 'maximum'), limit: number, isExclusive: fc.boolean() }),
  fc.record({ kind: fc.constantFrom('min-length', 'max-length'), length: fc.nat(3) }),
  texts.map((values): RuleKind => ({ kind: 'allowed', values })),
  fc.constantFrom('^a', 'b').map((pattern): RuleKind => ({ kind: 'pattern', pattern })),
  fc
    .tuple(texts, fc.constantFrom('^a', 'b'))
    .map(([values, pattern]): RuleKind => ({ kind: 'valid', values, pattern })),
  fc.subarray([null, '', 'a'], { minLength: 1 }).map((missing): RuleKind => ({ kind: 'filled', missing })),
  fc.constantFrom(1, 2, 3, 4).map((step): RuleKind => ({ kind: 'multiple-of', step })),
)
const tolerance = fc.option(
  fc.record({
    operator: fc.constantFrom('mustBeLessThan', 'mustBeLessOrEqualTo', 'mustBe', 'mustBeGreaterThan'),
    limits: fc.tuple(fc.nat(4)),
    unit: fc.constantFrom('rows', 'percent'),
  }),
  { nil: undefined },
)
const rule = fc.tuple(kind, tolerance).map(([promise, given]): ContractRule => {
  return { ...promise, line: 1, ...(given && { tolerance: given }) }
})

type Value = string | number | null
const values: fc.Arbitrary<Value[]> = fc.array(
  fc.oneof(number, fc.constantFrom<Value>('a', 'ab', 'b', 'ba', '', null, Infinity)),
  { minLength: 1, maxLength: 8 },
)

/** What a rule means, said once more and more simply. */
function isBroken(promise: RuleKind, value: Value): boolean {
  switch (promise.kind) {
    case 'required':
      return value === null
    case 'finite':
      return value === Infinity
    case 'minimum':
      return (
        typeof value === 'number' &&
        (promise.isExclusive ? value <= Number(promise.limit) : value < Number(promise.limit))
      )
    case 'maximum':
      return (
        typeof value === 'number' &&
        (promise.isExclusive ? value >= Number(promise.limit) : value > Number(promise.limit))
      )
    case 'min-length':
      return typeof value === 'string' && value.length < promise.length
    case 'max-length':
      return typeof value === 'string' && value.length > promise.length
    case 'allowed':
      return typeof value === 'string' && !promise.values.includes(value)
    case 'pattern':
      return typeof value === 'string' && !new RegExp(promise.pattern).test(value)
    case 'valid':
      return typeof value === 'string' && (!promise.values.includes(value) || !new RegExp(promise.pattern).test(value))
    case 'filled':
      return typeof value !== 'number' && promise.missing.includes(value)
    case 'multiple-of':
      return typeof value === 'number' && Number.isFinite(value) && value % promise.step !== 0
    case 'unique':
    case 'format':
      return false
  }
}

function keeps(promise: ContractRule, rows: readonly Value[]): boolean {
  const failing = rows.filter((value) => isBroken(promise, value)).length
  const { tolerance: limit } = promise
  if (!limit) return failing === 0
  return meets(limit.unit === 'percent' ? (100 * failing) / rows.length : failing, limit)
}

describe('implies()', () => {
  it('holds of no two rules of which rows keep the first and break the second', () => {
    fc.assert(
      fc.property(rule, rule, values, (strong, weak, rows) => {
        expect(!implies(strong, weak) || !keeps(strong, rows) || keeps(weak, rows)).toBe(true)
      }),
      { numRuns: 20_000 },
    )
  })

  it('holds of every rule and itself, and follows on', () => {
    fc.assert(
      fc.property(rule, (one) => {
        expect(implies(one, one)).toBe(true)
      }),
    )
    fc.assert(
      fc.property(rule, rule, rule, (a, b, c) => {
        expect(!implies(a, b) || !implies(b, c) || implies(a, c)).toBe(true)
      }),
      { numRuns: 20_000 },
    )
  })

  const of = (promise: RuleKind, limit?: Tolerance): ContractRule => ({
    ...promise,
    line: 1,
    ...(limit && { tolerance: limit }),
  })
  const percent = (limits: number): Tolerance => ({ operator: 'mustBeLessThan', limits: [limits], unit: 'percent' })
  const max = (limit: number | string, isExclusive = false): RuleKind => ({ kind: 'maximum', limit, isExclusive })
  it.each([
    ['a date as a moment of UTC', of(max('2024-01-31')), of(max('2024-01-31 00:00:00')), true],
    ['an earlier date', of(max('2024-01-30')), of(max('2024-01-31')), true],
    ['a number and a date', of(max(5)), of(max('2024-01-31')), false],
    ['an exclusive limit', of(max(5, true)), of(max(5)), true],
    ['an inclusive limit', of(max(5)), of(max(5, true)), false],
    ['steps of 0.3 and of 0.1', of({ kind: 'multiple-of', step: 0.3 }), of({ kind: 'multiple-of', step: 0.1 }), true],
    ['another pattern', of({ kind: 'pattern', pattern: 'a' }), of({ kind: 'pattern', pattern: 'b' }), false],
    ['one format', of({ kind: 'format', format: 'uuid' }), of({ kind: 'format', format: 'uuid' }), true],
    ['unique', of({ kind: 'unique' }), of({ kind: 'unique' }, percent(5)), true],
    ['a percentage and rows', of({ kind: 'required' }, percent(5)), of({ kind: 'required' }), false],
    [
      'all rows',
      of({ kind: 'required' }),
      of({ kind: 'required' }, { operator: 'mustBeLessOrEqualTo', limits: [100], unit: 'percent' }),
      true,
    ],
  ])('knows %s', (_what, strong, weak, holds) => {
    expect(implies(strong, weak)).toBe(holds)
  })
})

describe('impliesOfTable()', () => {
  const rows = (limits: number): TableRule => ({
    kind: 'row-count',
    expected: { operator: 'mustBeGreaterThan', limits: [limits] },
    line: 1,
  })
  const together = (...columns: string[]): TableRule => ({ kind: 'unique-together', columns, line: 1 })
  const age = (promise: 'freshness' | 'retention', count: number, unit: AgeLimit['unit']): TableRule => {
    return { kind: promise, column: 'at', limit: { count, unit }, line: 1 }
  }
  const key = (columns: string[], others: string[]): TableRule => {
    return { kind: 'references', columns, table: 't', others, line: 1 }
  }
  const sql = (query: string, limit: number): TableRule => ({
    kind: 'sql',
    query,
    expected: { operator: 'mustBeLessThan', limits: [limit] },
    line: 1,
  })
  it.each([
    ['more rows', rows(10), rows(0), true],
    ['fewer rows', rows(0), rows(10), false],
    ['fewer columns', together('a'), together('b', 'a'), true],
    ['more columns', together('b', 'a'), together('a'), false],
    ['another order', together('b', 'a'), together('a', 'b'), true],
    ['a query laid out anew', sql('SELECT\n  1', 5), sql('SELECT 1', 9), true],
    ['a younger age', age('freshness', 1, 'day'), age('freshness', 36, 'hour'), true],
    ['an older age', age('freshness', 40, 'hour'), age('freshness', 1, 'day'), false],
    ['a month and the days of any', age('retention', 1, 'month'), age('retention', 31, 'day'), true],
    ['a month and fewer days', age('retention', 1, 'month'), age('retention', 30, 'day'), false],
    ['the days of any month and a month', age('retention', 28, 'day'), age('retention', 1, 'month'), true],
    ['an age of another kind', age('retention', 1, 'day'), age('freshness', 9, 'day'), false],
    ['a key in another order', key(['a', 'b'], ['x', 'y']), key(['b', 'a'], ['y', 'x']), true],
    ['a key led elsewhere', key(['a', 'b'], ['x', 'y']), key(['a', 'b'], ['y', 'x']), false],
    ['another query', sql('SELECT 2', 5), sql('SELECT 1', 9), false],
    ['another kind', rows(10), together('a'), false],
  ])('knows %s', (_what, strong, weak, holds) => {
    expect(impliesOfTable(strong, weak)).toBe(holds)
  })
})
