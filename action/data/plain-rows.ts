import { isUtf8 } from 'node:buffer'
import { open } from 'node:fs/promises'
import { planPlainCsv } from './plan-plain-csv.ts'
import { scanBytes } from './scan-lines.generated.ts'
import { scanLines } from './scan-lines.ts'
import type { DescribedFile } from './source-file.ts'

const [newline, carriage] = [10, 13] as const

/**
 * The fields of those rows of a CSV file that have these numbers, from 1, as they are written. Most CSV files are plain, and
 * finding the lines of one takes a fraction of what a query takes. Undefined where DuckDB should read them: where the file is
 * not plain down to the last of the rows, as `plainCsv()` means it, holds fewer, or cannot be read.
 */
export async function plainRows(
  file: DescribedFile,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, readonly string[]> | undefined> {
  if (file.format !== 'csv') return undefined
  await using handle = await open(file.absolutePath).catch(() => undefined)
  if (!handle) return undefined
  const buffer = Buffer.allocUnsafe(scanBytes)
  const head = await handle.read(buffer, 0, scanBytes, 0)
  const start = planPlainCsv(undefined)(file, buffer.subarray(0, head.bytesRead))
  if (!start || start.plan.delimiter !== file.delimiter || !isAlike(start.columns, file)) return undefined

  const { delimiter, fields } = start.plan
  const wanted = [...new Set(numbers)].sort((a, b) => a - b)
  const found = new Map<number, readonly string[]>()
  let [offset, rows, next] = [start.bodyStart, 0, 0]
  let isCarried: boolean | undefined
  while (next < wanted.length) {
    const { bytesRead } = await handle.read(buffer, 0, scanBytes, offset)
    const bytes = wholeLines(buffer.subarray(0, bytesRead), bytesRead < scanBytes)
    if (bytes.length === 0 || !isUtf8(bytes)) return undefined
    const ends = scanLines(bytes, delimiter.charCodeAt(0), fields, scanBytes)
    const [first] = ends ?? []
    if (!ends || first === undefined) return undefined
    const endsCarried = bytes[first - 1] === carriage
    isCarried ??= endsCarried
    if (endsCarried !== isCarried) return undefined
    const endBytes = isCarried ? 1 : 0
    if (fields === 1 && hasEmptyLine(ends, endBytes)) return undefined
    for (; (wanted[next] ?? Number.POSITIVE_INFINITY) <= rows + ends.length; next += 1) {
      const number = wanted[next] ?? 0
      const at = number - rows - 1
      const line = bytes.toString('utf8', at === 0 ? 0 : (ends[at - 1] ?? 0) + 1, (ends[at] ?? 0) - endBytes)
      found.set(number, line.split(delimiter))
    }
    rows += ends.length
    offset += bytes.length
  }
  return found
}

function isAlike(names: readonly string[], { columns }: DescribedFile): boolean {
  return names.length === columns.length && names.every((name, index) => name === columns[index]?.name)
}

/** Up to the last line's end, which the last line of a file may lack. */
function wholeLines(bytes: Buffer, isLast: boolean): Buffer {
  if (isLast && bytes.length > 0 && bytes.at(-1) !== newline) return Buffer.concat([bytes, Buffer.of(newline)])
  return bytes.subarray(0, bytes.lastIndexOf(newline) + 1)
}

function hasEmptyLine(ends: Int32Array, endBytes: 0 | 1): boolean {
  return ends.some((end, index) => end - endBytes === (index === 0 ? 0 : (ends[index - 1] ?? 0) + 1))
}
