import { meanSquareOfKolmogorov, spreadOfKolmogorov } from '../stats/kolmogorov-limit.ts'
import { twoSidedStudentTail } from '../stats/student-tail.ts'

/** How much a column varies by itself from block to block of its reference. */
export interface NaturalVariation {
  /** Blocks that hold rows, K. */
  readonly blocks: number
  /** Rows of a block in the mean, m̄. */
  readonly blockRows: number
  /** Σ mᵢ² / n²: 1 / K where blocks are alike. How much of a block's variation is in the mean of all of them. */
  readonly spread: number
  /**
   * The design effect of a block against the others, ≥ 1: what the mean of nₑD² or of X² is, of what sampling alone would
   * make it. 1 is a column that varies no more than chance.
   */
  readonly phi: number
  /** How unsure φ is by sampling alone, one standard error: √(c / K), with c = 0.4 of K², 2 / (k − 1) of chi-square. */
  readonly allowance: number
  /** Degrees of freedom that φ is estimated with: K − 1, K − 2 where a trend was taken out, K less the phases where there are some. */
  readonly degrees: number
  /** A straight movement through the reference that was taken out of φ: by how much, 0..1, it moved from end to end. */
  readonly trend: number | null
}

/** Fewer blocks say too little of how a column varies. */
export const minBlocks = 8
/** A trend is believed at this level. */
const trendLevel = 0.01
/** The least count that a chi-square's cell should expect (Cochran), in a block. */
export const leastExpected = 5

/** Counts of one block in cells that all blocks share; of numbers the cells ascend. */
export type CellCounts = ArrayLike<number>

/**
 * φ of numbers: nₑD² of each block against the others, in the mean, of π²/12, its mean under Kolmogorov's law. Undefined
 * of fewer than 8 blocks with rows. `phases`: of each block which part of a window it is; a block is held against the others
 * of its phase alone, for every window has all of them, and what tells one from another is none of what windows vary by.
 */
export function variationOfNumbers(
  blocks: readonly CellCounts[],
  phases?: readonly number[],
): NaturalVariation | undefined {
  return estimate(blocks, meanOfSquaredD, phases)
}

/** φ of categories, and of shares as two of them: X² / (k − 1) of each block against the others, in the mean. */
export function variationOfCategories(
  blocks: readonly CellCounts[],
  phases?: readonly number[],
): NaturalVariation | undefined {
  return estimate(poolRareCells(blocks), meanOfChiSquare, phases)
}

/**
 * φ of a window with `effectiveRows` nₑ = nm / (n + m) against these blocks: 1 + x nₑ (1 + Σ mᵢ²/n²) / m̄, for variation
 * between windows grows with their rows where sampling error does not; nₑ (1 + Σ …) is m̄ where the window is as long as a
 * block. x is √((φ − 1)² + allowance²): a φ of few blocks that happens to be 1 does not prove that nothing varies.
 */
export function inflationOf(variation: NaturalVariation, effectiveRows: number): number {
  const { phi, allowance, spread, blockRows } = variation
  return 1 + (Math.hypot(phi - 1, allowance) * effectiveRows * (1 + spread)) / blockRows
}

interface Estimate {
  readonly phi: number
  /** The squared coefficient of variation of a block's statistic under sampling alone. */
  readonly spread: number
  /** How far the fitted trend goes from the first to the last block, 0..1. */
  readonly reach: number
}

interface FilledBlock {
  readonly counts: CellCounts
  readonly rows: number
  /** Place in time, in blocks. */
  readonly at: number
  readonly phase: number
}

type Measure = (blocks: readonly FilledBlock[], fits: readonly [Fit, Fit]) => readonly [Estimate, Estimate]

