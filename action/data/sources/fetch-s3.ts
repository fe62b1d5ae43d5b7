import type { Readable } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import picomatch from 'picomatch'

import { Fault } from '../../base/fault.ts'
import type { SourcePlace } from '../../project/source-place.ts'
import { mapInParallel } from '../map-in-parallel.ts'
import { arrive } from './arrive.ts'
import { type Ask, download, type RemoteAnswer } from './download.ts'
import { safeName } from './landed-name.ts'
import type { Arrival, Landing } from './landing.ts'
import { placeId } from './part-file.ts'
import { openS3 } from './s3-client.ts'
import { s3Fault, statusOf } from './s3-fault.ts'
import { readS3Settings, type S3Settings } from './s3-settings.ts'

export type S3Place = Extract<SourcePlace, { readonly kind: 's3' }>

/** An object as a listing tells of it, or only its key where one is named. */
interface RemoteObject {
  readonly key: string
  /** Below the source's folder. */
  readonly name: string
  readonly bytes?: number
  readonly etag?: string
}

/** Once a landing: each import of a bundled package copies its thousand names. */
const loadSdk = async () => await import('@aws-sdk/client-s3')

interface Bucket {
  readonly landing: Landing
  readonly sdk: Awaited<ReturnType<typeof loadSdk>>
  readonly client: S3Client
  readonly settings: S3Settings
  readonly bucket: string
}

const objectsAtOnce = 16

/** Brings the object of a key, or all whose keys fit a glob. Throws faults `source/…`. */
export async function fetchS3(landing: Landing, { bucket: name, key }: S3Place): Promise<readonly Arrival[]> {
  const settings = readS3Settings(landing.environment)
  const client = await openS3(settings, landing.environment, landing.patience.idleMs)
  const bucket: Bucket = { landing, sdk: await loadSdk(), client, settings, bucket: name }
  try {
    const objects = isGlob(key)
      ? await listObjects(bucket, key)
      : [{ key, name: safeName(key.split('/').at(-1) ?? '') }]
    return await mapInParallel(objects, objectsAtOnce, async (object) => await fetchObject(bucket, object))
  } finally {
    client.destroy()
  }
}

function isGlob(key: string): boolean {
  return /[*?[{]/.test(key)
}

/** The keys that fit, asked for by what all of them begin with; named by what follows the last folder before the glob. */
async function listObjects(
  { sdk, client, bucket, settings, landing }: Bucket,
  pattern: string,
): Promise<RemoteObject[]> {
  const prefix = pattern.slice(0, pattern.search(/[*?[{]/))
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
  const fits = picomatch(pattern)
  const objects: RemoteObject[] = []
  try {
    const pages = sdk.paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })
    for await (const { Contents = [] } of pages) {
      landing.signal.throwIfAborted()
      for (const { Key: key, Size: bytes, ETag: etag } of Contents) {
        // A key that ends so stands for a folder.
        if (key === undefined || key.endsWith('/') || !fits(key)) continue
        const name = nameBelow(folder, key)
        objects.push({ key, name, ...(bytes !== undefined && { bytes }), ...(etag !== undefined && { etag }) })
      }
    }
  } catch (error) {
    landing.signal.throwIfAborted()
    throw s3Fault(error, `s3://${bucket}/${pattern}`, settings)
  }
  if (objects.length > 0) return objects
  throw new Fault('source/not-found', `Cannot fetch "s3://${bucket}/${pattern}": no key fits; expected at least one`, {
    remedy: `Mend the glob in data.source; all below begin with "${prefix}".`,
    stays: 'what was landed before stays as it is',
  })
}

function nameBelow(folder: string, key: string): string {
  const parts = key.slice(folder.length).split('/')
  return parts.map(safeName).filter(Boolean).join('/')
}

async function fetchObject(bucket: Bucket, object: RemoteObject): Promise<Arrival> {
  const { landing, settings } = bucket
  const shown = `s3://${bucket.bucket}/${object.key}`
  const id = placeId(`${settings.endpoint ?? ''} ${shown}`)
  const landed = landing.landedFrom(id)
  if (landed && isSame(landed, object, landing.source.sha256)) return { kind: 'kept', name: landed.name, shown }
  const part = await download({
    shown,
    id,
    partsFolder: landing.partsFolder,
    patience: landing.patience,
    signal: landing.signal,
    meter: landing.meter,
    ...(landed && { landed: landed.validators }),
    open: async (ask) => await getObject(bucket, object, ask, { shown, id }),
  })
  if (part) return await arrive(landing, part, shown, id)
  if (landed) return { kind: 'kept', name: landed.name, shown }
  throw new Error(`Cannot fetch "${shown}": it is unchanged, and was never landed`)
}

/** An ETag tells of other bytes; where a digest is pinned, the file that has it is the right one. */
function isSame(
  landed: { readonly sha256: string; readonly bytes: number; readonly validators: { readonly etag?: string } },
  { etag, bytes }: RemoteObject,
  pinned: string | undefined,
): boolean {
  if (pinned !== undefined) return landed.sha256 === pinned
  return etag !== undefined && landed.validators.etag === etag && landed.bytes === bytes
}

async function getObject(
  { sdk, landing, client, bucket, settings }: Bucket,
  { key, name }: RemoteObject,
  { from, same, unless }: Ask,
  { shown, id }: { readonly shown: string; readonly id: string },
): Promise<RemoteAnswer> {
  const command = new sdk.GetObjectCommand({
    Bucket: bucket,
    Key: key,
    ...(from > 0 && { Range: `bytes=${from}-`, IfMatch: same?.etag }),
    ...(unless?.etag !== undefined && { IfNoneMatch: unless.etag }),
  })
  try {
    const answer = await client.send(command, { abortSignal: landing.signal })
    const { Body: body, ContentLength: length, ContentRange: range, ContentEncoding: encoding, ETag: etag } = answer
    const start = Number(/^bytes (\d+)-/.exec(range ?? '')?.[1] ?? 0)
    return {
      kind: 'bytes',
      from: start,
      name,
      body: body as Readable,
      validators: etag === undefined ? {} : { etag },
      ...(length !== undefined && { total: start + length }),
      ...(/^(x-)?gzip$/i.test(encoding ?? '') && !/\.gz$/i.test(name) && { wrapped: 'gzip' }),
    }
  } catch (error) {
    landing.signal.throwIfAborted()
    const status = statusOf(error)
    if (status === 304 && unless) return { kind: 'unchanged' }
    if (status === 412 || status === 416) {
      // It was replaced meanwhile: what was fetched of it is of no use.
      await landing.forgetPart(id)
      return { kind: 'busy', state: 'it changes while it is fetched', askedMs: 0 }
    }
    throw s3Fault(error, shown, settings)
  }
}
