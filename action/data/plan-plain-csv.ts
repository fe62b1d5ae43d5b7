import type { ContractColumn } from '../project/contract.ts'
import { isTimeType } from './event-time.ts'
import type { CsvPlan } from './plain-csv.ts'
import { readHeader } from './read-header.ts'
import { feedingColumn } from './read-source.ts'
import { compressionIn, formatOf, type SourceFile } from './source-file.ts'

/** A CSV file that need not be asked after: its columns, how to read its lines, and where the first of them begins. */
export interface PlainStart {
  readonly columns: readonly string[]
  readonly plan: CsvPlan
  readonly bodyStart: number
}

/** As many lines as `describeFiles()` looks at. */
export const headLines = 64

/**
 * Looks at the beginnings of CSV files. Those with the same header are read alike, as `describeFiles()` does it.
 * `time` is the column that orders the rows; a file that lacks it is not planned for, nor is one whose header needs a
 * closer look.
 */
export function planPlainCsv(
  time: ContractColumn | undefined,
): (file: SourceFile, head: Buffer) => PlainStart | undefined {
  const known = new Map<string, PlainStart>()
  return (file, head) => {
    if (formatOf(file.path) !== 'csv' || compressionIn(file.path) || file.encoding !== undefined) return undefined
    const end = head.indexOf(10)
    if (end <= 0 || end + 1 >= head.length) return undefined
    const key = head.toString('latin1', 0, end) + file.path.slice(-4)
    const start = known.get(key) ?? startOf(file, head, end, time)
    if (start) known.set(key, start)
    return start
  }
}

function startOf(
  file: SourceFile,
  head: Buffer,
  end: number,
  time: ContractColumn | undefined,
): PlainStart | undefined {
  const header = head.toString('utf8', 0, end)
  if (/["\0\ufffd\ufeff]|\r(?!$)/.test(header) || header.trim() === '' || otherKind.test(header)) return undefined
  const { names, delimiter, hasRows } = readHeader(firstLines(head))
  const isNamedOnce = new Set(names.map((name) => name.normalize('NFC').toLowerCase())).size === names.length
  if (!hasRows || !isNamedOnce) return undefined
  const columns = names.map((name) => ({ name, type: 'VARCHAR' }))
  const start = { columns: names, plan: { delimiter, fields: names.length }, bodyStart: end + 1 }
  if (!time) return start
  const fed = feedingColumn({ ...file, format: 'csv', columns }, time)
  const isSpelled = [time.format, time.decimal, time.epoch, time.missing].some((each) => each !== undefined)
  if (!fed || !isTimeType(time.logicalType) || isSpelled) return undefined
  return { ...start, plan: { ...start.plan, time: { field: names.indexOf(fed.name), type: time.logicalType } } }
}

/** How files begin that are none of CSV: `recogniseFile()` says what they are. */
const otherKind =
  /^(PAR1|PK|\(\ufffd|SQLite format 3|ARROW1|FEA1|BZh|7z|%PDF|version https:\/\/git-lfs|\s*<(!doctype html|html|head|body)\b)/i

function firstLines(head: Buffer): string {
  let end = 0
  for (let line = 0; line < headLines; line += 1) {
    const next = head.indexOf(10, end)
    // The last line may be cut off, and then the one before it is the last.
    if (next === -1) return head.toString('utf8', 0, line > 1 ? end : head.length)
    end = next + 1
  }
  return head.toString('utf8', 0, end)
}