function estimate(
  blocks: readonly CellCounts[],
  measure: Measure,
  phases: readonly number[] = [],
): NaturalVariation | undefined {
  const filled = blocks.flatMap((counts, at): FilledBlock[] => {
    const rows = rowsIn(counts)
    return rows > 0 ? [{ counts, rows, at, phase: phases[at] ?? 0 }] : []
  })
  const count = filled.length
  if (count < minBlocks) return undefined
  const n = filled.reduce((all, { rows }) => all + rows, 0)
  const [plain, trended] = measure(filled, [fitOf(filled, false), fitOf(filled, true)])
  const known = {
    blocks: count,
    blockRows: n / count,
    spread: filled.reduce((all, { rows }) => all + (rows / n) ** 2, 0),
    allowance: Math.sqrt(plain.spread / count),
  }
  const groups = phaseGroups(filled)
  if (groups) {
    const phi = groups.reduce((sum, group) => sum + group.length * withinPhase(group, measure), 0) / count
    return { ...known, phi: Math.max(1, phi), degrees: count - groups.length, trend: null }
  }
  const isTrended = hasTrend(plain.phi, trended.phi, count)
  return {
    ...known,
    phi: Math.max(1, isTrended ? trended.phi : plain.phi),
    degrees: isTrended ? count - 2 : count - 1,
    trend: isTrended ? trended.reach : null,
  }
}

/** Blocks by their phase; undefined where there is one, or one of them came too seldom to be told apart by. */
function phaseGroups(blocks: readonly FilledBlock[]): readonly (readonly FilledBlock[])[] | undefined {
  const phases = [...new Set(blocks.map(({ phase }) => phase))]
  const groups = phases.map((phase) => blocks.filter((block) => block.phase === phase))
  return groups.length > 1 && groups.every((group) => group.length > 1) ? groups : undefined
}

function withinPhase(group: readonly FilledBlock[], measure: Measure): number {
  const fit = fitOf(group, false)
  return measure(group, [fit, fit])[0].phi
}

/** Whole numbers, whose sum is exact in any order. */
function rowsIn(counts: CellCounts): number {
  let rows = 0
  for (let cell = 0; cell < counts.length; cell += 1) rows += counts[cell] ?? 0
  return rows
}

/** Whether a straight movement through `count` blocks explains more of φ than chance would. */
export function hasTrend(plain: number, trended: number, count: number): boolean {
  const gain = ((count - 1) * plain - (count - 2) * trended) / trended
  return gain > 0 && twoSidedStudentTail(Math.sqrt(gain), count - 2) < trendLevel
}

/** Least squares over the blocks, weighted by rows: a mean, or a mean and a slope. */
interface Fit {
  readonly n: number
  /** Distances of the blocks from their mean place; all 0 without a slope. */
  readonly places: readonly number[]
  /** Σ mᵢ placeᵢ², at least 1. */
  readonly square: number
  /** 1 − hᵢ: what is left of a block's own error when it is fitted along with the others. */
  readonly left: readonly number[]
}

function fitOf(blocks: readonly FilledBlock[], hasSlope: boolean): Fit {
  const n = blocks.reduce((all, { rows }) => all + rows, 0)
  const center = blocks.reduce((all, { rows, at }) => all + rows * at, 0) / n
  const places = blocks.map(({ at }) => (hasSlope ? at - center : 0))
  const square = hasSlope ? blocks.reduce((all, { rows }, i) => all + rows * (places[i] ?? 0) ** 2, 0) : 1
  const left = blocks.map(({ rows }, i) => Math.max(1e-9, 1 - rows / n - (rows * (places[i] ?? 0) ** 2) / square))
  return { n, places, square, left }
}

/**
 * Each block's distance from what the fit to the *others* says of it is its own residual / (1 − h), with mᵢ (1 − h)
 * effective rows: of a mean, just the block against the others.
 */
