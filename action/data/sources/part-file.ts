import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { sha256 } from '../../base/sha256.ts'
import { writeWhole } from '../../base/write-whole.ts'

/** By what a remote file is known to be still the same. */
export interface Validators {
  readonly etag?: string
  /** As `Last-Modified` writes it. */
  readonly modified?: string
}

/** What a download left, whole or cut off, in the hidden folder of a landing. */
export interface Part {
  readonly path: string
  readonly bytes: number
  readonly validators: Validators
  /** What the file will be called. */
  readonly name: string
  /** How many bytes there are in all, where that was said. */
  readonly total?: number
}

/** Names where something comes from, without telling its address. */
export function placeId(address: string): string {
  return sha256(address).slice(0, 16)
}

export function partPath(partsFolder: string, id: string): string {
  return join(partsFolder, `${id}.part`)
}

/** What is there of a download that can be gone on with: bytes whose remote file can be recognised. */
export async function readPart(partsFolder: string, id: string): Promise<Part | undefined> {
  const path = partPath(partsFolder, id)
  try {
    const text = await readFile(`${path}.json`, 'utf8')
    const { etag, modified, total, name } = JSON.parse(text) as Record<string, unknown>
    const validators = {
      ...(typeof etag === 'string' && { etag }),
      ...(typeof modified === 'string' && { modified }),
    }
    if (!canResume(validators) || typeof name !== 'string') return undefined
    const { size } = await stat(path)
    const isTooLong = typeof total === 'number' && size > total
    return isTooLong ? undefined : { path, bytes: size, name, validators, ...(typeof total === 'number' && { total }) }
  } catch {
    return undefined
  }
}

/** Of fewer bytes, to fetch all again is as fast. */
const worthResuming = 1_000_000

/** Says whose bytes the part will hold; what it held before is gone. */
export async function startPart(path: string, part: Pick<Part, 'name' | 'validators' | 'total'>): Promise<void> {
  const { name, total, validators } = part
  await rm(path, { force: true })
  if (total !== undefined && total < worthResuming) return await rm(`${path}.json`, { force: true })
  await writeWhole(`${path}.json`, `${JSON.stringify({ name, total, ...validators })}\n`)
}

/** A weak ETag means the same content, not the same bytes. */
function canResume({ etag, modified }: Validators): boolean {
  return etag === undefined ? modified !== undefined : !etag.startsWith('W/')
}
