import type { ColumnProfile } from './column-profile.ts'
import { valueMatch } from './column-similarity.ts'

/** One column in files that are known, and in files that are in doubt. */
export interface ColumnChange {
  readonly known: ColumnProfile
  readonly fresh: ColumnProfile
}

/** Two columns whose values seem to have changed places. */
export interface Swap {
  readonly columns: readonly [string, string]
  /** The farther of the two from what the other one held, 0..1: total variation, or Kolmogorov-Smirnov of numbers. */
  readonly distance: number
}

const minOwnDistance = 0.3
const maxCrossDistance = 0.15
const minRows = 20

/** Pairs of columns that each lie far from what they held and near what the other one held; each column in one pair. */
export function findSwappedColumns(changes: readonly ColumnChange[]): Swap[] {
  const moved = changes.filter((change) => canTell(change) && distanceOf(change.known, change.fresh) >= minOwnDistance)
  const swaps = moved.flatMap((one, i) =>
    moved.slice(i + 1).flatMap((other): Swap[] => {
      const distance = Math.max(distanceOf(one.known, other.fresh), distanceOf(other.known, one.fresh))
      return distance <= maxCrossDistance ? [{ columns: [one.known.name, other.known.name], distance }] : []
    }),
  )
  const taken = new Set<string>()
  return swaps
    .sort((a, b) => a.distance - b.distance)
    .filter(({ columns }) => {
      if (columns.some((name) => taken.has(name))) return false
      for (const name of columns) taken.add(name)
      return true
    })
}

/** Columns of two values look alike easily, and few rows like many things. */
function canTell({ known, fresh }: ColumnChange): boolean {
  return [known, fresh].every(({ rows, nulls, distinct }) => rows - nulls >= minRows && distinct > 2)
}

function distanceOf(known: ColumnProfile, fresh: ColumnProfile): number {
  return known.isNumeric === fresh.isNumeric ? (valueMatch(known, fresh).distance ?? 1) : 1
}
