import { closeSync, openSync, readSync } from 'node:fs'
import { type CsvPart, type CsvPlan, plainCsv } from './plain-csv.ts'

/** The lines of a CSV file that begin in a range of bytes. */
export interface CsvPiece {
  readonly absolutePath: string
  readonly plan: CsvPlan
  /** Where the line below the header begins. */
  readonly bodyStart: number
  readonly start: number
  readonly end: number
}

/** So much is read at a time; a line that does not fit is the other reader's to judge. */
const chunkBytes = 1 << 20
const newline = 10

/** Undefined where the lines are not plain. */
export function countCsvPiece({ absolutePath, plan, bodyStart, start, end }: CsvPiece): CsvPart | undefined {
  const csv = plainCsv(plan)
  const chunk = Buffer.allocUnsafe(chunkBytes)
  const handle = openSync(absolutePath, 'r')
  try {
    // A line begins behind a line's end, which may be the byte before.
    let isInLine = start === bodyStart
    let offset = isInLine ? start : start - 1
    let held = 0
    for (;;) {
      const read = readSync(handle, chunk, held, chunkBytes - held, offset + held)
      const bytes = chunk.subarray(0, held + read)
      let from = 0
      if (!isInLine) {
        from = bytes.indexOf(newline) + 1
        if (from === 0) {
          if (read === 0) return csv.part()
          if (bytes.length === chunkBytes) return undefined
          held = bytes.length
          continue
        }
        if (offset + from >= end) return csv.part()
        isInLine = true
      }
      const lastStop = bytes.indexOf(newline, Math.max(from, end - 1 - offset))
      if (lastStop !== -1) return csv.take(bytes.subarray(from, lastStop + 1)) ? csv.part() : undefined
      if (read === 0) return from === bytes.length || csv.take(bytes.subarray(from)) ? csv.part() : undefined
      const stop = bytes.lastIndexOf(newline) + 1
      if (stop <= from && from === 0 && bytes.length === chunkBytes) return undefined
      if (stop > from) {
        if (!csv.take(bytes.subarray(from, stop))) return undefined
        from = stop
      }
      held = bytes.copy(chunk, 0, from)
      offset += from
    }
  } finally {
    closeSync(handle)
  }
}
