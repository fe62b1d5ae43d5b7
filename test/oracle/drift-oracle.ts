import { readFileSync } from 'node:fs'

type Coded = number | 'inf' | '-inf'

export interface NumbersCase {
  readonly name: string
  readonly values: readonly Coded[]
  readonly reference: readonly number[]
  readonly current: readonly number[]
  readonly integers: boolean
  readonly ks: number
  readonly location: Coded
  readonly sign: number
  readonly p: number
  /** Null where scipy has none: of so few rows that nm / (n + m) rounds to 0. */
  readonly asymptotic: number | null
  /** Null where it was not asked for: of many rows. */
  readonly exact: number | null
  /** Of finite values alone; null where it is no number. */
  readonly wasserstein?: number | null
  readonly normalised?: number | null
  readonly psi?: number
  readonly evidently?: number
}

export interface CategoriesCase {
  readonly name: string
  readonly reference: readonly number[]
  readonly current: readonly number[]
  readonly tvd: number
  readonly linf: number
  readonly js: number
  readonly js2: number
  readonly hellinger: number
  readonly psi: number
  /** Of two categories and more. */
  readonly chi2?: number
  readonly degrees?: number
  readonly p?: number
  readonly yates?: number
  readonly yatesP?: number
  readonly v?: number
  readonly bergsma?: number
}

interface Oracle {
  /** Relative for p-values down to `leastP`, else for numbers above 1, absolute below. */
  readonly tolerance: number
  readonly numbers: readonly NumbersCase[]
  readonly categories: readonly CategoriesCase[]
  readonly tails: Readonly<
    Record<'kolmogorov' | 'chiSquare' | 'chiSquareLimit' | 'normal', readonly (readonly number[])[]>
  >
  readonly proportions: readonly (readonly [number, number, number, number, number, number])[]
  readonly discoveries: readonly (readonly [readonly number[], readonly number[], readonly number[]])[]
}

/** What `make-drift.py` wrote. */
export const oracle: Oracle = JSON.parse(readFileSync(new URL('drift.json', import.meta.url), 'utf8'))

/** SciPy's own digits end about here. */
const leastP = 1e-12

export function isNear(actual: number, expected: number): boolean {
  return Math.abs(actual - expected) <= oracle.tolerance * Math.max(1, Math.abs(expected))
}

/** Relative down to 1e-12; below, of the same size. */
export function isNearP(actual: number, expected: number): boolean {
  if (expected >= leastP) return Math.abs(actual - expected) <= oracle.tolerance * expected
  return actual >= 0 && actual <= leastP && Math.abs(actual - expected) <= 1e-6 * expected + 1e-250
}

export function decoded(value: Coded): number {
  return typeof value === 'number' ? value : value === 'inf' ? Infinity : -Infinity
}

/** Both samples, ascending. */
export function samplesOf({ values, reference, current }: NumbersCase): readonly [Float64Array, Float64Array] {
  const repeated = (counts: readonly number[]) =>
    Float64Array.from(values.flatMap((value, i) => Array.from({ length: counts[i] ?? 0 }, () => decoded(value))))
  return [repeated(reference), repeated(current)]
}
