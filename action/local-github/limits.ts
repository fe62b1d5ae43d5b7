import type { Lag } from './lagging-lists.ts'
import type { PrimaryLimit, SecondaryLimit } from './request-limits.ts'

/** GitHub's own limits; tests lower them. */
export interface Limits {
  readonly assetsOfRelease: number
  /** An asset must be smaller. */
  readonly assetBytes: number
  /** Left out: requests are not counted, and no header tells of limits. */
  readonly primary?: PrimaryLimit
  readonly secondary?: SecondaryLimit
  /** Left out: lists show at once what was made. */
  readonly lag?: Lag
  /** What the faults `secondary-403` and `429` say. */
  readonly retryAfterSeconds: number
  /** How long the fault `slow` lasts. */
  readonly slowMs: number
}

export const githubLimits: Limits = { assetsOfRelease: 1000, assetBytes: 2 ** 31, retryAfterSeconds: 1, slowMs: 1000 }
