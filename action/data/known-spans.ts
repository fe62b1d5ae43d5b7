import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { sha256 } from '../base/sha256.ts'
import { version } from '../base/version.ts'
import { writeWhole } from '../base/write-whole.ts'
import type { ContractColumn } from '../project/contract.ts'
import type { EventSpan } from './event-time.ts'
import type { HashedFile } from './hash-files.ts'

/** In the model's folder, ignored by git. */
const knownSpanFile = '.plumbline/span.json'

/** Equal where the same span would be measured: by the same version, of the same bytes and the same promises. */
export function spanKey(files: readonly HashedFile[], column: ContractColumn | undefined, time: string | undefined) {
  const names = files.map(({ path, sha256: digest }) => `${digest} ${path}`)
  return sha256(JSON.stringify([version, names, column ?? null, time ?? null]))
}

/** The span measured last, where it is of the same files and the same column. */
export async function readKnownSpan(folder: string, key: string): Promise<EventSpan | undefined> {
  try {
    const read: unknown = JSON.parse(await readFile(join(folder, knownSpanFile), 'utf8'))
    const { key: found, rows, since, until } = read as EventSpan & { readonly key: unknown }
    const isWhole = found === key && Number.isSafeInteger(rows) && isMoment(since) && isMoment(until)
    return isWhole ? { rows, since, until } : undefined
  } catch {
    return undefined
  }
}

/** A folder that cannot be written to only makes the next time slower. */
export async function keepSpan(folder: string, key: string, span: EventSpan): Promise<void> {
  await writeWhole(join(folder, knownSpanFile), `${JSON.stringify({ key, ...span })}\n`).catch(() => undefined)
}

function isMoment(value: unknown): boolean {
  return value === null || typeof value === 'string'
}
