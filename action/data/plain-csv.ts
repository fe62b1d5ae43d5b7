import { isUtf8 } from 'node:buffer'
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

const [newline, carriage, quote] = [10, 13, 34] as const
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
    if (bytes.includes(quote) || bytes.includes(0) || !endLines(bytes) || !isUtf8(bytes)) return false
    let start = 0
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
      const isCarried = end > start && bytes[end - 1] === carriage
      hasCarriage ??= isCarried
      if (isCarried !== hasCarriage || end - start > longestLine) return false
      if (!takeLine(bytes, start, isCarried ? end - 1 : end)) return false
      start = end + 1
    }
    if (start === bytes.length) return true
    // The last line has no end, and tells nothing of the others'.
    return bytes.length - start <= longestLine && takeLine(bytes, start, bytes.length)
  }

  function takeLine(bytes: Buffer, start: number, end: number): boolean {
    if (end === start || countByte(bytes, parting, start, end) !== lastField) return false
    rows += 1
    return timeField === -1 || noteMoment(bytes, start, end)
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

/** All by itself, so that the compiler makes the most of it: every byte comes by here. */
function countByte(bytes: Uint8Array, wanted: number, start: number, end: number): number {
  let count = 0
  for (let at = start; at < end; at += 1) if (bytes[at] === wanted) count += 1
  return count
}

/** The first at or behind `start`, else `end`; for the few bytes of a field faster than the Buffer's own. */
function placeOf(bytes: Uint8Array, wanted: number, start: number, end: number): number {
  let at = start
  while (at < end && bytes[at] !== wanted) at += 1
  return at
}

/** Whether each carriage return ends a line. */
function endLines(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(carriage); at !== -1; at = bytes.indexOf(carriage, at + 1)) {
    if (bytes[at + 1] !== newline) return false
  }
  return true
}
