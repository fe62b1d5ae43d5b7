import standardNormal from '@stdlib/stats-base-dists-normal-quantile'
import studentsT from '@stdlib/stats-base-dists-t-quantile'

/**
 * The value below which a standard normal variable falls with probability `p`, 0..1. Good to 1e-9 from `p` = 1e-8 on;
 * below, the library loses digits (4e-7 of the value at 1e-12).
 */
export function normalQuantile(p: number): number {
  return standardNormal(p, 0, 1)
}

/** The value below which Student's t with `degrees` > 0 of freedom falls with probability `p`, 0..1. */
export function tQuantile(p: number, degrees: number): number {
  return studentsT(p, degrees)
}
