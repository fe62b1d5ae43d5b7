import { canonicalJson, type Json } from '../../base/canonical-json.ts'
import { isRecord } from '../../base/is-record.ts'
import type { LockEntry } from '../../project/data-lock.ts'

/** Where a slice of a file lies. */
export interface PackedSlice {
  /** Name of the asset. */
  readonly pack: string
  /** 0-based place of its first byte in the pack, and how many bytes it takes there. */
  readonly at: number
  readonly stored: number
  readonly how: 'as it is' | 'gzip'
  /** Of the file. */
  readonly from: number
  readonly bytes: number
}

export interface PackedFile {
  readonly sha256: string
  readonly bytes: number
  /** One after the other. */
  readonly slices: readonly PackedSlice[]
}

/** What a release of packs holds: its asset `index.json`. */
export interface PackIndex {
  readonly files: readonly PackedFile[]
}

export const indexName = 'index.json'
const schema = 'plumbline/packs/v1'

export function formatIndex({ files }: PackIndex): string {
  return `${canonicalJson({ schema, files } as unknown as Json)}\n`
}

/** Undefined where it is none, cut, edited out of shape, or from a newer version. */
export function parseIndex(text: string): PackIndex | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(value) || value['schema'] !== schema || !Array.isArray(value['files'])) return undefined
  const files: readonly unknown[] = value['files']
  return files.every(isFile) ? { files } : undefined
}

/** A file's slices follow one another and make the whole of it. */
function isFile(value: unknown): value is PackedFile {
  if (!isRecord(value)) return false
  const { sha256, bytes, slices } = value
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return false
  if (!Array.isArray(slices) || !slices.every(isSlice)) return false
  let end = 0
  for (const slice of slices) {
    if (slice.from !== end) return false
    end += slice.bytes
  }
  return end === bytes
}

function isSlice(value: unknown): value is PackedSlice {
  if (!isRecord(value)) return false
  const { pack, at, stored, how, from, bytes } = value
  const numbers: readonly unknown[] = [at, stored, from, bytes]
  const areCounts = numbers.every((count) => typeof count === 'number' && Number.isSafeInteger(count) && count >= 0)
  return areCounts && typeof pack === 'string' && (how === 'as it is' || how === 'gzip')
}

/** The files of an index that an entry names, with the right length. */
export function fileIn({ files }: PackIndex, { sha256, bytes }: LockEntry): PackedFile | undefined {
  return files.find((file) => file.sha256 === sha256 && file.bytes === bytes)
}
