import { describe, expect, it } from 'vitest'

import type { ContractCheck, ContractPromise } from '../../action/data/contract-result.ts'
import type { Operator, Tolerance } from '../../action/project/contract.ts'
import { reportValidation } from '../../action/report/report-validation.ts'
import { wordFailure } from '../../action/report/word-contract.ts'

function failing(promise: ContractPromise, more: Partial<ContractCheck> = {}): ContractCheck {
  return {
    column: 'w',
    promise,
    line: 3,
    outcome: 'fail',
    failing: 37,
    rows: 4000,
    tolerance: null,
    severity: 'error',
    dimension: null,
    samples: [],
    missingIn: [],
    ...more,
  }
}

function tolerance(operator: Operator, unit: Tolerance['unit'], ...limits: number[]): Partial<ContractCheck> {
  return { tolerance: { operator, limits, unit } }
}

describe('wordFailure()', () => {
  it.each([
    ['above 50', { kind: 'maximum', limit: 50, isExclusive: false }],
    ['standing for missing (null, "N/A")', { kind: 'filled', missing: [null, 'N/A'] }],
    ['not a multiple of 0.1', { kind: 'multiple-of', step: 0.1 }],
    ['not of the format email', { kind: 'format', format: 'email' }],
    ['not one of a, b, or no match of ^a', { kind: 'valid', values: ['a', 'b'], pattern: '^a' }],
    ['not unique together (a, b)', { kind: 'unique-together', columns: ['a', 'b'] }],
  ] satisfies [string, ContractPromise][])('words %s', (words, promise) => {
    expect(wordFailure(failing(promise))).toBe(`${words}: 37 rows (0.9 %), limit 0`)
  })

  it.each([
    ['limit below 5 %', tolerance('mustBeLessThan', 'percent', 5)],
    ['limit 5', tolerance('mustBeLessOrEqualTo', 'rows', 5)],
    ['limit 9', tolerance('mustBeBetween', 'rows', 0, 9)],
    ['expected 3 to 9', tolerance('mustBeBetween', 'rows', 3, 9)],
    ['expected less than 3 or more than 99', tolerance('mustNotBeBetween', 'rows', 3, 99)],
    ['expected more than 1 %', tolerance('mustBeGreaterThan', 'percent', 1)],
    ['expected at least 1,000', tolerance('mustBeGreaterOrEqualTo', 'rows', 1000)],
    ['expected 5', tolerance('mustBe', 'rows', 5)],
    ['expected other than 37', tolerance('mustNotBe', 'rows', 37)],
  ])('says %s', (words, more) => {
    expect(wordFailure(failing({ kind: 'required' }, more))).toBe(`empty: 37 rows (0.9 %), ${words}`)
  })
})

describe('reportValidation()', () => {
  it('shows what warns, and passes all the same', () => {
    const checks = [
      failing({ kind: 'required' }, { severity: 'warning' }),
      failing({ kind: 'unique' }, { outcome: 'pass', failing: 0 }),
    ]
    const base = {
      contract: 'c.yaml',
      files: ['a.csv'],
      rows: 4000,
      newColumns: [],
      renames: [],
      swaps: [],
      seconds: 1,
    }
    const { text, markdown, outputs } = reportValidation({
      ...base,
      checks,
      diagnostics: [],
      environment: 'training',
      accepted: [],
      isPinned: false,
    })
    expect(text).toContain('PASS  c.yaml: 1 of 2 checks hold, 1 warns only')
    expect(text).toContain('! warning: w  empty: 37 rows')
    expect(markdown).toContain('warning: empty')
    expect(outputs).toMatchObject({ verdict: 'pass', failing: '0' })
  })
})
