import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'

import type * as S3Sdk from '@aws-sdk/client-s3'
import type { CompletedPart, Part, S3Client } from '@aws-sdk/client-s3'

import { Fault } from '../../base/fault.ts'
import type { LockEntry } from '../../project/data-lock.ts'
import { mapInParallel } from '../map-in-parallel.ts'
import type { StoredFile, Told } from './store.ts'

interface S3Object {
  readonly sdk: typeof S3Sdk
  readonly client: S3Client
  readonly bucket: string
  readonly key: string
}

const leastPartBytes = 16 << 20
/** S3 takes 10,000; some room for others' limits. */
const mostParts = 9000
const partsAtOnce = 3

/**
 * Uploads a large file in parts, each with its digest, and goes on with an upload of the same object that was left: parts
 * that are there with our bytes are not sent again. The object appears when all are there.
 */
export async function uploadInParts(object: S3Object, file: StoredFile, told: Told): Promise<void> {
  const { sdk, client, bucket, key } = object
  const target = { Bucket: bucket, Key: key }
  const aborted = told.signal && { abortSignal: told.signal }
  const partBytes = Math.max(leastPartBytes, Math.ceil(file.bytes / mostParts))
  const left = await findLeft(object)
  const UploadId =
    left ??
    (await client.send(new sdk.CreateMultipartUploadCommand({ ...target, ChecksumAlgorithm: 'SHA256' }), aborted))
      .UploadId
  const there = left === undefined ? new Map<number, Part>() : await partsOf(object, left)
  const handle = await open(file.absolutePath, 'r')
  try {
    const numbers = Array.from({ length: Math.ceil(file.bytes / partBytes) }, (_, index) => index + 1)
    const parts = await mapInParallel(numbers, partsAtOnce, async (PartNumber): Promise<CompletedPart> => {
      told.signal?.throwIfAborted()
      const body = await readPart(handle, file, (PartNumber - 1) * partBytes, partBytes)
      const ChecksumSHA256 = createHash('sha256').update(body).digest('base64')
      const known = there.get(PartNumber)
      let ETag = known && isSame(known, body, ChecksumSHA256) ? known.ETag : undefined
      if (ETag === undefined) {
        const command = new sdk.UploadPartCommand({ ...target, UploadId, PartNumber, Body: body, ChecksumSHA256 })
        ETag = (await client.send(command, aborted)).ETag
      }
      told.onBytes?.(body.length)
      return { PartNumber, ETag, ChecksumSHA256 }
    })
    await client.send(
      new sdk.CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts: parts } }),
      aborted,
    )
  } finally {
    await handle.close()
  }
}

/** The newest upload of this object that was begun and not ended. */
async function findLeft({ sdk, client, bucket, key }: S3Object): Promise<string | undefined> {
  const { Uploads = [] } = await client.send(new sdk.ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key }))
  const own = Uploads.filter(({ Key }) => Key === key)
  const newest = own.sort((one, other) => (one.Initiated?.getTime() ?? 0) - (other.Initiated?.getTime() ?? 0)).at(-1)
  return newest?.UploadId
}

async function partsOf({ sdk, client, bucket, key }: S3Object, UploadId: string): Promise<Map<number, Part>> {
  const parts = new Map<number, Part>()
  for await (const { Parts = [] } of sdk.paginateListParts({ client }, { Bucket: bucket, Key: key, UploadId })) {
    for (const part of Parts) if (part.PartNumber !== undefined) parts.set(part.PartNumber, part)
  }
  return parts
}

/** By the digest, or where the server keeps none, by the ETag that most give: MD5. */
function isSame(part: Part, body: Buffer, sha256: string): boolean {
  if (part.Size !== body.length) return false
  if (part.ChecksumSHA256 !== undefined) return part.ChecksumSHA256 === sha256
  return part.ETag?.replaceAll('"', '') === createHash('md5').update(body).digest('hex')
}

async function readPart(handle: FileHandle, file: LockEntry, from: number, bytes: number): Promise<Buffer> {
  const body = Buffer.allocUnsafe(Math.min(bytes, file.bytes - from))
  let length = 0
  while (length < body.length) {
    const { bytesRead } = await handle.read(body, length, body.length - length, from + length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  if (length === body.length) return body
  throw new Fault(
    'store/changed',
    `Cannot store "${file.path}": it became shorter meanwhile; expected the pinned bytes`,
    {
      remedy: 'Wait until the file is written, then run plumbline snapshot again.',
    },
  )
}
