import type { Expectation } from './contract.ts'

/** Whether a number is what it must be; a range holds its bounds. */
export function meets(value: number, { operator, limits }: Expectation): boolean {
  const [first = Number.NaN, last = Number.NaN] = limits
  switch (operator) {
    case 'mustBe':
      return value === first
    case 'mustNotBe':
      return value !== first
    case 'mustBeGreaterThan':
      return value > first
    case 'mustBeGreaterOrEqualTo':
      return value >= first
    case 'mustBeLessThan':
      return value < first
    case 'mustBeLessOrEqualTo':
      return value <= first
    case 'mustBeBetween':
      return value >= first && value <= last
    case 'mustNotBeBetween':
      return value < first || value > last
  }
}
