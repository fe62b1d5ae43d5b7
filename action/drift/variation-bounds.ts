import { hasTrend, minBlocks, type NaturalVariation } from './natural-variation.ts'

/**
 * Natural variation that was not worked out: it lies between these, and so does every p-value that allows for it, which
 * grows with φ, its allowance and the spread, and falls with the degrees.
 */
export interface VariationBounds {
  readonly least: NaturalVariation
  readonly most: NaturalVariation
}

export interface Range {
  readonly least: number
  readonly most: number
}

/** Blocks that hold rows, as they are added: what a weighted mean and a slope over them need of them. */
export interface BlockMoments {
  count: number
  rows: number
  /** Σ mᵢ placeᵢ and Σ mᵢ placeᵢ², a place being the block's number. */
  places: number
  squares: number
  /** The rows of the largest one. */
  mostRows: number
  firstPlace: number
  lastPlace: number
}

export function noMoments(): BlockMoments {
  return { count: 0, rows: 0, places: 0, squares: 0, mostRows: 0, firstPlace: 0, lastPlace: 0 }
}

export function addMoments(moments: BlockMoments, rows: number, place: number): void {
  if (moments.count === 0) moments.firstPlace = place
  moments.count += 1
  moments.rows += rows
  moments.places += rows * place
  moments.squares += rows * place ** 2
  moments.mostRows = Math.max(moments.mostRows, rows)
  moments.lastPlace = place
}

export interface MomentFit {
  readonly center: number
  /** Σ mᵢ (placeᵢ − center)². */
  readonly square: number
  /** At least so much is left of a block's own error, of the mean and of the slope: the 1 − hᵢ of natural-variation.ts. */
  readonly left: readonly [plain: number, trended: number]
}

export function fitOfMoments({ rows, places, squares, mostRows, firstPlace, lastPlace }: BlockMoments): MomentFit {
  const center = places / rows
  const square = squares - rows * center ** 2
  const farthest = Math.max(center - firstPlace, lastPlace - center)
  const plain = 1 - mostRows / rows
  const leastLeft = 1e-9
  return {
    center,
    square,
    left: [Math.max(leastLeft, plain), Math.max(leastLeft, plain - (mostRows * farthest ** 2) / square)],
  }
}

/** Sums in another order than that of natural-variation.ts differ by far less. */
const dust = 1e-9

/** Nothing is known of φ. It is so large that no window differs, and small enough to be reckoned with. */
export const anyPhi: Range = { least: 0, most: 1e200 }

/** What φ without and with a trend, each between bounds, come to. Undefined where too few blocks hold rows. */
export function boundVariation(
  { count, rows }: Pick<BlockMoments, 'count' | 'rows'>,
  ranges: readonly [Range, Range],
  statisticSpread: number,
  spread: number,
): VariationBounds | undefined {
  if (count < minBlocks) return undefined
  const widen = ({ least, most }: Range) => ({ least: least * (1 - dust), most: most * (1 + dust) })
  const [plain, trended] = [widen(ranges[0]), widen(ranges[1])]
  const isSurelyTrended = hasTrend(plain.least, trended.most, count)
  const isPerhapsTrended = trended.least === 0 || hasTrend(plain.most, trended.least, count)
  const phis = [...(isSurelyTrended ? [] : [plain]), ...(isPerhapsTrended ? [trended] : [])]
  const end = (phi: number, degrees: number, factor: number): NaturalVariation => ({
    blocks: count,
    blockRows: rows / count,
    spread: spread * factor,
    phi: Math.max(1, phi),
    allowance: Math.sqrt(statisticSpread / count) * factor,
    degrees,
    trend: null,
  })
  return {
    least: end(Math.min(...phis.map(({ least }) => least)), isSurelyTrended ? count - 2 : count - 1, 1 - dust),
    most: end(Math.max(...phis.map(({ most }) => most)), isPerhapsTrended ? count - 2 : count - 1, 1 + dust),
  }
}
