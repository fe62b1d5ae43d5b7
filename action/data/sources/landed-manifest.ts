import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'

import { canonicalJson } from '../../base/canonical-json.ts'
import { Fault } from '../../base/fault.ts'
import { writeWhole } from '../../base/write-whole.ts'
import type { Validators } from './part-file.ts'

/** In the folder of a source: which of its files Plumbline brought there. All others are the user's. */
const manifestName = '.plumbline-landed.json'

export interface LandedRecord {
  readonly sha256: string
  readonly bytes: number
  /** Names where it came from. */
  readonly id: string
  readonly validators: Validators
}

export type LandedRecords = Readonly<Record<string, LandedRecord>>

export interface LandedManifest {
  /** The source that the folder belongs to. */
  readonly source: string
  /** By their path below the folder. */
  readonly files: LandedRecords
  /** What the folder is to hold, where a landing was under way; its new bytes lie in the parts. */
  readonly next?: LandedRecords
}

/** Throws `source/bad-manifest` where the file is none that Plumbline wrote, or of another source. */
export async function readManifest(folder: string, into: string, source: string): Promise<LandedManifest> {
  const text = await readFile(join(folder, manifestName), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return { source, files: {} }
  const read = parse(text)
  if (!read) throw badManifest(into, 'it is not as Plumbline wrote it', 'the list of what was landed')
  if (read.source !== source) {
    throw badManifest(into, `it lists what was landed for source "${read.source}"`, `a folder of "${source}" alone`)
  }
  return read
}

/** Names in order, so that the file reads as a diff. Its draft lies in a hidden folder, where a crash may leave it. */
export async function writeManifest(
  folder: string,
  draftFolder: string,
  { source, files, next }: LandedManifest,
): Promise<void> {
  const lines = (records: LandedRecords) => {
    const entries = Object.entries(records).sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([name, record]) => `\n    ${JSON.stringify(name)}: ${formatRecord(record)}`).join(',')}\n  }`
  }
  const more = next === undefined ? '' : `,\n  "next": ${lines(next)}`
  const text = `{\n  "version": 1,\n  "source": ${JSON.stringify(source)},\n  "files": ${lines(files)}${more}\n}\n`
  const draft = join(draftFolder, 'landed.json')
  await writeWhole(draft, text)
  await rename(draft, join(folder, manifestName))
}

function formatRecord({ sha256, bytes, id, validators: { etag, modified } }: LandedRecord): string {
  return canonicalJson({ sha256, bytes, id, etag, modified })
}

function parse(text: string): LandedManifest | undefined {
  try {
    const { version, source, files, next } = JSON.parse(text) as Record<string, unknown>
    if (version !== 1 || typeof source !== 'string') return undefined
    const known = parseRecords(files)
    const coming = next === undefined ? undefined : parseRecords(next)
    if (!known || (next !== undefined && !coming)) return undefined
    return { source, files: known, ...(coming && { next: coming }) }
  } catch {
    return undefined
  }
}

function parseRecords(value: unknown): LandedRecords | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const records: Record<string, LandedRecord> = {}
  for (const [name, entry] of Object.entries(value)) {
    const record = parseRecord(entry)
    // A path that leads out would have files removed that are none of ours.
    if (!record || name.split('/').some((part) => part === '' || part.startsWith('.')) || /[\\\0]/.test(name)) {
      return undefined
    }
    records[name] = record
  }
  return records
}

function parseRecord(value: unknown): LandedRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { sha256, bytes, id, etag, modified } = value as Record<string, unknown>
  const isRecord =
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    typeof bytes === 'number' &&
    typeof id === 'string' &&
    /^[0-9a-f]{16}$/.test(id)
  if (!isRecord) return undefined
  const validators = {
    ...(typeof etag === 'string' && { etag }),
    ...(typeof modified === 'string' && { modified }),
  }
  return { sha256, bytes, id, validators }
}

function badManifest(into: string, state: string, expected: string): Fault {
  return new Fault('source/bad-manifest', `Cannot read "${into}/${manifestName}": ${state}; expected ${expected}`, {
    remedy: 'Give the source a folder of its own (into:), or delete this file together with the files it lists.',
  })
}

/** Whether anything of a source was landed, and whole. */
export async function hasLanded(
  project: string,
  { name, into }: { readonly name: string; readonly into: string },
): Promise<boolean> {
  const { files, next } = await readManifest(join(project, into), into, name)
  return next === undefined && Object.keys(files).length > 0
}
