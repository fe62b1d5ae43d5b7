import { readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'

import { Fault } from '../../base/fault.ts'
import { followDigest } from '../../base/follow-digest.ts'
import type { LockEntry } from '../../project/data-lock.ts'
import type { Collectable } from '../garbage/collect-remote.ts'
import { mapInParallel } from '../map-in-parallel.ts'
import { type Ask, download, type RemoteAnswer } from '../sources/download.ts'
import { openMeter } from '../sources/meter.ts'
import { partPath, placeId } from '../sources/part-file.ts'
import { patient } from '../sources/retry-delay.ts'
import { openS3 } from '../sources/s3-client.ts'
import { type S3Use, s3Fault, statusOf } from '../sources/s3-fault.ts'
import { readS3Settings } from '../sources/s3-settings.ts'
import type { Remote, Standing } from './remote-store.ts'
import { s3Garbage } from './s3-garbage.ts'
import { s3Notes, wordedNotes } from './s3-notes.ts'
import { uploadInParts } from './s3-parts.ts'
import type { StoredFile, Told } from './store.ts'

export interface S3StorePlace {
  readonly bucket: string
  /** Empty, or ends in `/`. */
  readonly prefix: string
}

/** So many are asked after one by one; of more, all that is there is listed. */
const askedOneByOne = 64
const objectsAtOnce = 16
const uploadsAtOnce = 4
/** Up to here a file is one request. */
export const oneRequestBytes = 16 << 20

const fetching: S3Use = { action: 'fetch', kind: 'store', setting: 'data.store', stays: 'what is here stays as it is' }
const clearing: S3Use = {
  action: 'clear',
  kind: 'store',
  setting: 'data.store',
  stays: 'what no lock needs may be there',
}
const storing: S3Use = { action: 'store', kind: 'store', setting: 'data.store', stays: 'nothing was pinned' }

/** Objects named by their digest in any S3: the same bytes have one name, so that nothing is ever overwritten. */
export async function openS3Store(
  { bucket, prefix }: S3StorePlace,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Remote & { readonly garbage: Collectable }> {
  const settings = readS3Settings(environment)
  const client = await openS3(settings, environment, patient.idleMs)
  const sdk = await import('@aws-sdk/client-s3')
  const keyOf = ({ sha256 }: Pick<LockEntry, 'sha256'>) => `${prefix}${sha256.slice(0, 2)}/${sha256}`
  const shownOf = (entry: LockEntry) => `s3://${bucket}/${keyOf(entry)}`

  const place = { sdk, client, bucket, prefix }
  const notes = wordedNotes(s3Notes(place), (error) => s3Fault(error, `s3://${bucket}/${prefix}`, settings, storing))
  const garbage = s3Garbage(place, (error) => s3Fault(error, `s3://${bucket}/${prefix}`, settings, clearing))
  return { standing, notes, garbage, fetch, push, close: async () => client.destroy() }

  async function standing(entries: readonly LockEntry[], signal?: AbortSignal): Promise<ReadonlyMap<string, Standing>> {
    try {
      if (entries.length > askedOneByOne) return await standingByListing(entries, signal)
      const found = await mapInParallel(entries, objectsAtOnce, async (entry) => await headOf(entry, signal))
      return new Map(
        entries.flatMap((entry, at) => {
          const head = found[at]
          return head?.bytes === entry.bytes ? [[entry.sha256, head] as const] : []
        }),
      )
    } catch (error) {
      signal?.throwIfAborted()
      throw s3Fault(error, `s3://${bucket}/${prefix}`, settings, fetching)
    }
  }

  async function headOf(entry: LockEntry, signal?: AbortSignal): Promise<Head | undefined> {
    try {
      const command = new sdk.HeadObjectCommand({ Bucket: bucket, Key: keyOf(entry) })
      const { ContentLength = 0, LastModified } = await client.send(command, signal && { abortSignal: signal })
      return { unit: entry.sha256, bytes: ContentLength, sinceMs: LastModified?.getTime() ?? 0 }
    } catch (error) {
      // Who may not list is told 403 of what is not there; reading it will tell.
      if (statusOf(error) === 404) return undefined
      throw error
    }
  }

  async function standingByListing(entries: readonly LockEntry[], signal?: AbortSignal) {
    const wanted = new Map(entries.map((entry) => [keyOf(entry), entry]))
    const found = new Map<string, Standing>()
    for await (const { Contents = [] } of sdk.paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
      signal?.throwIfAborted()
      for (const { Key = '', Size, LastModified } of Contents) {
        const entry = wanted.get(Key)
        if (entry?.bytes !== Size || !entry) continue
        found.set(entry.sha256, { unit: entry.sha256, sinceMs: LastModified?.getTime() ?? 0 })
      }
    }
    return found
  }

  async function fetch(entry: LockEntry, path: string, signal?: AbortSignal): Promise<void> {
    const shown = shownOf(entry)
    const [id, partsFolder] = [placeId(shown), join(dirname(path), '../parts')]
    await using followed = followDigest(partPath(partsFolder, id))
    const part = await download({
      shown,
      id,
      partsFolder,
      followed,
      patience: patient,
      signal: signal ?? new AbortController().signal,
      meter: openMeter(() => {}),
      open: async (ask) => await getObject(entry, ask, signal),
    })
    if (!part) throw new Error(`Cannot fetch "${shown}": it was said to be unchanged, and is not here`)
    if ((await followed.digest(signal)) !== entry.sha256) {
      await rm(part.path, { force: true })
      throw new Fault('store/damaged', `Cannot fetch "${entry.path}": ${shown} holds other bytes than its name says`, {
        remedy: 'Remove that object, then run plumbline snapshot --push where the file is whole.',
      })
    }
    await rename(part.path, path)
    await rm(`${part.path}.json`, { force: true })
  }

  async function getObject(entry: LockEntry, { from, same }: Ask, signal?: AbortSignal): Promise<RemoteAnswer> {
    const range = from > 0 && { Range: `bytes=${from}-`, IfMatch: same?.etag }
    try {
      const command = new sdk.GetObjectCommand({ Bucket: bucket, Key: keyOf(entry), ...range })
      const answer = await client.send(command, signal && { abortSignal: signal })
      const { Body: body, ContentLength: length, ContentRange, ETag: etag } = answer
      const start = Number(/^bytes (\d+)-/.exec(ContentRange ?? '')?.[1] ?? 0)
      return {
        kind: 'bytes',
        from: start,
        name: entry.sha256,
        body: body as Readable,
        validators: etag === undefined ? {} : { etag },
        ...(length !== undefined && { total: start + length }),
      }
    } catch (error) {
      signal?.throwIfAborted()
      if (statusOf(error) === 404) throw missing(entry, shownOf(entry))
      throw s3Fault(error, shownOf(entry), settings, fetching)
    }
  }

  async function push(files: readonly StoredFile[], told: Told): Promise<void> {
    await mapInParallel(files, uploadsAtOnce, async (file) => {
      told.signal?.throwIfAborted()
      try {
        if (file.bytes <= oneRequestBytes) await putObject(file, told)
        else await uploadInParts({ sdk, client, bucket, key: keyOf(file) }, file, told)
      } catch (error) {
        told.signal?.throwIfAborted()
        // Another brought the same bytes there meanwhile.
        if (statusOf(error) === 412 || (await isThere(file, told.signal))) return
        throw error instanceof Fault ? error : s3Fault(error, shownOf(file), settings, storing)
      }
    })
  }

  async function putObject(file: StoredFile, { signal, onBytes }: Told): Promise<void> {
    const command = new sdk.PutObjectCommand({
      Bucket: bucket,
      Key: keyOf(file),
      Body: await readFile(file.absolutePath),
      ChecksumSHA256: Buffer.from(file.sha256, 'hex').toString('base64'),
      IfNoneMatch: '*',
    })
    await client.send(command, signal && { abortSignal: signal })
    onBytes?.(file.bytes)
  }

  async function isThere(file: StoredFile, signal?: AbortSignal): Promise<boolean> {
    return (await headOf(file, signal).catch(() => undefined))?.bytes === file.bytes
  }
}

interface Head extends Standing {
  readonly bytes: number
}

function missing({ path, sha256 }: LockEntry, shown: string): Fault {
  return new Fault(
    'store/missing',
    `Cannot fetch "${path}": the store has no ${shown.slice(0, -sha256.length)}${sha256.slice(0, 12)}…`,
    { remedy: 'Run plumbline snapshot --push where the file is, with the same store.' },
  )
}
