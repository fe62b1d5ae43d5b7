/* oxlint-disable no-control-regex -- what a name may not hold is what this file is about */
import { Fault } from '../../base/fault.ts'
import { formatOf, knownEndings } from '../source-file.ts'

const longestName = 180

/** What a name may be made from, the most telling first. */
export interface NameHints {
  /** As messages show the address. */
  readonly shown: string
  /** The address asked, and the one that answered. */
  readonly urls: readonly URL[]
  readonly disposition?: string
  readonly contentType?: string
}

/**
 * The file name under which a download is kept: the end of its address, else what the server calls it, else that end with
 * the ending of its type. Throws `source/no-name` where none of them says what it holds.
 */
export function nameOf({ shown, urls, disposition, contentType }: NameHints): string {
  const ends = urls.map((url) => safeName(decoded(url.pathname.split('/').at(-1) ?? '')))
  const offered = safeName(fileNameIn(disposition ?? ''))
  const told = [...ends, offered].find((name) => name !== '' && formatOf(name))
  if (told !== undefined) return told
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  const ending = endings[type]
  const stem = ends.find((name) => name !== '') ?? 'data'
  if (ending !== undefined) return `${stem}${ending}`
  const state = type === '' ? 'it has no Content-Type' : `its Content-Type is ${type}`
  throw new Fault(
    'source/no-name',
    `Cannot keep "${shown}": its address has no known ending, and ${state}; expected ${knownEndings}`,
    { remedy: 'Take an address that ends so, or fetch it with a program: run: instead of from:.' },
  )
}

const endings: Readonly<Record<string, string>> = {
  'text/csv': '.csv',
  'application/csv': '.csv',
  'text/tab-separated-values': '.tsv',
  'application/json': '.json',
  'application/jsonl': '.jsonl',
  'application/x-ndjson': '.ndjson',
  'application/ndjson': '.ndjson',
  'application/vnd.apache.parquet': '.parquet',
  'application/x-parquet': '.parquet',
}

/** One part of a path that every system can hold, without a way out of its folder; empty where nothing is left. */
export function safeName(text: string): string {
  const plain = text
    .normalize('NFC')
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff/\\:*?"<>|]/g, '_')
    .replace(/^[.\s]+|[.\s]+$/g, '')
  if (plain.length <= longestName) return plain
  const ending = /(\.[A-Za-z0-9]{1,8}){1,2}$/.exec(plain)?.[0] ?? ''
  return plain.slice(0, longestName - ending.length) + ending
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** `attachment; filename="a.csv"`; the encoded form wins. */
function fileNameIn(disposition: string): string {
  const [, encoded] = /filename\*\s*=\s*(?:utf-8|iso-8859-1)'[^']*'([^;]+)/i.exec(disposition) ?? []
  if (encoded !== undefined) return decoded(encoded.trim())
  const [, quoted, bare] = /filename\s*=\s*(?:"([^"]*)"|([^;]+))/i.exec(disposition) ?? []
  return (quoted ?? bare ?? '').trim()
}
