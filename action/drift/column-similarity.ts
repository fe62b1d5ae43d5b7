import { distance as editDistance } from 'fastest-levenshtein'

import type { ColumnProfile } from './column-profile.ts'

export interface ValueMatch {
  /** 0..1 */
  readonly similarity: number
  readonly distance: number | null
  readonly sharedValues: number | null
}

/** Fewer distinct numbers are compared as values, because a rename keeps codes as they are. */
const maxCodes = 20

/** How alike the values of two columns are: few values by their shares, numbers by their distribution. */
export function valueMatch(old: ColumnProfile, young: ColumnProfile): ValueMatch {
  const isListed = old.values.length > 0 && young.values.length > 0
  const areCodes = Math.max(old.distinct, young.distinct) <= maxCodes
  if (isListed && (!old.isNumeric || areCodes)) return matchValues(old, young)
  if (old.percentiles.length === 0 || young.percentiles.length === 0) {
    return { similarity: 0, distance: null, sharedValues: null }
  }
  const distance = kolmogorovSmirnov(old.percentiles, young.percentiles)
  return { similarity: 1 - distance, distance, sharedValues: null }
}

/**
 * Containment of the values, and the share of the new rows whose value was known, less the distance, which is the total
 * variation: codes such as 1 to 4 stand in many columns, and only their shares tell them apart.
 */
function matchValues(old: ColumnProfile, young: ColumnProfile): ValueMatch {
  const known = new Map(old.values)
  const shared = young.values.filter(([value]) => known.has(value))
  const knownRows = shared.reduce((sum, [, rows]) => sum + rows, 0)
  const youngRows = young.rows - young.nulls
  const containment = shared.length / Math.min(old.values.length, young.values.length)
  const distance = totalVariation(old.values, young.values)
  return {
    similarity: ((containment + knownRows / youngRows) / 2) * (1 - distance),
    distance,
    sharedValues: shared.length,
  }
}

/** Half the sum of the differences of shares, 0..1. */
export function totalVariation(old: ColumnProfile['values'], young: ColumnProfile['values']): number {
  const [p, q] = [shares(old), shares(young)]
  let sum = 0
  for (const key of new Set([...p.keys(), ...q.keys()])) sum += Math.abs((p.get(key) ?? 0) - (q.get(key) ?? 0))
  return Math.min(1, sum / 2)
}

/** The largest gap between two distribution functions, known at their percentiles: right to about 0.01. */
export function kolmogorovSmirnov(old: readonly number[], young: readonly number[]): number {
  let largest = 0
  for (const point of [...old, ...young]) {
    largest = Math.max(largest, Math.abs(cumulative(old, point) - cumulative(young, point)))
  }
  return largest
}

function cumulative(percentiles: readonly number[], point: number): number {
  let low = 0
  let high = percentiles.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((percentiles[middle] ?? Infinity) <= point) low = middle + 1
    else high = middle
  }
  return low / percentiles.length
}

/** 1 less the Jensen-Shannon distance (base 2) of the shapes of values, with nulls and zeros as shapes of their own. */
export function shapeSimilarity(old: ColumnProfile, young: ColumnProfile): number {
  const [p, q] = [shares(shapeTable(old)), shares(shapeTable(young))]
  let divergence = 0
  for (const key of new Set([...p.keys(), ...q.keys()])) {
    const [a, b] = [p.get(key) ?? 0, q.get(key) ?? 0]
    const middle = (a + b) / 2
    divergence += (a > 0 ? a * Math.log2(a / middle) : 0) / 2 + (b > 0 ? b * Math.log2(b / middle) : 0) / 2
  }
  return 1 - Math.sqrt(Math.min(1, Math.max(0, divergence)))
}

function shapeTable(profile: ColumnProfile): (readonly [string, number])[] {
  return [...profile.shapes, ['null', profile.nulls], ['zero', profile.zeros]]
}

function shares(table: readonly (readonly [string, number])[]): Map<string, number> {
  const total = table.reduce((sum, [, rows]) => sum + rows, 0)
  return new Map(total === 0 ? [] : table.map(([key, rows]) => [key, rows / total]))
}

/** The mean of the share of common words and of common letters, 0..1. */
export function nameSimilarity(a: string, b: string): number {
  const [left, right] = [words(a), words(b)]
  const union = new Set([...left, ...right]).size
  const common = [...left].filter((word) => right.has(word)).length
  const [x, y] = [a.toLowerCase(), b.toLowerCase()]
  const longest = Math.max(x.length, y.length)
  return ((union === 0 ? 0 : common / union) + (longest === 0 ? 1 : 1 - editDistance(x, y) / longest)) / 2
}

function words(name: string): Set<string> {
  const parted = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase()
  return new Set(parted.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== ''))
}
