import { isUtf8 } from 'node:buffer'

import { scanBytes } from './scan-lines.generated.ts'
import { scanLines } from './scan-lines.ts'
import { plainMoments } from './plain-moments.ts'
import type { EventSpan, TimeType } from './event-time.ts'

/** How the lines of a CSV file are read, as its header and its first lines tell it. */
export interface CsvPlan {
  readonly delimiter: string
  readonly fields: number
  /** The column that orders the rows. */
  readonly time?: { readonly field: number; readonly type: TimeType }
}

/** What the lines of a part of a file come to. */
export interface CsvPart {
  readonly rows: number
  /** Whether lines end with a carriage return, too; undefined where there is none. */
  readonly hasCarriage: boolean | undefined
  /** Its oldest and newest moment as they are written. */
  readonly moments: readonly Uint8Array[]
}

/** Counts the rows of a plain CSV file, from the line below its header on. */
export interface PlainCsv {
  /** Takes whole lines, the last perhaps without its end; false where they are not plain, and then all is off. */
  take(bytes: Buffer): boolean
  /** Adds what another counted of the same file; false where the two are not written alike, and then all is off. */
  add(part: CsvPart): boolean
  part(): CsvPart
  rows(): EventSpan
}

const [newline, carriage] = [10, 13] as const
/** Longer lines are the other reader's to judge. */
const longestLine = 1_000_000

/**
 * Most CSV files are plain: UTF-8, no quotes, one kind of line end, as many fields in each line as in the header. Their rows
 * are counted as they are hashed, which takes a fraction of what a query takes. Whatever is not plain, or might be read in
 * two ways, is left to DuckDB, so that both always say the same.
 */
export function plainCsv({ delimiter, fields, time }: CsvPlan): PlainCsv {
  const parting = delimiter.charCodeAt(0)
  const lastField = fields - 1
  const timeField = time?.field ?? -1
  const moments = plainMoments(time?.type ?? 'integer')
  let rows = 0
  let hasCarriage: boolean | undefined

  return {
    take,
    add,
    part: () => ({ rows, hasCarriage, moments: moments.ends() }),
    rows: () => ({ rows, ...(time ? moments.span() : { since: null, until: null }) }),
  }

  function take(bytes: Buffer): boolean {
    if (bytes.length <= scanBytes) return takePart(bytes)
    const stop = bytes.lastIndexOf(newline, scanBytes - 1) + 1
    return stop > 0 && takePart(bytes.subarray(0, stop)) && take(bytes.subarray(stop))
  }

  function takePart(bytes: Buffer): boolean {
    const ends = isUtf8(bytes) ? scanLines(bytes, parting, fields, longestLine) : undefined
    if (!ends) return false
    const last = (ends.at(-1) ?? -1) + 1
    // The last line may have no end, and tells nothing of the others'.
    const hasRest = last < bytes.length
    if (hasRest && !isPlainRest(bytes, last)) return false
    const [first] = ends
    if (first !== undefined) {
      const isCarried = bytes[first - 1] === carriage
      hasCarriage ??= isCarried
      if (isCarried !== hasCarriage) return false
      if (!takeLines(bytes, ends, isCarried ? 1 : 0)) return false
    }
    rows += ends.length + (hasRest ? 1 : 0)
    return !hasRest || timeField === -1 || noteMoment(bytes, last, bytes.length)
  }

  /** Lines with the right number of fields: `endBytes` of each belong to its end beside the newline. */
  function takeLines(bytes: Buffer, ends: Int32Array, endBytes: 0 | 1): boolean {
    if (timeField === -1 && lastField > 0) return true
    let start = 0
    for (const newlineAt of ends) {
      const end = newlineAt - endBytes
      if (end === start || (timeField !== -1 && !noteMoment(bytes, start, end))) return false
      start = newlineAt + 1
    }
    return true
  }

  function isPlainRest(bytes: Buffer, start: number): boolean {
    if (bytes.length - start > longestLine) return false
    let delimiters = 0
    for (let at = start; at < bytes.length; at += 1) if (bytes[at] === parting) delimiters += 1
    return delimiters === lastField
  }

  function noteMoment(bytes: Buffer, start: number, end: number): boolean {
    let from = start
    for (let field = 0; field < timeField; field += 1) from = placeOf(bytes, parting, from, end) + 1
    return moments.note(bytes, from, placeOf(bytes, parting, from, end))
  }

  function add(part: CsvPart): boolean {
    if (part.hasCarriage !== undefined && part.hasCarriage !== (hasCarriage ??= part.hasCarriage)) return false
    rows += part.rows
    return part.moments.every((moment) => moments.note(moment, 0, moment.length))
  }
}

/** The first at or behind `start`, else `end`; for the few bytes of a field faster than the Buffer's own. */
function placeOf(bytes: Uint8Array, wanted: number, start: number, end: number): number {
  let at = start
  while (at < end && bytes[at] !== wanted) at += 1
  return at
}
