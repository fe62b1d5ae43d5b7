import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { foreignOwnFolder, ownFolder } from '../base/own-folder.ts'
import { sha256 } from '../base/sha256.ts'
import { writeWhole } from '../base/write-whole.ts'
import type { GitHubConnection } from '../github/connection.ts'
import { type Chain, readChain } from './ledger-record.ts'

/** A ledger as this folder read it last: its branch's commit then, and the chain, verified anew. */
export interface LedgerCopy extends Chain {
  readonly head: string
}

/** The ledger as this folder last read it; undefined where it holds none, or one that is damaged. */
export async function readLedgerCopy(connection: GitHubConnection): Promise<LedgerCopy | undefined> {
  const place = await copyPlace(connection)
  return place === undefined ? undefined : await readCopyFile(place)
}

/**
 * Keeps a ledger for the next reader. One that the branch has not grown from stays beside it, as what it knows may be nowhere
 * else any more. A folder that cannot be written keeps none, which costs time alone.
 */
export async function keepLedgerCopy(connection: GitHubConnection, { head, ...chain }: LedgerCopy): Promise<void> {
  const place = await copyPlace(connection)
  if (place === undefined) return
  try {
    await keepOutOfGit(dirname(place))
    const before = await readCopyFile(place)
    // Another process has read on meanwhile; or the branch lost records, which nothing but this copy may know.
    if (before && isPrefix(chain, before)) return
    if (before && !isPrefix(before, chain)) await rename(place, asideName(place, before.head))
    await writeWhole(place, copyText(head, chain))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    await rm(place, { force: true }).catch(() => undefined)
  }
}

/** Every ledger that this folder has read and that the branch did not grow from, and the one that it read last. */
export async function ledgerCopies(connection: GitHubConnection): Promise<readonly LedgerCopy[]> {
  const place = await copyPlace(connection)
  if (place === undefined) return []
  const start = basename(place, '.jsonl')
  const names = (await readdir(dirname(place)).catch(() => [])).filter(
    (name) => name.startsWith(start) && name.endsWith('.jsonl'),
  )
  const copies = await Promise.all(names.sort().map((name) => readCopyFile(join(dirname(place), name))))
  return copies.flatMap((copy) => (copy ? [copy] : []))
}

/** Whether a chain is the beginning of another: the hash of its last record binds all before it. */
export function isPrefix(one: Chain, other: Chain): boolean {
  return one.records.length <= other.records.length && one.texts.every((text, index) => text === other.texts[index])
}

/** A line of its own each: what it is, then every record's text as a JSON string; the first line holds the others' hash. */
function copyText(head: string, { texts }: Chain): string {
  const lines = texts.map((text) => `${JSON.stringify(text)}\n`)
  return `${JSON.stringify({ schema, head, sha256: hashOf(lines) })}\n${lines.join('')}`
}

const schema = 'plumbline/ledger-copy/v1'

async function readCopyFile(place: string): Promise<LedgerCopy | undefined> {
  try {
    const [first = '', ...rest] = (await readFile(place, 'utf8')).split('\n')
    const header: unknown = JSON.parse(first)
    if (!isHeader(header) || hashOf(rest.slice(0, -1).map((line) => `${line}\n`)) !== header.sha256) return undefined
    const texts = rest.slice(0, -1).map((line) => JSON.parse(line) as unknown)
    if (!texts.every((text) => typeof text === 'string')) return undefined
    return { ...readChain(namedByContent(texts)), head: header.head }
  } catch {
    return undefined
  }
}

/** Only chains that were verified are kept, in which every record lies where it says. */
function namedByContent(texts: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    texts.map((text) => {
      const { seq, kind } = JSON.parse(text) as { seq: number; kind: string }
      return [`records/${Math.floor(seq / 1000)}/${seq}-${kind}.json`, text]
    }),
  )
}

function isHeader(value: unknown): value is { readonly head: string; readonly sha256: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'schema' in value &&
    value.schema === schema &&
    'head' in value &&
    typeof value.head === 'string' &&
    'sha256' in value &&
    typeof value.sha256 === 'string'
  )
}

function hashOf(lines: readonly string[]): string {
  const hash = createHash('sha256')
  for (const line of lines) hash.update(line)
  return hash.digest('hex')
}

/** One a repository; undefined where there is no folder for it, or the repository brought one of its own. */
async function copyPlace(connection: GitHubConnection): Promise<string | undefined> {
  const { workFolder, isEmbedded, apiUrl, owner, repository } = connection
  if (workFolder === undefined || (await foreignOwnFolder(workFolder)) !== undefined) return undefined
  // The embedded one has another port each time.
  const name = sha256(`${isEmbedded ? 'embedded' : apiUrl} ${owner}/${repository}`).slice(0, 16)
  return join(workFolder, ownFolder, 'ledger', `${name}.jsonl`)
}

function asideName(place: string, head: string): string {
  return place.replace(/\.jsonl$/, `-${head.slice(0, 12)}.jsonl`)
}

/** The repository's root may be above the project whose .gitignore names `.plumbline/`. */
async function keepOutOfGit(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}
