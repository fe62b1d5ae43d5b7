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

/** Counts the rows of a plain CSV file, from the line below its header on. */
export interface PlainCsv {
  /** Takes whole lines, the last perhaps without its end; false where they are not plain, and then all is off. */
  take(bytes: Buffer): boolean
  rows(): EventSpan
}

const [newline, carriage, quote] = [10, 13, 34] as const
/** Longer lines are the other reader's to judge. */
const longestLine = 1_000_000

/**
 * Most CSV files are plain: UTF-8, no quotes, one kind of line end, as many fields in each line as in the header. Their rows
 * are counted as they are hashed, which for thousands of small files takes a tenth of what a query takes. Whatever is not
 * plain, or might be read in two ways, is left to DuckDB, so that both always say the same.
 */
export function plainCsv({ delimiter, fields, time }: CsvPlan): PlainCsv {
  const parting = delimiter.charCodeAt(0)
  const highest = Math.max(parting, quote)
  const lastField = fields - 1
  const timeField = time?.field ?? -1
  const moments = plainMoments(time?.type ?? 'integer')
  let rows = 0
  let hasCarriage: boolean | undefined

  return { take, rows: () => ({ rows, ...(time ? moments.span() : { since: null, until: null }) }) }

  function take(bytes: Buffer): boolean {
    if (!isUtf8(bytes)) return false
    const { length } = bytes
    let field = 0
    let fieldStart = 0
    let lineStart = 0
    for (let at = 0; at < length; at += 1) {
      const byte = bytes[at] ?? 0
      if (byte > highest) continue
      if (byte === parting) {
        if (field === timeField && !moments.note(bytes, fieldStart, at)) return false
        field += 1
        fieldStart = at + 1
      } else if (byte === newline) {
        if (!endLine(bytes, at, true)) return false
      } else if (byte === quote || byte === 0 || (byte === carriage && bytes[at + 1] !== newline)) return false
    }
    return lineStart === length || endLine(bytes, length, false)

    function endLine(line: Buffer, at: number, isEnded: boolean): boolean {
      const isCarried = at > lineStart && line[at - 1] === carriage
      const end = isCarried ? at - 1 : at
      hasCarriage ??= isCarried
      if (isEnded && isCarried !== hasCarriage) return false
      if (field !== lastField || end === lineStart || at - lineStart > longestLine) return false
      if (field === timeField && !moments.note(line, fieldStart, end)) return false
      rows += 1
      field = 0
      fieldStart = at + 1
      lineStart = at + 1
      return true
    }
  }
}
