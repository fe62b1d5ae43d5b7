import standardNormal from '@stdlib/stats-base-dists-normal-quantile'
import studentsT from '@stdlib/stats-base-dists-t-quantile'

/** The value below which a standard normal variable falls with probability `p`, 0..1. */
export function normalQuantile(p: number): number {
  return standardNormal(p, 0, 1)
}

/** The value below which Student's t with `degrees` > 0 of freedom falls with probability `p`, 0..1. */
export function tQuantile(p: number, degrees: number): number {
  return studentsT(p, degrees)
}
