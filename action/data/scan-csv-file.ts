import { type FileHandle, open } from 'node:fs/promises'
import type { EventSpan } from './event-time.ts'
import { stateOf } from './file-state.ts'
import { type CsvPlan, plainCsv } from './plain-csv.ts'

/** What a worker is asked: files, each with where its lines begin and how they are read. */
export interface CsvFileToScan {
  readonly absolutePath: string
  readonly bodyStart: number
  readonly plan: CsvPlan
}

export interface ScannedCsvFile extends EventSpan {
  /** As `stateOf()` tells it: the same before and after reading. */
  readonly state: string
}

const chunkBytes = 4 << 20

/** Counts the rows of a large plain CSV file, chunk by chunk; undefined where another reader must look. */
export async function scanCsvFile({
  absolutePath,
  bodyStart,
  plan,
}: CsvFileToScan): Promise<ScannedCsvFile | undefined> {
  const file = await open(absolutePath)
  try {
    const before = stateOf(await file.stat({ bigint: true }))
    const csv = plainCsv(plan)
    let buffer = Buffer.allocUnsafe(chunkBytes)
    let next = Buffer.allocUnsafe(chunkBytes)
    let held = 0
    let position = bodyStart
    let reading = read(file, buffer, held, position)
    for (;;) {
      const bytesRead = await reading
      const length = held + bytesRead
      const end = bytesRead === 0 ? length : buffer.lastIndexOf(10, length - 1) + 1
      // No line ends within a chunk.
      if (end === 0 && bytesRead > 0) return undefined
      position += bytesRead
      held = length - end
      buffer.copy(next, 0, end, length)
      if (bytesRead > 0) reading = read(file, next, held, position)
      // Nobody awaits it where the scan ends early.
      reading.catch(() => undefined)
      if (end > 0 && !csv.take(buffer.subarray(0, end))) {
        await reading
        return undefined
      }
      if (bytesRead === 0) break
      const other = buffer
      buffer = next
      next = other
    }
    const after = stateOf(await file.stat({ bigint: true }))
    return before === after ? { ...csv.rows(), state: after } : undefined
  } finally {
    await file.close()
  }
}

async function read(file: FileHandle, buffer: Buffer, offset: number, position: number): Promise<number> {
  return (await file.read(buffer, offset, buffer.length - offset, position)).bytesRead
}
