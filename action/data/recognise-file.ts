/* oxlint-disable no-control-regex -- the first bytes of binary files are what this file is about */
import type { Diagnostic } from '../base/diagnostic.ts'
import { readStart } from './read-start.ts'
import { compressionIn, formatOf, type SourceFile } from './source-file.ts'

const headBytes = 4096

/** A file whose first bytes show something else than its name says, such as Excel's in a `.csv`. */
export function recogniseFile(file: SourceFile): Diagnostic | undefined {
  const head = readStart(file.absolutePath, headBytes)
  if (markedUtf16(file, head)) return undefined
  const found = recognise(head)
  const expected = compressionIn(file.path) ?? formatOf(file.path)
  if (!found || found.kind === expected) return undefined
  // Whatever is not compressed, the reader words better.
  if (compressionIn(file.path) && !found.isBinary) return undefined
  return {
    code: codes[found.kind] ?? 'data/other-format',
    file: file.path,
    line: 1,
    column: 1,
    message: `Cannot read "${file.path}": it is ${found.name}; expected ${found.kind === 'utf-16' ? 'UTF-8 text' : 'what its ending says'}`,
    remedy: found.remedy,
  }
}

/**
 * The file with what its byte-order mark says of its text, which goes before what is declared. UTF-16 is read in CSV files
 * alone.
 */
export function withOwnEncoding<File extends SourceFile>(file: File): File {
  const head = readStart(file.absolutePath, headBytes)
  const marked = markedUtf16(file, head)
  if (marked) return { ...file, encoding: marked }
  const { encoding: _declared, ...plain } = file
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? (plain as File) : file
}

function markedUtf16({ path }: SourceFile, head: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (formatOf(path) !== 'csv' || compressionIn(path) !== undefined) return undefined
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  return head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : undefined
}

const codes: Readonly<Record<string, string>> = { 'utf-16': 'data/not-utf8', 'lfs-pointer': 'data/lfs-pointer' }

interface Kind {
  readonly kind: string
  /** As a sentence names it. */
  readonly name: string
  readonly isBinary: boolean
  readonly remedy: string
}

function binary(kind: string, name: string, remedy: string): Kind {
  return { kind, name, isBinary: true, remedy }
}

const utf16 = (order: 'LE' | 'BE'): Kind => ({
  kind: 'utf-16',
  name: 'UTF-16 text',
  isBinary: false,
  remedy: `Save it as UTF-8 (iconv -f utf-16${order.toLowerCase()} -t utf-8 does it; in Excel: "CSV UTF-8").`,
})

const lfsPointer: Kind = {
  kind: 'lfs-pointer',
  name: 'a Git LFS pointer',
  isBinary: true,
  remedy: 'Run git lfs pull; in a workflow, give actions/checkout lfs: true.',
}

const excel = 'Export the sheet as CSV (UTF-8).'
const page = 'Look at it in an editor: most likely a download gave a page for signing in, or an error. Fetch it anew.'

const signatures: readonly (readonly [sign: RegExp, kind: Kind])[] = [
  [/^PAR1/, binary('parquet', 'Parquet', 'Give it the ending .parquet.')],
  [/^\x1f\x8b/, binary('gzip', 'gzip', 'Add .gz to its name, or decompress it.')],
  [/^\x28\xb5\x2f\xfd/, binary('zstd', 'zstd', 'Add .zst to its name, or decompress it.')],
  [/^PK\x03\x04/, binary('zip', 'a zip or an Excel file', `Unzip it. ${excel}`)],
  [/^\xd0\xcf\x11\xe0/, binary('excel', 'an old Excel file', excel)],
  [/^SQLite format 3/, binary('sqlite', 'an SQLite database', 'Export the table as CSV or Parquet.')],
  [/^(ARROW1|FEA1)/, binary('arrow', 'an Arrow or Feather file', 'Write it as Parquet.')],
  [/^(BZh|\xfd7zXZ|7z\xbc\xaf)/, binary('archive', 'compressed in another way', 'Compress it with gzip or zstd.')],
  [/^%PDF/, binary('pdf', 'a PDF', 'Give the table itself, as CSV or Parquet.')],
  [/^version https:\/\/git-lfs\.github\.com\//, lfsPointer],
  [/^\xff\xfe/, utf16('LE')],
  [/^\xfe\xff/, utf16('BE')],
  [
    /^(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body)\b/i,
    { kind: 'html', name: 'a web page (HTML)', isBinary: false, remedy: page },
  ],
]

function recognise(head: Buffer): Kind | undefined {
  const text = head.toString('latin1')
  return signatures.find(([sign]) => sign.test(text))?.[1] ?? withoutMark(head)
}

/** UTF-16 without its mark: in Western text every other byte is NUL. */
function withoutMark(head: Buffer): Kind | undefined {
  if (!head.includes(0)) return undefined
  const nuls = [0, 0]
  for (const [place, byte] of head.entries()) if (byte === 0) nuls[place % 2] = (nuls[place % 2] ?? 0) + 1
  const [even = 0, odd = 0] = nuls
  const most = head.length * 0.4
  if (odd > most && even === 0) return utf16('LE')
  return even > most && odd === 0 ? utf16('BE') : undefined
}
