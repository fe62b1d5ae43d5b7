import { meanSquareOfKolmogorov, spreadOfKolmogorov } from '../stats/kolmogorov-limit.ts'
import { type NumberCounts, prefixOf, withBits } from '../stats/number-counts.ts'
import {
  addMoments,
  anyPhi,
  type BlockMoments,
  boundVariation,
  fitOfMoments,
  type MomentFit,
  noMoments,
  type VariationBounds,
} from './variation-bounds.ts'

/** Values ascending, infinite ones too, and of each its rows and Σ place × rows over the blocks. */
interface Steps {
  readonly values: Float64Array
  readonly counts: Float64Array
  readonly moments: Float64Array
}

/**
 * A fit over blocks that a later one is measured from: D of each block from it, before and after a slope is taken out, is
 * worked out once, and D from the later fit differs by no more than both fits do (the triangle inequality).
 */
interface Anchor {
  readonly steps: Steps
  readonly rows: number
  readonly fit: MomentFit
  /** Σ mᵢ Dᵢ and Σ mᵢ Dᵢ², of the mean and of the slope. */
  readonly first: [plain: number, trended: number]
  readonly second: [plain: number, trended: number]
}

/** φ of a column of numbers whose blocks come one by one, between bounds: time and memory of a block do not grow with them. */
export interface NumberVariation {
  /** `bits` of all blocks as one, this one among them. */
  add(block: NumberCounts, place: number, bits: number): void
  /** Measures from all of them anew, so that bounds lie close together. */
  anchor(blocks: readonly NumberCounts[]): void
  bounds(spread: number): VariationBounds | undefined
}

export function numberVariation(): NumberVariation {
  const moments = noMoments()
  let bits = 64
  let steps: Steps = { values: new Float64Array(), counts: new Float64Array(), moments: new Float64Array() }
  let anchor: Anchor | undefined
  return {
    add(block, place, shorter) {
      if (shorter < bits) {
        steps = shorten(steps, shorter)
        bits = shorter
        anchor = undefined
      }
      const own = stepsOf(block, place, bits)
      const rows = rowsOf(own)
      if (rows === 0) return
      steps = mergeSteps(steps, own)
      addMoments(moments, rows, place)
      if (anchor) addDistance(anchor, own, rows, place)
    },
    anchor(blocks) {
      if (moments.count === 0) return
      const { rows } = moments
      anchor = { steps, rows, fit: fitOfMoments(moments), first: [0, 0], second: [0, 0] }
      for (const [place, block] of blocks.entries()) {
        const own = stepsOf(block, place, bits)
        const ownRows = rowsOf(own)
        if (ownRows > 0) addDistance(anchor, own, ownRows, place)
      }
    },
    bounds(spread) {
      if (moments.count === 0) return undefined
      const ranges = anchor ? rangesOf(anchor, steps, moments) : ([anyPhi, anyPhi] as const)
      return boundVariation(moments, ranges, spreadOfKolmogorov, spread)
    },
  }
}

/** Of Σ m D² / (1 − h), D being within `gap` of what the anchor knows. */
function rangesOf({ steps: before, rows, fit, first, second }: Anchor, steps: Steps, moments: BlockMoments) {
  const now = fitOfMoments(moments)
  const gaps = gapsBetween(before, rows, fit, steps, moments, now)
  const rangeOf = (which: 0 | 1) => {
    const [sum, squares, gap] = [first[which], second[which], gaps[which]]
    const scale = moments.count * meanSquareOfKolmogorov
    return {
      least: Math.max(0, squares - 2 * gap * sum) / scale,
      most: (squares + 2 * gap * sum + gap ** 2 * moments.rows) / now.left[which] / scale,
    }
  }
  return [rangeOf(0), rangeOf(1)] as const
}

/** By how much two fits differ at most: their means; and with their slopes, at the place of any block. */
function gapsBetween(
  before: Steps,
  rowsBefore: number,
  fitBefore: MomentFit,
  now: Steps,
  moments: BlockMoments,
  fit: MomentFit,
): readonly [number, number] {
  const [atFirst, atLast] = [moments.firstPlace - fit.center, moments.lastPlace - fit.center]
  const [beforeFirst, beforeLast] = [moments.firstPlace - fitBefore.center, moments.lastPlace - fitBefore.center]
  let [at, count, moment, countBefore, momentBefore] = [0, 0, 0, 0, 0]
  let [gap, trendedGap] = [0, 0]
  for (let index = 0; index < now.values.length; index += 1) {
    const value = now.values[index] ?? 0
    count += now.counts[index] ?? 0
    moment += now.moments[index] ?? 0
    // All that the anchor knows is among what came since.
    if (at < before.values.length && before.values[at] === value) {
      countBefore += before.counts[at] ?? 0
      momentBefore += before.moments[at] ?? 0
      at += 1
    }
    const own = count / moments.rows - countBefore / rowsBefore
    const slope = (moment - fit.center * count) / fit.square
    const slopeBefore = (momentBefore - fitBefore.center * countBefore) / fitBefore.square
    // What is linear in the place is largest at an end.
    const first = Math.abs(own + slope * atFirst - slopeBefore * beforeFirst)
    const last = Math.abs(own + slope * atLast - slopeBefore * beforeLast)
    gap = Math.max(gap, Math.abs(own))
    trendedGap = Math.max(trendedGap, first, last)
  }
  return [gap, trendedGap]
}

