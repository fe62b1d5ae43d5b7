import { availableParallelism } from 'node:os'
import { Fault } from '../base/fault.ts'
import type { Engine } from './engine.ts'
import { mostMebibytes } from './most-memory.ts'
import { openReading, type Reach, type Reader } from './reading-engine.ts'

/** Ten checks of ten million rows of text stay below 512 MB of memory so, and take no longer. */
const mebibytesAThread = 96
/** With half of it DuckDB reads a CSV file of a thousand columns on one thread. */
const mebibytesAColumn = 1

/**
 * What `work` makes of an engine that keeps little in memory and the rest in its folder for temporary files. What does not
 * fit there, such as a list of all values, is done anew by an engine that may take most of the machine's memory:
 * `work` must not mind to begin again.
 */
export async function readWithinMemory<Result>(
  reader: Reader,
  { columns, ...reach }: Reach & { /** How many are looked at together. */ readonly columns: number },
  signal: AbortSignal | undefined,
  work: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(await reader.open({ ...reach, memoryLimit: usualMemory(columns) }))
  } catch (error) {
    if (!(error instanceof Fault && error.code === 'data/out-of-memory')) throw error
  }
  await using engine = await openReading(reach, signal)
  return await work(engine)
}

function usualMemory(columns: number): string {
  const usual = Math.max(2, availableParallelism()) * (mebibytesAThread + columns * mebibytesAColumn)
  return `${Math.min(usual, mostMebibytes())}MiB`
}
