import { leastExpected } from './natural-variation.ts'
import { addMoments, boundVariation, fitOfMoments, noMoments, type VariationBounds } from './variation-bounds.ts'

/** Rows of a category over the blocks. */
interface Cell {
  all: number
  /** Σ cᵢ² / mᵢ, and Σ placeᵢ cᵢ. */
  squares: number
  moment: number
}

interface ListedCell extends Cell {
  /** Blocks that hold it, and how often. */
  readonly blocks: number[]
  readonly counts: number[]
  isRare: boolean
}

/** φ of categories whose blocks come one by one, between bounds: a block takes no longer for the blocks before it. */
export interface CategoryVariation {
  add(counts: Iterable<readonly [value: string, rows: number]>, place: number): void
  bounds(spread: number): VariationBounds | undefined
}

export function categoryVariation(): CategoryVariation {
  const moments = noMoments()
  const cells = new Map<string, ListedCell>()
  /** The rare ones together, and their rows in each block. */
  const pool: Cell = { all: 0, squares: 0, moment: 0 }
  const pooled: number[] = []
  const blocks: { readonly rows: number; readonly place: number }[] = []
  const turn = (cell: ListedCell) => {
    cell.isRare = !cell.isRare
    for (const [index, block] of cell.blocks.entries()) {
      const { rows, place } = blocks[block] ?? { rows: 1, place: 0 }
      const before = pooled[block] ?? 0
      const change = (cell.isRare ? 1 : -1) * (cell.counts[index] ?? 0)
      pooled[block] = before + change
      pool.squares += (change * (2 * before + change)) / rows
      pool.moment += place * change
      pool.all += change
    }
  }
  return {
    add(counts, place) {
      const own = [...counts].filter(([, count]) => count > 0)
      const rows = own.reduce((all, [, count]) => all + count, 0)
      if (rows === 0) return
      addMoments(moments, rows, place)
      let rare = 0
      for (const [value, count] of own) {
        const cell = cells.get(value) ?? { all: 0, squares: 0, moment: 0, blocks: [], counts: [], isRare: true }
        cells.set(value, cell)
        addTo(cell, count, rows, place)
        cell.blocks.push(blocks.length)
        cell.counts.push(count)
        if (cell.isRare) rare += count
      }
      addTo(pool, rare, rows, place)
      pooled.push(rare)
      blocks.push({ rows, place })
      const least = leastExpected * moments.count
      for (const cell of cells.values()) if (cell.isRare !== cell.all < least) turn(cell)
    },
    bounds(spread) {
      if (moments.count === 0) return undefined
      const { rows: n, count } = moments
      const { center, square, left } = fitOfMoments(moments)
      let [plain, explained, filled, doubt] = [0, 0, 0, 0]
      for (const cell of withPool(cells.values(), pool)) {
        const scale = n / cell.all
        plain += scale * (cell.squares - cell.all ** 2 / n)
        explained += (scale * (cell.moment - center * cell.all) ** 2) / square
        doubt += scale * cell.squares
        filled += 1
      }
      // Each of these sums was rounded once a block; the square of a moment takes part of a large number from another.
      const error = doubt * (count + 64) * Number.EPSILON
      const degrees = Math.max(1, filled - 1)
      const rangeOf = (sum: number, ownLeft: number) => ({
        least: Math.max(0, sum - error) / count / degrees,
        most: (Math.max(0, sum) + error) / ownLeft / count / degrees,
      })
      const ranges = [rangeOf(plain, left[0]), rangeOf(plain - explained, left[1])] as const
      return boundVariation(moments, ranges, 2 / degrees, spread)
    },
  }
}

function addTo(cell: Cell, count: number, rows: number, place: number): void {
  cell.all += count
  cell.squares += count ** 2 / rows
  cell.moment += place * count
}

function* withPool(cells: Iterable<ListedCell>, pool: Cell): Generator<Cell> {
  for (const cell of cells) if (!cell.isRare) yield cell
  if (pool.all > 0) yield pool
}