function addDistance(anchor: Anchor, own: Steps, rows: number, place: number): void {
  const distances = distancesOf(anchor, own, rows, place)
  for (const which of [0, 1] as const) {
    anchor.first[which] += rows * distances[which]
    anchor.second[which] += rows * distances[which] ** 2
  }
}

/** D of a block from a fit. */
function distancesOf({ steps, rows: all, fit }: Anchor, own: Steps, rows: number, place: number) {
  const [n, m] = [steps.values.length, own.values.length]
  const beside = (place - fit.center) / fit.square
  let [i, j, count, moment, ownCount] = [0, 0, 0, 0, 0]
  let [plain, trended] = [0, 0]
  while (i < n || j < m) {
    const [left, right] = [i < n ? (steps.values[i] ?? 0) : Infinity, j < m ? (own.values[j] ?? 0) : Infinity]
    if (left <= right && i < n) {
      count += steps.counts[i] ?? 0
      moment += steps.moments[i] ?? 0
      i += 1
    }
    if (right <= left && j < m) {
      ownCount += own.counts[j] ?? 0
      j += 1
    }
    const gap = ownCount / rows - count / all
    const besideTrend = gap - (moment - fit.center * count) * beside
    plain = Math.max(plain, Math.abs(gap))
    trended = Math.max(trended, Math.abs(besideTrend))
  }
  return [plain, trended] as const
}

function stepsOf(part: NumberCounts, place: number, bits: number): Steps {
  const { values, counts } = withBits(part, bits)
  const [low, high] = [part.minusInfinity > 0 ? 1 : 0, part.plusInfinity > 0 ? 1 : 0]
  const length = values.length + low + high
  const steps = {
    values: new Float64Array(length),
    counts: new Float64Array(length),
    moments: new Float64Array(length),
  }
  steps.values.set(values, low)
  steps.counts.set(counts, low)
  if (low > 0) [steps.values[0], steps.counts[0]] = [-Infinity, part.minusInfinity]
  if (high > 0) [steps.values[length - 1], steps.counts[length - 1]] = [Infinity, part.plusInfinity]
  for (let index = 0; index < length; index += 1) steps.moments[index] = place * (steps.counts[index] ?? 0)
  return steps
}

function rowsOf({ counts }: Steps): number {
  let rows = 0
  for (const count of counts) rows += count
  return rows
}

function mergeSteps(ones: Steps, others: Steps): Steps {
  const [n, m] = [ones.values.length, others.values.length]
  const merged = collect(n + m)
  let [i, j] = [0, 0]
  while (i < n || j < m) {
    const [left, right] = [i < n ? (ones.values[i] ?? 0) : Infinity, j < m ? (others.values[j] ?? 0) : Infinity]
    const [takesLeft, takesRight] = [left <= right && i < n, right <= left && j < m]
    const value = left < right ? left : right
    merged.push(
      value,
      (takesLeft ? (ones.counts[i] ?? 0) : 0) + (takesRight ? (others.counts[j] ?? 0) : 0),
      (takesLeft ? (ones.moments[i] ?? 0) : 0) + (takesRight ? (others.moments[j] ?? 0) : 0),
    )
    if (takesLeft) i += 1
    if (takesRight) j += 1
  }
  return merged.steps()
}

function shorten({ values, counts, moments }: Steps, bits: number): Steps {
  const shorter = collect(values.length)
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0
    const key = Number.isFinite(value) ? prefixOf(value, bits) : value
    shorter.push(key, counts[index] ?? 0, moments[index] ?? 0)
  }
  return shorter.steps()
}

/** Values that ascend; the same one again is added to. */
function collect(most: number) {
  const [values, counts, moments] = [new Float64Array(most), new Float64Array(most), new Float64Array(most)]
  let length = 0
  return {
    push(value: number, count: number, moment: number) {
      if (length === 0 || values[length - 1] !== value) {
        values[length] = value
        length += 1
      }
      counts[length - 1] = (counts[length - 1] ?? 0) + count
      moments[length - 1] = (moments[length - 1] ?? 0) + moment
    },
    steps(): Steps {
      return { values: values.slice(0, length), counts: counts.slice(0, length), moments: moments.slice(0, length) }
    },
  }
}