function meanOfSquaredD(blocks: readonly FilledBlock[], fits: readonly [Fit, Fit]): readonly [Estimate, Estimate] {
  const [plain, trended] = fits
  const count = blocks.length
  const cells = blocks[0]?.counts.length ?? 0
  const rows = Float64Array.from(blocks, (block) => block.rows)
  const places = Float64Array.from(trended.places)
  const table = cellsFirst(blocks, cells)
  const [below, share] = [new Float64Array(count), new Float64Array(count)]
  const [largest, largestBeside] = [new Float64Array(count), new Float64Array(count)]
  let [all, moment, steepest] = [0, 0, 0]
  for (let cell = 0; cell < cells; cell += 1) {
    const from = cell * count
    for (let i = 0; i < count; i += 1) {
      const added = table[from + i] ?? 0
      if (added === 0) continue
      below[i] = (below[i] ?? 0) + added
      share[i] = (below[i] ?? 0) / (rows[i] ?? 1)
      all += added
      moment += (places[i] ?? 0) * added
    }
    const mean = all / plain.n
    const slope = moment / trended.square
    steepest = Math.max(steepest, Math.abs(slope))
    for (let i = 0; i < count; i += 1) {
      const gap = (share[i] ?? 0) - mean
      const besideTrend = Math.abs(gap - slope * (places[i] ?? 0))
      if (Math.abs(gap) > (largest[i] ?? 0)) largest[i] = Math.abs(gap)
      if (besideTrend > (largestBeside[i] ?? 0)) largestBeside[i] = besideTrend
    }
  }
  const estimateOf = ({ left }: Fit, largestOf: Float64Array, reach: number): Estimate => {
    const squares = blocks.reduce((total, { rows: m }, i) => total + (m * (largestOf[i] ?? 0) ** 2) / (left[i] ?? 1), 0)
    return { phi: squares / count / meanSquareOfKolmogorov, spread: spreadOfKolmogorov, reach }
  }
  return [estimateOf(plain, largest, 0), estimateOf(trended, largestBeside, steepest * lengthOf(trended.places))]
}

/** All blocks' counts of a cell side by side: they are gone through cell by cell. */
function cellsFirst(blocks: readonly FilledBlock[], cells: number): Float64Array {
  const table = new Float64Array(cells * blocks.length)
  for (const [i, { counts }] of blocks.entries()) {
    for (let cell = 0; cell < cells; cell += 1) table[cell * blocks.length + i] = counts[cell] ?? 0
  }
  return table
}

function meanOfChiSquare(blocks: readonly FilledBlock[], [plain, trended]: readonly [Fit, Fit]) {
  return [chiSquareBeside(blocks, plain), chiSquareBeside(blocks, trended)] as const
}

function chiSquareBeside(blocks: readonly FilledBlock[], { n, places, square, left }: Fit): Estimate {
  const cells = blocks[0]?.counts.length ?? 0
  let [squares, filledCells, steepness] = [0, 0, 0]
  for (let cell = 0; cell < cells; cell += 1) {
    let all = 0
    let moment = 0
    for (const [i, { counts }] of blocks.entries()) {
      all += counts[cell] ?? 0
      moment += (places[i] ?? 0) * (counts[cell] ?? 0)
    }
    if (all === 0) continue
    filledCells += 1
    const slope = moment / square
    steepness += Math.abs(slope) / 2
    for (const [i, { counts, rows }] of blocks.entries()) {
      const gap = (counts[cell] ?? 0) / rows - all / n - slope * (places[i] ?? 0)
      squares += (rows * gap * gap * n) / all / (left[i] ?? 1)
    }
  }
  const degrees = Math.max(1, filledCells - 1)
  return { phi: squares / blocks.length / degrees, spread: 2 / degrees, reach: steepness * lengthOf(places) }
}

function lengthOf(places: readonly number[]): number {
  return (places.at(-1) ?? 0) - (places[0] ?? 0)
}

/** Cells of which a block expects fewer than 5 rows become one, so that X² is chi-square. */
function poolRareCells(blocks: readonly CellCounts[]): CellCounts[] {
  const cells = blocks[0]?.length ?? 0
  const least = leastExpected * blocks.filter((counts) => rowsIn(counts) > 0).length
  const isRare = Array.from({ length: cells }, (_, cell) => {
    return blocks.reduce((all, counts) => all + (counts[cell] ?? 0), 0) < least
  })
  return blocks.map((counts) => {
    const kept = Array.from(counts).filter((_, cell) => !isRare[cell])
    return [...kept, rowsIn(counts) - rowsIn(kept)]
  })
}
