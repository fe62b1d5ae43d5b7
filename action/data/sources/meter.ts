/** How far a landing is. */
export interface LandingProgress {
  /** Transferred or made now. */
  readonly bytes: number
  /** Of so many, where every file said its size. */
  readonly ofBytes?: number
  readonly files: number
  readonly ofFiles: number
}

/** Counts what comes. */
export interface Meter {
  /** One more file is on its way, with so many bytes to come where that is known. */
  readonly expect: (bytes: number | undefined) => void
  readonly came: (bytes: number) => void
  readonly whole: () => void
  readonly read: () => LandingProgress
}

export function openMeter(tell: (progress: LandingProgress) => void): Meter {
  let [bytes, files, ofFiles] = [0, 0, 0]
  let ofBytes: number | undefined = 0
  const read = () => ({ bytes, files, ofFiles, ...(ofBytes !== undefined && { ofBytes }) })
  return {
    expect(more) {
      ofFiles += 1
      ofBytes = more === undefined || ofBytes === undefined ? undefined : ofBytes + more
    },
    came(more) {
      bytes += more
      tell(read())
    },
    whole() {
      files += 1
      tell(read())
    },
    read,
  }
}
