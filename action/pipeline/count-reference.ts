import { millisecondsOf } from '../base/moments.ts'
import { type ContractRows, countContractBlocks, timeSpan } from '../data/count-contract-blocks.ts'
import { maxCategories, minIdRows } from '../drift/drift-column.ts'
import { minBlocks } from '../drift/natural-variation.ts'
import { type StoredReference, storeReference } from '../drift/stored-reference.ts'
import { windowsBegin } from '../drift/windows.ts'
import type { Project } from '../project/project.ts'

/** How windows and blocks are counted, and what is said of columns that are not. */
export const blockTerms = {
  originMs: windowsBegin,
  classified: 'the contract classifies it: nothing is kept of its values',
  times: 'times move by themselves',
} as const

export const ownNumbers = 'each row has a number of its own: an id'
/** Where something else says already what a column is: none is taken for an id. */
export const noIds = { numbers: ownNumbers, minRows: Infinity } as const

/** So that a reference stays small. */
export const mostBlocks = 260
/** Shorter ones would say how much a column varies within a day, and no more. */
const shortestBlockMs = 3_600_000

/**
 * What a model learns of the rows of a snapshot that ends at `until`, as it may be kept: those within the split's window, in
 * blocks. Undefined where there is no time that windows could be made of, or no row.
 */
export async function countReference(rows: ContractRows, until: string | null): Promise<StoredReference | undefined> {
  const { project } = rows
  const newestMs = until === null ? undefined : millisecondsOf(until)
  if (newestMs === undefined || Number.isNaN(newestMs)) return undefined
  const learned = learnedSpan(project, newestMs)
  const span = await timeSpan(rows, learned)
  if (!span) return undefined
  const blockMs = blockLength(span.untilMs - span.sinceMs, project.drift.windowMs)
  const counted = await countContractBlocks(rows, {
    ...blockTerms,
    ...learned,
    blockMs,
    mostBlocks: mostBlocks + 1,
    mostTexts: maxCategories,
    ids: { numbers: ownNumbers, minRows: minIdRows },
    left: new Map(),
  })
  return counted && storeReference(counted.blocks, blockMs, project.privacy.minCount)
}

/** The event times that a model of a snapshot learns: after the one, up to the other. */
export function learnedSpan({ split, data }: Project, newestMs: number): { afterMs: number | null; untilMs: number } {
  const untilMs = newestMs - (data.labels?.delayMs ?? 0)
  return { afterMs: split.windowMs === undefined ? null : untilMs - split.windowMs, untilMs }
}

/**
 * Blocks are as long as a drift window, for these say best how much windows vary; halves of it where there would be too few
 * to say it, and twice as long where there would be too many to keep. Whole fractions and multiples: they begin together.
 */
export function blockLength(spanMs: number, windowMs: number): number {
  let blockMs = windowMs
  while (Math.ceil(spanMs / blockMs) < minBlocks && blockMs / 2 >= shortestBlockMs) blockMs /= 2
  while (spanMs / blockMs > mostBlocks) blockMs *= 2
  return Math.round(blockMs)
}
