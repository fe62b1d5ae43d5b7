/** GitHub's own limits; tests lower them. */
export interface Limits {
  readonly assetsOfRelease: number
  /** An asset must be smaller. */
  readonly assetBytes: number
}

export const githubLimits: Limits = { assetsOfRelease: 1000, assetBytes: 2 ** 31 }
