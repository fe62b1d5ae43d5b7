import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import type { Diagnostic, Read } from '../base/diagnostic.ts'
import { decodingUtf16, decodingWindows1252, type TextDecoding, Undecodable } from './decode-text.ts'
import { compressionIn, type SourceFile, type TextEncoding } from './source-file.ts'

/**
 * A file whose text DuckDB does not read, as one that it does: a copy in UTF-8 below `folder`, made once, line by line the
 * same. Every other file comes back as it is. What the copy is made of stays what is pinned and named.
 */
export async function copyAsUtf8<File extends SourceFile>(folder: string, file: File): Promise<Read<File>> {
  const { encoding, ...plain } = file
  if (encoding === undefined || encoding === 'latin-1') return { ok: true, value: file }
  if (compressionIn(file.path) === 'zstd') return { ok: false, diagnostics: [isPacked(file)] }
  // It ends as the file's own path, so that whatever names the copy names the file.
  const copy = join(folder, file.absolutePath)
  try {
    if (!(await isThere(copy))) await writeCopy(file, encoding, copy)
  } catch (error) {
    if (!(error instanceof Undecodable)) throw error
    return { ok: false, diagnostics: [undecodable(file, encoding, error.line)] }
  }
  return { ok: true, value: { ...(plain as File), absolutePath: copy } }
}

/** Never whole in memory, and there only once it is whole. */
async function writeCopy({ path, absolutePath }: SourceFile, encoding: NotRead, copy: string): Promise<void> {
  const draft = `${copy}.draft`
  await mkdir(dirname(copy), { recursive: true, mode: 0o700 })
  const from = createReadStream(absolutePath, { highWaterMark: 1 << 20 })
  const to = createWriteStream(draft, { mode: 0o600 })
  const decode = (chunks: AsyncIterable<Buffer>) => decoded(chunks, decodings[encoding]())
  try {
    if (compressionIn(path) === 'gzip') await pipeline(from, createGunzip(), decode, createGzip({ level: 1 }), to)
    else await pipeline(from, decode, to)
    await rename(draft, copy)
  } finally {
    await rm(draft, { force: true })
  }
}

type NotRead = Exclude<TextEncoding, 'latin-1'>

const decodings: Readonly<Record<NotRead, () => TextDecoding>> = {
  'utf-16le': () => decodingUtf16('little-endian'),
  'utf-16be': () => decodingUtf16('big-endian'),
  'windows-1252': decodingWindows1252,
}

async function* decoded(chunks: AsyncIterable<Buffer>, decoding: TextDecoding): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield decoding.take(chunk)
  yield decoding.end()
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  )
}

const states: Readonly<Record<NotRead, string>> = {
  'utf-16le': 'it is UTF-16, and breaks off within a letter or holds half of one',
  'utf-16be': 'it is UTF-16, and breaks off within a letter or holds half of one',
  'windows-1252': 'it holds a byte that is no letter in Windows-1252, as which it is read',
}

const remedies: Readonly<Record<NotRead, string>> = {
  'utf-16le': 'Fetch the file anew, or save it as UTF-8.',
  'utf-16be': 'Fetch the file anew, or save it as UTF-8.',
  'windows-1252': 'Say at data.encoding what it is in, or save it as UTF-8.',
}

function undecodable({ path }: SourceFile, encoding: NotRead, line: number): Diagnostic {
  const place = line > 1 ? ` line ${line}` : ''
  const message = `Cannot read "${path}"${place}: ${states[encoding]}; expected ${encoding === 'windows-1252' ? 'Windows-1252' : 'whole UTF-16'} text`
  return { code: 'data/not-utf8', file: path, line, column: 1, message, remedy: remedies[encoding] }
}

function isPacked({ path }: SourceFile): Diagnostic {
  const message = `Cannot read "${path}": it is zstd of Windows-1252 text; expected UTF-8 where a file is compressed so`
  const remedy = 'Decompress it, or compress it with gzip.'
  return { code: 'data/not-utf8', file: path, line: 1, column: 1, message, remedy }
}
