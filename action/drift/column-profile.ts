/** What a column looks like, without its rows. */
export interface ColumnProfile {
  readonly name: string
  readonly rows: number
  readonly nulls: number
  /** Distinct values that are not null. */
  readonly distinct: number
  /** Whether every value that is not null reads as a number. */
  readonly isNumeric: boolean
  /** Rows whose value is the number zero. */
  readonly zeros: number
  /** Every value with its rows, where there are few enough; else none. */
  readonly values: readonly (readonly [value: string, rows: number])[]
  /** The 0th to 100th percentile of numbers; none of texts. */
  readonly percentiles: readonly number[]
  /** Values with letters as `a` and digits as `9`, runs as one, with their rows; the most frequent. */
  readonly shapes: readonly (readonly [shape: string, rows: number])[]
}
