import { mkdir, open, rm, stat, statfs } from 'node:fs/promises'
import { addAbortSignal, type Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'

import { appendBytes } from '../../base/append-bytes.ts'
import { Fault } from '../../base/fault.ts'
import type { FollowedDigest } from '../../base/follow-digest.ts'
import { isOfDisk } from '../../base/is-of-disk.ts'
import type { Meter } from './meter.ts'
import { type Part, partPath, readPart, startPart, type Validators } from './part-file.ts'
import { type Patience, retryDelayMs } from './retry-delay.ts'

/** What one try asks for. */
export interface Ask {
  /** 0-based byte from which on bytes are wanted, as long as the remote file is the one of `same`. */
  readonly from: number
  readonly same?: Validators
  /** Nothing is wanted where the remote file is still this one. */
  readonly unless?: Validators
}

export type RemoteAnswer =
  | { readonly kind: 'unchanged' }
  /** The remote side cannot answer now. */
  | { readonly kind: 'busy'; readonly state: string; readonly askedMs: number }
  | RemoteBytes

export interface RemoteBytes {
  readonly kind: 'bytes'
  /** The 0-based place of the first byte of `body`. */
  readonly from: number
  /** How long the whole file is, where that is said. */
  readonly total?: number
  readonly validators: Validators
  /** What the file will be called. */
  readonly name: string
  /** In what the bytes are wrapped on the way, and must be unwrapped from. */
  readonly wrapped?: 'gzip' | 'deflate' | 'br'
  readonly body: Readable
}

export interface Download {
  /** As messages show where it comes from. */
  readonly shown: string
  readonly partsFolder: string
  /** Names the part. */
  readonly id: string
  /** Of the file that was landed before and is whole. */
  readonly landed?: Validators
  /** One try. What it throws is a broken connection, unless it is a Fault. */
  readonly open: (ask: Ask) => Promise<RemoteAnswer>
  readonly patience: Patience
  readonly signal: AbortSignal
  readonly meter: Meter
  /** Of the part, from its first byte on; hears of all that is in it. */
  readonly followed?: FollowedDigest
}

/** Progress of fewer bytes does not count: a server that gives a byte a minute would never end. */
const progressBytes = 65_536
/** Bytes between two looks at the disk. */
const diskStepBytes = 16 * 2 ** 20

/**
 * Downloads into a part, going on where an earlier try or an earlier process stopped; undefined where the landed file is
 * still the remote one. Throws `source/unreachable`, `source/no-room` and what `open` throws.
 */
export async function download(job: Download): Promise<Part | undefined> {
  const { patience, signal } = job
  let furthest = 0
  let isExpected = false
  const reach = followedUpTo(job.followed)
  const expect = (bytes: number | undefined) => {
    if (!isExpected) job.meter.expect(bytes)
    isExpected = true
  }
  await mkdir(job.partsFolder, { recursive: true })
  for (let failures = 1; ; failures += 1) {
    const part = await readPart(job.partsFolder, job.id)
    let askedMs = 0
    let state = ''
    try {
      const answer = await job.open(askFor(part, job.landed))
      if (answer.kind === 'unchanged') {
        if (!part || !isWhole(part)) return undefined
        await reach(part.bytes)
        return part
      }
      if (answer.kind === 'bytes') return await receive({ ...job, expect, reach }, answer, part)
      ;({ askedMs, state } = answer)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof Fault || isOfDisk(error)) throw error
      state = wordBreak(error)
      // Another try meets the same certificate.
      if (state.includes('certificate')) throw unreachable(job, state, failures)
      const got = (await readPart(job.partsFolder, job.id))?.bytes ?? 0
      if (got >= furthest + progressBytes) failures = 0
      furthest = Math.max(furthest, got)
    }
    if (failures >= patience.tries || askedMs > patience.longestAskedMs) throw unreachable(job, state, failures)
    await sleep(retryDelayMs(Math.max(1, failures), askedMs, Math.random(), patience), undefined, { signal })
  }
}

function askFor(part: Part | undefined, landed: Validators | undefined): Ask {
  if (part && isWhole(part)) return { from: 0, unless: part.validators }
  if (part && part.bytes > 0) return { from: part.bytes, same: part.validators }
  return { from: 0, ...(landed && { unless: landed }) }
}

function isWhole({ bytes, total }: Part): boolean {
  return bytes === total
}

interface Receiving extends Download {
  readonly expect: (bytes: number | undefined) => void
  readonly reach: (bytes: number) => Promise<void>
}

/** Hears how many bytes are in the part: fewer than before where a try begins anew. */
function followedUpTo(followed: FollowedDigest | undefined): (bytes: number) => Promise<void> {
  let place = 0
  return async (bytes) => {
    const isAnew = bytes < place
    if (isAnew) await followed?.restart()
    followed?.came(isAnew ? bytes : bytes - place)
    place = bytes
  }
}

