/** How waiting grows from one failure to the next. */
export interface BackOff {
  readonly firstMs: number
  /** At least 1. */
  readonly factor: number
  readonly longestMs: number
}

/** Milliseconds after a number of failures (1 or more), before chance shortens them. */
export function backOffMs({ firstMs, factor, longestMs }: BackOff, failures: number): number {
  // Beyond the largest number stands Infinity, and 0 × Infinity is no number.
  const growth = Math.min(factor ** (failures - 1), Number.MAX_VALUE)
  return Math.min(firstMs * growth, longestMs)
}
