import { type FileHandle, mkdir, open, rename, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import pLimit from 'p-limit'

import { appendBytes } from '../base/append-bytes.ts'
import { withExclusiveLock } from '../base/exclusive-lock.ts'
import { Fault } from '../base/fault.ts'
import { followDigest } from '../base/follow-digest.ts'
import { isOfDisk } from '../base/is-of-disk.ts'
import type { Progress } from '../base/progress.ts'
import { sha256OfFile } from '../base/sha256.ts'
import type { GitHubClient } from '../github/client.ts'
import { type Asset, openAsset } from '../github/releases.ts'
import { formatBytes } from '../report/numbers.ts'
import type { WantedFile, WantedSlice } from './wanted-files.ts'

export interface DownloadedFile {
  readonly name: string
  readonly path: string
  readonly bytes: number
  readonly sha256: string
  /** It was here already, whole. */
  readonly wasHere: boolean
  /** Name → SHA-256 of the assets that it was put together from; without what was here already. */
  readonly parts: Readonly<Record<string, string>>
}

export interface DownloadTerms {
  readonly progress: Progress
  readonly signal?: AbortSignal
}

/** As many at a time: one alone seldom fills a connection, many more are refused. */
const atOnce = 4
/** Breaks in a row without a byte between them. */
const mostBreaks = 5
const longestMs = 12 * 3_600_000

/**
 * Downloads files into a folder, several at a time, and puts those together that are cut into parts. A file appears only once it
 * is whole and has its digest; what an earlier call left of it is gone on with. Faults: `registry/no-room`, `registry/would-overwrite`, `registry/bytes-differ`, the client's.
 */
export async function downloadAssets(
  client: GitHubClient,
  wanted: readonly WantedFile[],
  folder: string,
  terms: DownloadTerms,
): Promise<readonly DownloadedFile[]> {
  for (const { name } of wanted) requirePlainName(name)
  await mkdir(folder, { recursive: true })
  const lock = { longestMs, patienceMs: 60_000, ...(terms.signal && { signal: terms.signal }) }
  return withExclusiveLock(join(folder, '.plumbline-download.lock'), lock, async () => {
    const here = await Promise.all(wanted.map((file) => alreadyHere(folder, file)))
    const missing = wanted.filter((_, index) => here[index] === undefined)
    const parts = await Promise.all(missing.map((file) => partBytes(partPath(folder, file))))
    const bytesHere = parts.reduce((sum, bytes) => sum + bytes, 0)
    const bytesInAll = missing.reduce((sum, { bytes }) => sum + bytes, 0)
    await requireRoom(folder, bytesInAll - bytesHere)

    const meter = meterOf(terms.progress, bytesInAll, bytesHere)
    const slots = pLimit(atOnce)
    const fetched = new Map<string, DownloadedFile>()
    const ended = await Promise.allSettled(
      missing.map((file) =>
        slots(async () => {
          fetched.set(file.name, await download(client, file, folder, { ...terms, meter }))
        }),
      ),
    )
    const failed = ended.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
    if (missing.length > 0) meter.finish(missing.length)
    return wanted.flatMap(({ name }, index) => here[index] ?? fetched.get(name) ?? [])
  })
}

interface Meter {
  came(name: string, bytes: number): void
  /** Bytes that must be read anew. */
  lost(bytes: number): void
  finish(files: number): void
}

function meterOf(progress: Progress, bytesInAll: number, bytesHere: number): Meter {
  const start = performance.now()
  let done = bytesHere
  let isStarted = false
  return {
    came(name, bytes) {
      if (!isStarted) progress.started('download')
      isStarted = true
      done += bytes
      progress.update('download', `${name}  ${formatBytes(done)} of ${formatBytes(bytesInAll)}`)
    },
    lost(bytes) {
      done -= bytes
    },
    finish(files) {
      const seconds = (performance.now() - start) / 1000
      const words = `${files} ${files === 1 ? 'file' : 'files'}, ${formatBytes(bytesInAll)}, digests verified`
      progress.finished('download', 'done', words, seconds)
    },
  }
}

async function download(
  client: GitHubClient,
  wanted: WantedFile,
  folder: string,
  terms: DownloadTerms & { readonly meter: Meter },
): Promise<DownloadedFile> {
  const { name, bytes, sha256, slices } = wanted
  const part = partPath(folder, wanted)
  const digests: string[] = []
  const file = await open(part, 'a+')
  try {
    let from = 0
    for (const slice of slices) {
      digests.push(await receiveSlice(client, { ...slice, file, part, from }, terms))
      from += slice.asset.bytes
    }
    await file.truncate(bytes)
  } finally {
    await file.close()
  }
  const digest = digests.length === 1 ? (digests[0] ?? '') : await sha256OfFile(part, terms.signal)
  if (sha256 !== null && digest !== sha256) {
    await rm(part, { force: true })
    throw otherBytes(name, digest, sha256)
  }
  const path = join(folder, name)
  await rename(part, path)
  const parts =
    digests.length === 1 ? [] : slices.map(({ asset }, index) => [asset.name, digests[index] ?? ''] as const)
  return { name, path, bytes, sha256: digest, wasHere: false, parts: Object.fromEntries(parts) }
}

interface ReceivedSlice extends WantedSlice {
  readonly file: FileHandle
  /** The path of `file`. */
  readonly part: string
  /** Place of the slice's first byte in it. */
  readonly from: number
}

/** Brings a slice into the file, with its digest or not at all; its digest. */
async function receiveSlice(
  client: GitHubClient,
  slice: ReceivedSlice,
  terms: DownloadTerms & { readonly meter: Meter },
): Promise<string> {
  const { asset, sha256, file, part, from } = slice
  let isFresh = (await partBytes(part)) <= from
  for (;;) {
    const digest = await receive(client, slice, terms)
    if (sha256 === null || digest === sha256) return digest
    terms.meter.lost(Math.max(0, (await partBytes(part)) - from))
    await file.truncate(from)
    // Of what an earlier call left, nobody knows what became of it since.
    if (isFresh) {
      if (from === 0) await rm(part, { force: true })
      throw otherBytes(asset.name, digest, sha256)
    }
    isFresh = true
  }
}

/** Brings the slice to the asset's length, over as many connections as it takes; its digest. */
async function receive(
  client: GitHubClient,
  { asset, file, part, from }: ReceivedSlice,
  { meter, signal }: DownloadTerms & { readonly meter: Meter },
): Promise<string> {
  const there = await partBytes(part)
  let bytes = Math.min(Math.max(0, there - from), asset.bytes)
  await using followed = followDigest(part, from)
  followed.came(bytes)
  const onComing = (length: number) => {
    signal?.throwIfAborted()
    if (bytes + length > asset.bytes) throw otherLength(asset)
  }
  const onWritten = (length: number) => {
    bytes += length
    followed.came(length)
    meter.came(asset.name, length)
  }
  for (let breaks = 0; bytes < asset.bytes; ) {
    const before = bytes
    try {
      const opened = await openAsset(client, asset, bytes, signal)
      if (opened.from === 0 && bytes > 0) {
        meter.lost(bytes)
        bytes = 0
        await followed.restart()
        await file.truncate(from)
      }
      await appendBytes(opened.body, file, { onComing, onWritten })
      if (bytes === before) breaks += 1
    } catch (error) {
      signal?.throwIfAborted()
      if (isOfDisk(error) || (error instanceof Fault && error.owner !== 'remote')) throw error
      breaks = bytes > before ? 0 : breaks + 1
      if (breaks >= mostBreaks) throw error instanceof Fault ? error : brokenOff(asset, bytes, error)
      await sleep(100 * 2 ** breaks, undefined, signal && { signal })
    }
    if (breaks >= mostBreaks) throw brokenOff(asset, bytes, undefined)
  }
  return await followed.digest(signal)
}

async function alreadyHere(folder: string, wanted: WantedFile): Promise<DownloadedFile | undefined> {
  const { name, bytes, sha256 } = wanted
  const path = join(folder, name)
  const found = await stat(path).catch(() => undefined)
  if (!found) return undefined
  const isSame = found.isFile() && found.size === bytes && (await sha256OfFile(path)) === sha256
  if (isSame && sha256 !== null) return { name, path, bytes, sha256, wasHere: true, parts: {} }
  throw new Fault(
    'registry/would-overwrite',
    `Cannot download "${name}" to "${folder}": a file of that name with other bytes is there; expected none, or the same`,
    { remedy: 'Move it away, or download to another folder: --into DIR', stays: 'nothing was changed' },
  )
}

/** Of these bytes and no others, so that a part is never gone on with by another release's asset. */
function partPath(folder: string, { name, sha256, slices }: WantedFile): string {
  return join(folder, `.${name}.${sha256?.slice(0, 16) ?? slices[0]?.asset.id}.part`)
}

async function partBytes(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0
}

async function requireRoom(folder: string, bytes: number): Promise<void> {
  const disk = await statfs(folder).catch(() => undefined)
  const free = disk === undefined ? Number.POSITIVE_INFINITY : disk.bavail * disk.bsize
  if (bytes <= free) return
  throw new Fault(
    'registry/no-room',
    `Cannot download to "${folder}": the disk has ${formatBytes(free)} left; expected ${formatBytes(bytes)}`,
    { remedy: 'Make room, or download to another disk: --into DIR', stays: 'nothing was downloaded' },
  )
}

function requirePlainName(name: string): void {
  if (/^[A-Za-z0-9_][A-Za-z0-9._@+-]*$/.test(name)) return
  throw new Fault(
    'registry/bad-asset',
    `Cannot download "${name}": it is no plain file name; expected letters, digits, dots and dashes`,
    { remedy: 'Plumbline names no asset so: somebody else added it. Name the assets that you want: --asset NAME' },
  )
}

function otherBytes(name: string, digest: string, sha256: string): Fault {
  return new Fault(
    'registry/bytes-differ',
    `Cannot trust "${name}": what came has other bytes (sha256 ${digest.slice(0, 8)}…); expected ${sha256.slice(0, 8)}…, as it was published`,
    { remedy: 'Run it again; if it stays so, somebody changed the release.', stays: 'no file was left' },
  )
}

function otherLength({ name, bytes }: Asset): Error {
  return new Error(`more than the ${bytes} bytes of ${name} came`)
}

function brokenOff({ name, bytes: inAll }: Asset, bytes: number, cause: unknown): Fault {
  return new Fault(
    'github/unreachable',
    `Cannot download "${name}": the connection broke off ${mostBreaks} times after ${formatBytes(bytes)} of ${formatBytes(inAll)}; expected the whole file`,
    { remedy: 'Run the same command again: it goes on where it stopped.', cause },
  )
}
