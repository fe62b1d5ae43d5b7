/*
 * Bins of sorted numbers. Their edges are found by rank, and what lies between them by halving, so that bins cost next to
 * nothing once the numbers stand in order.
 */

import type { SortedNumbers } from './sorted-numbers.ts'

/** How many numbers of both samples lie in each bin; one bin more than inner edges. */
export interface BinCounts {
  readonly edges: readonly number[]
  readonly reference: readonly number[]
  readonly current: readonly number[]
}

/**
 * The inner edges of at most `bins` bins that each hold about as many of these numbers: the least numbers v at which k/bins of
 * them are ≤ v, each once. Whole numbers decide, so that no rounding does. An edge at the maximum is left out.
 */
export function quantileEdges(sorted: SortedNumbers, bins: number): number[] {
  const last = sorted.at(sorted.length - 1)
  if (last === undefined) return []
  const edges = Array.from({ length: bins - 1 }, (_, k) => valueAt(sorted, Math.ceil(((k + 1) * sorted.length) / bins)))
  return [...new Set(edges)].filter((edge) => edge !== last)
}

/** A bin of whole numbers holds more than one, so that none is told by its bin. */
const leastWholeStep = 2

/**
 * The inner edges of at most `bins` bins of one width over both samples, from the lower 1st percentile to the higher 99th of
 * their finite numbers: multiples of 1, 2 or 5 times a power of ten, which no single row decides. None where these
 * percentiles are one, or so close together that no round number tells them apart.
 */
export function roundEdges(samples: readonly SortedNumbers[], bins: number, areIntegers: boolean): number[] {
  const ends = samples.flatMap(middleOf)
  const [low, high] = [Math.min(...ends), Math.max(...ends)]
  if (!(low < high)) return []
  // Halves, for the whole may be infinite.
  const width = (high / 2 - low / 2) / ((bins - 1) / 2)
  const { factor, power } = roundUp(areIntegers ? Math.max(leastWholeStep, width) : width)
  const step = factor * 10 ** power
  const [first, last] = [Math.floor(low / step) + 1, Math.floor(high / step)]
  if (!Number.isSafeInteger(first * factor) || !Number.isSafeInteger(last * factor)) return []
  // Divided where that is exact, so that an edge is the number that its digits say.
  const edgeAt = (place: number) => (power < 0 ? (place * factor) / 10 ** -power : place * step)
  const edges = Array.from({ length: last - first + 1 }, (_, index) => edgeAt(first + index))
  return edges.every((edge, index) => Number.isFinite(edge) && edge > (edges[index - 1] ?? -Infinity)) ? edges : []
}

/** The 1st and the 99th percentile of finite numbers; nothing of none. */
function middleOf(sorted: SortedNumbers): readonly number[] {
  const from = firstAbove(sorted, -Infinity, 0)
  const count = firstNotBefore(sorted, (value) => value < Infinity) - from
  if (count <= 0) return []
  return [0.01, 0.99].map((share) => valueAt(sorted, from + Math.max(1, Math.ceil(share * count))))
}

/** The least of 1, 2 and 5 times a power of ten that is not less. */
function roundUp(width: number): { readonly factor: number; readonly power: number } {
  const power = Math.floor(Math.log10(width))
  const factor = [1, 2, 5].find((one) => one * 10 ** power >= width)
  return factor === undefined ? { factor: 1, power: power + 1 } : { factor, power }
}

/** All edges, the outer ones too, of NumPy's `histogram_bin_edges(bins='sturges')`, to the bit; none of a range that overflows. */
export function sturgesEdges(first: number, last: number, total: number, areIntegers: boolean): number[] {
  if (first === last) return [first - 0.5, last + 0.5]
  const range = last - first
  if (!Number.isFinite(range)) return []
  const width = range / (Math.log2(total) + 1)
  const bins = Math.ceil(range / (areIntegers ? Math.max(1, width) : width))
  const step = range / bins
  return Array.from({ length: bins + 1 }, (_, index) => (index === bins ? last : index * step + first))
}

/** Into (−∞, e₁], (e₁, e₂], …, (eₖ, ∞). */
export function countUpTo(reference: SortedNumbers, current: SortedNumbers, edges: readonly number[]): BinCounts {
  const [left, right] = [reference, current].map((sorted) => parts(sorted, edges, (value, edge) => value <= edge))
  return { edges, reference: left ?? [], current: right ?? [] }
}

/** Into (−∞, e₁), [e₁, e₂), …, [eₖ, ∞). */
export function countBelow(reference: SortedNumbers, current: SortedNumbers, edges: readonly number[]): BinCounts {
  const [left, right] = [reference, current].map((sorted) => parts(sorted, edges, (value, edge) => value < edge))
  return { edges, reference: left ?? [], current: right ?? [] }
}

/** The number of a rank from 1; NaN of none. */
function valueAt(sorted: SortedNumbers, rank: number): number {
  return sorted.at(Math.max(1, rank) - 1) ?? Number.NaN
}

function parts(
  sorted: SortedNumbers,
  edges: readonly number[],
  isBefore: (value: number, edge: number) => boolean,
): number[] {
  const ends = [...edges.map((edge) => firstNotBefore(sorted, (value) => isBefore(value, edge))), sorted.length]
  return ends.map((end, index) => end - (ends[index - 1] ?? 0))
}

/** The place of the first number above a value, from a place on; behind the last where there is none. */
export function firstAbove(sorted: SortedNumbers, value: number, from: number): number {
  return firstNotBefore(sorted, (one) => one <= value, from)
}

/** The place of the first number that is no less than a value; behind the last where there is none. */
export function firstNotBelow(sorted: SortedNumbers, value: number): number {
  return firstNotBefore(sorted, (one) => one < value)
}

function firstNotBefore(sorted: SortedNumbers, isBefore: (value: number) => boolean, from = 0): number {
  let [low, high] = [from, sorted.length]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (isBefore(sorted.at(middle) ?? 0)) low = middle + 1
    else high = middle
  }
  return low
}
