/** The most frequent values, and how many others there are. */
export interface PooledValues<Value> {
  /** The most frequent first. */
  readonly top: readonly { readonly value: Value; readonly rows: number }[]
  /** Values that are not shown: too many of them, or each of too few rows. */
  readonly others: { readonly values: number; readonly rows: number }
}

const mostShown = 10

/** `counted` in an order of its own, which decides between those of as many rows. */
export function poolRare<Value>(
  counted: readonly (readonly [value: Value, rows: number])[],
  minCount: number,
): PooledValues<Value> {
  const frequent = counted.filter(([, rows]) => rows >= minCount).sort(([, a], [, b]) => b - a)
  const top = frequent.slice(0, mostShown).map(([value, rows]) => ({ value, rows }))
  const all = counted.reduce((sum, [, rows]) => sum + rows, 0)
  const shown = top.reduce((sum, { rows }) => sum + rows, 0)
  return { top, others: { values: counted.length - top.length, rows: all - shown } }
}
