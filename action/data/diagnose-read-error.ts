import { basename } from 'node:path'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { SourceFile } from './source-file.ts'

/**
 * What DuckDB says of a file that it cannot read, as the user's to mend; undefined where it says something else.
 * Its own sentences hold values of the row, which may be private: none of them is passed on.
 */
export function diagnoseReadError(error: unknown, files: readonly SourceFile[]): Diagnostic | undefined {
  const message = error instanceof Error ? error.message : String(error)
  const known = knownErrors.find(([sign]) => sign.test(message))
  if (!known) return undefined
  const [, code, state, expected, remedy] = known
  const file = fileIn(message, files)
  const line = Number(/(?:CSV Error on Line:|in line|at line) (\d+)/.exec(message)?.[1] ?? 1)
  return {
    code,
    file,
    line,
    column: 1,
    message: `Cannot read "${file}"${line > 1 ? ` line ${line}` : ''}: ${state(message)}; expected ${expected}`,
    remedy,
  }
}

type KnownError = readonly [
  sign: RegExp,
  code: string,
  state: (message: string) => string,
  expected: string,
  remedy: string,
]

const knownErrors: readonly KnownError[] = [
  [
    /not utf-8 encoded|Invalid unicode/i,
    'data/not-utf8',
    () => 'it is not UTF-8',
    'UTF-8 text',
    'Save the file as UTF-8 (iconv -f windows-1252 -t utf-8 does it), or say data.encoding: windows-1252 or latin-1 where it is that.',
  ],
  [
    /not latin-1 encoded/i,
    'data/not-utf8',
    () => 'it is not Latin-1, as data.encoding says',
    'Latin-1 text',
    'Say data.encoding: windows-1252 where it is that, or take it out where it is UTF-8.',
  ],
  [
    /Expected Number of Columns: 1 Found: \d{1,9}\b/,
    'data/ragged-row',
    () => 'the row has several fields',
    'one field, as the header',
    'Take out what stands above the header, such as a comment; a text that holds the delimiter needs quotes.',
  ],
  [
    /Expected Number of Columns/,
    'data/ragged-row',
    wordFields,
    'as many fields as the header',
    'Mend the row; a text that holds the delimiter needs quotes.',
  ],
  [
    /unterminated quote|Value with unterminated quote/i,
    'data/open-quote',
    () => 'a quote is opened and never closed',
    'a closing quote',
    'Close the quote, and double each quote inside a quoted text.',
  ],
  [
    /Maximum line size/i,
    'data/long-line',
    () => 'a line is longer than 2 MB',
    'shorter lines',
    'Look for a quote that is opened and never closed, or another line end.',
  ],
  [
    /CSV Parser state machine reached an invalid state/,
    'data/bad-csv',
    () => 'its lines end in several ways, or a quote stands where none may',
    'one kind of line end, and texts in quotes as RFC 4180 writes them',
    'Write all line ends alike (dos2unix does it); quote a text as a whole, and double each quote inside it.',
  ],
  [/CSV Error/, 'data/bad-csv', () => 'the row cannot be read', 'a row as RFC 4180 writes it', 'Mend the row.'],
  [
    /No magic bytes|too small to be a Parquet|Footer length error|TProtocolException|Invalid.*parquet|parquet.*corrupt/i,
    'data/not-parquet',
    () => 'it is not a whole Parquet file',
    'a Parquet file',
    'Write the file anew, or give it the ending of what it holds.',
  ],
  [
    /^(Invalid|Serialization|IO) Error: .*(Out of buffer|Variable-length int|page|chunk|column|Snappy|ZSTD|varint)/is,
    'data/not-parquet',
    () => 'its bytes are damaged',
    'a Parquet file',
    'Write or fetch the file anew.',
  ],
  [
    /has duplicate key/,
    'data/duplicate-column',
    (message) => `an object holds the key "${/has duplicate key "(.{1,100}?)"/s.exec(message)?.[1] ?? ''}" twice`,
    'each key once',
    'Mend the object.',
  ],
  [
    /expected records, but got non-record/,
    'data/bad-json',
    () => 'it holds something else than objects',
    'JSON objects, one a line or in one list',
    'Write an object for each row.',
  ],
  [
    /Malformed JSON|JSON transform error|Input is not valid JSON/i,
    'data/bad-json',
    () => 'it is no JSON that can be read',
    'JSON objects, one a line or in one list',
    'Mend the line; a file that breaks off must be fetched anew.',
  ],
  [
    /gzip|zstd|decompress|Unknown frame descriptor/i,
    'data/bad-compression',
    () => 'it cannot be decompressed',
    'what its ending says',
    'Compress the file anew, or give it the ending of what it holds.',
  ],
]

/** DuckDB names the file by the path that it was given. */
function fileIn(message: string, files: readonly SourceFile[]): string {
  const named = files.find((file) => message.includes(file.absolutePath))
  const alike = files.find((file) => message.includes(basename(file.absolutePath)))
  return (named ?? alike ?? files[0])?.path ?? 'the data'
}

/** The reader stops at the first field that is one too many, and counts no others. */
function wordFields(message: string): string {
  const [found, expected] = [countAfter('Found', message), countAfter('Expected Number of Columns', message)]
  return Number(found) > Number(expected) ? `the row has more than ${expected} fields` : `the row has ${found} fields`
}

function countAfter(word: string, message: string): string {
  return new RegExp(`${word}: (\\d+)`).exec(message)?.[1] ?? 'other'
}
