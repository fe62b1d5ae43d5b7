import type { Expectation } from './contract.ts'

/** Numbers that something can come to. */
export interface Domain {
  readonly lowest: number
  readonly highest: number
  /** Only whole numbers. */
  readonly isWhole: boolean
}

export const counts: Domain = { lowest: 0, highest: Infinity, isWhole: true }
export const percents: Domain = { lowest: 0, highest: 100, isWhole: false }
export const anyNumbers: Domain = { lowest: -Infinity, highest: Infinity, isWhole: false }

/** Whether every number that meets `inner` meets `outer` too. With `downToLowest`, and every smaller one as well. */
export function isWithin(inner: Expectation, outer: Expectation, domain: Domain, downToLowest = false): boolean {
  const wide = spansOf(outer, domain)
  const narrow = spansOf(inner, domain)
  const last = narrow.at(-1)
  const asked = downToLowest && last ? [{ ...last, low: domain.lowest, isLowOpen: false }] : narrow
  return asked.every((span) => wide.some((other) => contains(other, span)))
}

interface Span {
  readonly low: number
  readonly isLowOpen: boolean
  readonly high: number
  readonly isHighOpen: boolean
}

/** In order, none of them empty, none beside another. */
function spansOf(expectation: Expectation, domain: Domain): Span[] {
  const spans = rawSpans(expectation)
    .map((span) => clip(span, domain))
    .filter(({ low, high, isLowOpen, isHighOpen }) => low < high || (low === high && !isLowOpen && !isHighOpen))
  const [first, second] = spans
  const areBeside = domain.isWhole && first && second && first.high + 1 >= second.low
  return areBeside ? [{ ...first, high: second.high }] : spans
}

function rawSpans({ operator, limits }: Expectation): Span[] {
  const [first = Number.NaN, last = first] = limits
  const below = (high: number, isHighOpen: boolean): Span => ({ low: -Infinity, isLowOpen: false, high, isHighOpen })
  const above = (low: number, isLowOpen: boolean): Span => ({ low, isLowOpen, high: Infinity, isHighOpen: false })
  switch (operator) {
    case 'mustBe':
    case 'mustBeBetween':
      return [{ low: first, isLowOpen: false, high: last, isHighOpen: false }]
    case 'mustNotBe':
    case 'mustNotBeBetween':
      return [below(first, true), above(last, true)]
    case 'mustBeGreaterThan':
      return [above(first, true)]
    case 'mustBeGreaterOrEqualTo':
      return [above(first, false)]
    case 'mustBeLessThan':
      return [below(first, true)]
    case 'mustBeLessOrEqualTo':
      return [below(first, false)]
  }
}

function clip(span: Span, { lowest, highest, isWhole }: Domain): Span {
  const low = Math.max(span.low, lowest)
  const high = Math.min(span.high, highest)
  const isLowOpen = span.isLowOpen && span.low >= lowest
  const isHighOpen = span.isHighOpen && span.high <= highest
  if (!isWhole) return { low, isLowOpen, high, isHighOpen }
  return {
    low: isLowOpen ? Math.floor(low) + 1 : Math.ceil(low),
    isLowOpen: false,
    high: isHighOpen ? Math.ceil(high) - 1 : Math.floor(high),
    isHighOpen: false,
  }
}

function contains(outer: Span, inner: Span): boolean {
  const startsInside = outer.low < inner.low || (outer.low === inner.low && (!outer.isLowOpen || inner.isLowOpen))
  const endsInside = outer.high > inner.high || (outer.high === inner.high && (!outer.isHighOpen || inner.isHighOpen))
  return startsInside && endsInside
}