async function receive(job: Receiving, answer: RemoteBytes, part: Part | undefined): Promise<Part> {
  const { body, name, validators, wrapped } = answer
  const total = wrapped ? undefined : answer.total
  const path = partPath(job.partsFolder, job.id)
  const isOther = part?.validators.etag !== undefined && part.validators.etag !== validators.etag
  const goesOn = part !== undefined && answer.from > 0 && answer.from === part.bytes && !isOther
  // What it throws while it is thrown away is of no interest.
  body.on('error', () => undefined)
  if (answer.from > 0 && !goesOn) {
    body.destroy()
    await rm(`${path}.json`, { force: true })
    throw new Error('it gave other bytes than those asked for')
  }
  try {
    await refuseFullDisk(job, total === undefined ? 0 : total - answer.from)
    if (!goesOn) {
      await startPart(path, { name, validators: wrapped ? {} : validators, ...(total !== undefined && { total }) })
    }
    job.expect(total === undefined ? undefined : total - answer.from)
    let bytes = goesOn ? part.bytes : 0
    await job.reach(bytes)
    const plain = wrapped === undefined ? body : body.pipe(unwrapping[wrapped]())
    body.on('error', (error) => plain.destroy(error))
    const file = await open(path, goesOn ? 'a' : 'w')
    try {
      const onWritten = (length: number) => void job.reach((bytes += length))
      // No pipeline, which would not wait until all is written that came before a break.
      await appendBytes(watch(job)(addAbortSignal(job.signal, plain)), file, { onWritten })
      await file.sync()
    } finally {
      await file.close()
    }
  } finally {
    body.destroy()
  }
  const { size } = await stat(path)
  if (total !== undefined && size !== total) throw new Error(`it gave ${size} bytes of ${total}`)
  job.meter.whole()
  return { path, bytes: size, name, validators, ...(total !== undefined && { total }) }
}

const unwrapping = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress } as const

/** Passes bytes on, tells of them, and ends a try that brings too few. */
function watch(job: Download) {
  const { idleMs, slowestBytesPerSecond } = job.patience
  return async function* (bytes: AsyncIterable<Buffer>) {
    let sinceLook = 0
    let windowStart = performance.now()
    let inWindow = 0
    for await (const chunk of bytes) {
      job.meter.came(chunk.length)
      sinceLook += chunk.length
      inWindow += chunk.length
      const windowMs = performance.now() - windowStart
      if (windowMs > idleMs) {
        if (inWindow < (slowestBytesPerSecond * windowMs) / 1000) throw new Error('it is too slow')
        windowStart = performance.now()
        inWindow = 0
      }
      if (sinceLook > diskStepBytes) {
        await refuseFullDisk(job, diskStepBytes)
        sinceLook = 0
      }
      yield chunk
    }
  }
}

async function refuseFullDisk({ partsFolder, shown }: Download, bytes: number): Promise<void> {
  const disk = await statfs(partsFolder).catch(() => undefined)
  const free = disk === undefined ? Number.POSITIVE_INFINITY : disk.bavail * disk.bsize
  if (bytes <= free) return
  throw new Fault(
    'source/no-room',
    `Cannot fetch "${shown}": the disk has ${Math.floor(free / 1e6)} MB left; expected ${Math.ceil(bytes / 1e6)} MB more`,
    { remedy: 'Make room, then run the same command again: it goes on where it stopped.' },
  )
}

const breaks: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no server has this name',
  EAI_AGAIN: 'its name cannot be looked up',
  ECONNREFUSED: 'the server accepts no connection',
  ECONNRESET: 'the connection breaks off',
  EPIPE: 'the connection breaks off',
  ETIMEDOUT: 'the server does not answer',
  EHOSTUNREACH: 'no way leads to the server',
  ENETUNREACH: 'no way leads to the server',
  ERR_STREAM_PREMATURE_CLOSE: 'the connection breaks off',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'nobody vouches for its certificate; NODE_EXTRA_CA_CERTS may name who does',
  SELF_SIGNED_CERT_IN_CHAIN: 'nobody vouches for its certificate; NODE_EXTRA_CA_CERTS may name who does',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'nobody vouches for its certificate; NODE_EXTRA_CA_CERTS may name who does',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'nobody vouches for its certificate; NODE_EXTRA_CA_CERTS may name who does',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is of another server',
}

/** Why a try failed, in words that hold no address: libraries put whole ones, with their signatures, into theirs. */
function wordBreak(error: unknown): string {
  const chain = [error, error instanceof Error ? error.cause : undefined]
  for (const link of chain) {
    const code = link instanceof Error && 'code' in link ? String(link.code) : ''
    const known = breaks[code]
    if (known !== undefined) return known
  }
  const message = error instanceof Error ? error.message : String(error)
  return message.startsWith('it ') ? message : 'the connection breaks off'
}

function unreachable({ shown }: Download, state: string, tries: number): Fault {
  return new Fault(
    'source/unreachable',
    `Cannot fetch "${shown}": ${state} (${tries} ${tries === 1 ? 'try' : 'tries'}); expected the whole file`,
    {
      remedy: 'Run the same command again later: it goes on where it stopped.',
      stays: 'what was landed before stays as it is',
    },
  )
}
