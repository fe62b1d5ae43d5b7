import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { canonicalJson } from '../base/canonical-json.ts'
import { sha256 } from '../base/sha256.ts'
import { version } from '../base/version.ts'
import { writeWhole } from '../base/write-whole.ts'
import type { ContractColumn } from '../project/contract.ts'
import type { EventSpan } from './event-time.ts'

/** What the bytes of one data file come to. */
export interface FileFacts extends EventSpan {
  /** Its columns' names, in its order. */
  readonly columns: readonly string[]
}

/** By `factsKey()`. */
export type KnownFacts = ReadonlyMap<string, FileFacts>

/** In the model's folder, ignored by git. */
export const factsFile = '.plumbline/facts.json'

/**
 * Equal where the same would be found: by the same version, in the same encoding, under the same promise of the column that
 * orders the rows.
 */
export function factsTerms(time: ContractColumn | undefined, name: string | undefined, encoding?: string): string {
  const { logicalType, aliases, format, decimal, epoch, missing } = time ?? {}
  return sha256(
    canonicalJson({ version, name, logicalType, aliases: aliases ?? [], format, decimal, epoch, missing, encoding }),
  )
}

/** Names what the bytes of a file hold: an ending tells how they are read, and only the first source is ordered. */
export function factsKey(digest: string, path: string, isOrdered: boolean): string {
  return `${digest}${endingOf(path)}${isOrdered ? '' : ' unordered'}`
}

/** What is known of files that were looked at before under these terms. */
export async function readFacts(folder: string, terms: string): Promise<KnownFacts> {
  return await readStored(folder, (found) => found === terms)
}

/** The same, whatever the terms were: for showing, not for deciding. */
export async function readAnyFacts(folder: string): Promise<KnownFacts> {
  return await readStored(folder, () => true)
}

async function readStored(folder: string, isWanted: (terms: string) => boolean): Promise<KnownFacts> {
  const facts = new Map<string, FileFacts>()
  try {
    const read: unknown = JSON.parse(await readFile(join(folder, factsFile), 'utf8'))
    const { terms: found, columns, files } = read as StoredFacts
    if (!isWanted(found)) return facts
    for (const [key, [rows, since, until, place]] of Object.entries(files)) {
      const names = columns[place]
      const isWhole = Number.isSafeInteger(rows) && isMoment(since) && isMoment(until) && Array.isArray(names)
      if (isWhole && names) facts.set(key, { rows, since, until, columns: names })
    }
  } catch {
    return new Map()
  }
  return facts
}

/** A folder that cannot be written to only makes the next time slower. */
export async function keepFacts(folder: string, terms: string, facts: KnownFacts): Promise<void> {
  const columns: (readonly string[])[] = []
  const places = new Map<string, number>()
  const placeOf = (names: readonly string[]) => {
    const key = JSON.stringify(names)
    const place = places.get(key) ?? columns.push(names) - 1
    places.set(key, place)
    return place
  }
  const files = Object.fromEntries(
    [...facts].map(([key, { rows, since, until, columns: names }]) => [key, [rows, since, until, placeOf(names)]]),
  )
  const stored = { terms, columns, files }
  await writeWhole(join(folder, factsFile), `${JSON.stringify(stored)}\n`).catch(() => undefined)
}

/** Column lists stand once: thousands of files share them. */
interface StoredFacts {
  readonly terms: string
  readonly columns: readonly (readonly string[])[]
  readonly files: Readonly<Record<string, [rows: number, since: string | null, until: string | null, columns: number]>>
}

function isMoment(value: unknown): boolean {
  return value === null || typeof value === 'string'
}

function endingOf(path: string): string {
  // Of thousands of files nearly all end so.
  if (path.endsWith('.csv')) return '.csv'
  return /\.[a-z]+(\.(gz|zst))?$/i.exec(path)?.[0].toLowerCase() ?? ''
}
