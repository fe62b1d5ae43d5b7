import type { DataBlock } from './drift-reference.ts'
import { blocksOfReference, emptyBlock, mostLostOf, type StoredReference, windowInCells } from './stored-reference.ts'
import type { Window } from './windows.ts'

/** What a release keeps of what new rows are compared with. */
export interface Learned {
  readonly inputs: StoredReference
  /** How its model answered the rows that it was judged on: one column, in blocks of its own. Undefined where it is not judged. */
  readonly prediction?: StoredReference
}

/** What a prediction is called beside other columns, of which none has that name. */
export function predictionName(others: Iterable<string>): string {
  const taken = new Set(others)
  let name = 'prediction'
  while (taken.has(name)) name = `${name} of the model`
  return name
}

export function predictionIn({ prediction }: Learned): string | undefined {
  return prediction?.columns[0]?.name
}

/** All blocks, as the rule takes them: each column is compared with those that hold it. */
export function trainingBlocks(learned: Learned): DataBlock[] {
  return partsOf(learned).flatMap(blocksOfReference)
}

/** A window told in the terms of both. */
export function inTermsOf(learned: Learned, window: DataBlock): DataBlock {
  return partsOf(learned).reduce((told, part) => windowInCells(part, told).block, window)
}

/** A window in which nothing came. */
export function emptyWindow(learned: Learned, window: Window): DataBlock {
  const columns = partsOf(learned).flatMap((part) => [...emptyBlock(part, window).columns])
  return { sinceMs: window.sinceMs, untilMs: window.untilMs, columns: new Map(columns) }
}

/** By how much D of each column of numbers may be more than what is seen of it. */
export function mostLostBeside(learned: Learned, window: DataBlock): ReadonlyMap<string, number> {
  return new Map(partsOf(learned).flatMap((part) => [...mostLostOf(part, window)]))
}

function partsOf({ inputs, prediction }: Learned): StoredReference[] {
  return prediction ? [inputs, prediction] : [inputs]
}
