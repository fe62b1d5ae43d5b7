import type { Task } from '../project/project.ts'

/** The test rows with their truth and what the model said of them, column by column, in the order of the ids. */
export type JudgedRows = {
  readonly rows: number
  /** Slice column → value of each row as text, null where null. */
  readonly slices: Readonly<Record<string, readonly (string | null)[]>>
  /** What stands for each row's id, where they were asked for. */
  readonly pseudonyms?: readonly string[]
} & (
  | {
      readonly task: Extract<Task, 'binary'>
      /** 1 where the row is of the positive class. */
      readonly truth: Uint8Array
      readonly predicted: Uint8Array
      /** Of the positive class, 0..1. */
      readonly probability: Float64Array
    }
  | {
      readonly task: Extract<Task, 'multiclass'>
      readonly classes: readonly string[]
      /** Index into `classes`. */
      readonly truth: Uint32Array
      readonly predicted: Uint32Array
      /** Row by row, a probability a class. */
      readonly probabilities: Float64Array
    }
  | { readonly task: Extract<Task, 'regression'>; readonly truth: Float64Array; readonly predicted: Float64Array }
)
