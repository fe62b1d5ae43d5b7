import type { DeclaredEncoding } from '../project/project.ts'

export type SourceFormat = 'csv' | 'parquet' | 'json'

/** A data file as it was found. */
export interface SourceFile {
  /** Relative to the model's folder, with `/`, NFC. */
  readonly path: string
  readonly absolutePath: string
  readonly bytes: number
  /** As `stateOf()` tells it, of the moment when the file was found. */
  readonly state?: string
  /** 64 hexadecimal digits, where the file is pinned. */
  readonly sha256?: string
  /** What its text is in, where that is not UTF-8 and a byte-order mark does not say it: of CSV files alone. */
  readonly encoding?: TextEncoding
}

/** Encodings besides UTF-8. DuckDB reads Latin-1 alone; `copyAsUtf8()` makes UTF-8 of the others. */
export type TextEncoding = 'utf-16le' | 'utf-16be' | DeclaredEncoding

export interface RawColumn {
  readonly name: string
  /** DuckDB's name of the type in the file; VARCHAR for everything in a CSV file. */
  readonly type: string
}

/** A data file whose columns were looked at; what the relations of read-source.ts are made from. */
export interface DescribedFile extends SourceFile {
  /** Where the reader finds it: of a text that DuckDB does not read, a copy in UTF-8. */
  readonly absolutePath: string
  readonly format: SourceFormat
  readonly columns: readonly RawColumn[]
  /** What separates the fields of a CSV file. */
  readonly delimiter?: string
}

const endings: readonly (readonly [RegExp, SourceFormat])[] = [
  [/\.(csv|tsv)(\.(gz|zst))?$/i, 'csv'],
  [/\.parquet$/i, 'parquet'],
  [/\.(json|jsonl|ndjson)(\.(gz|zst))?$/i, 'json'],
]

export const knownEndings = '.csv, .tsv, .json, .jsonl, .ndjson (each also .gz or .zst) or .parquet'

/** What a file's name says it holds, undefined where it says nothing that can be read. */
export function formatOf(path: string): SourceFormat | undefined {
  return endings.find(([ending]) => ending.test(path))?.[1]
}

const compressions: Readonly<Record<string, 'gzip' | 'zstd'>> = { gz: 'gzip', zst: 'zstd' }

/** How the path says that bytes are compressed. */
export function compressionIn(path: string): 'gzip' | 'zstd' | undefined {
  return compressions[/\.(gz|zst)$/i.exec(path)?.[1]?.toLowerCase() ?? '']
}

/** What plumbline.yaml says of a file's text, where it can be said of the file. */
export function declaredEncoding(path: string, encoding: DeclaredEncoding | undefined): Pick<SourceFile, 'encoding'> {
  return encoding !== undefined && formatOf(path) === 'csv' ? { encoding } : {}
}

/** The reader's argument for the text of a CSV file. */
export function encodingOf({ encoding }: SourceFile): string {
  return `encoding = '${encoding === 'latin-1' ? 'latin-1' : 'utf-8'}'`
}

/** The reader's argument: the path says how bytes are compressed, also where they are kept under another name. */
export function compressionOf({ path }: SourceFile): string {
  return `compression = '${compressionIn(path) ?? 'uncompressed'}'`
}
