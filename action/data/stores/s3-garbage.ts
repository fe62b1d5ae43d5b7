import type { Collectable, StoredUnits } from '../garbage/collect-remote.ts'
import type { StoredUnit } from '../garbage/plan-collection.ts'
import { statusOf } from '../sources/s3-fault.ts'
import { type S3Bucket, s3Notes, wordedNotes } from './s3-notes.ts'

/** What S3 deletes in one request. */
const mostAtOnce = 1000

/** Objects that a store named by their digest. `wording` makes a fault of what S3 said no to. */
export function s3Garbage(place: S3Bucket, wording: (error: unknown) => unknown): Collectable {
  const { sdk, client, bucket, prefix } = place
  const digestOf = (key: string) => {
    const [, folder, digest] = /^([0-9a-f]{2})\/([0-9a-f]{64})$/.exec(key.slice(prefix.length)) ?? []
    return key.startsWith(prefix) && folder !== undefined && digest?.startsWith(folder) ? digest : undefined
  }
  const options = (signal?: AbortSignal) => signal && { abortSignal: signal }
  const worded = async <T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      signal?.throwIfAborted()
      throw wording(error)
    }
  }

  return {
    notes: wordedNotes(s3Notes(place), wording),
    atOnce: mostAtOnce,

    async units(signal): Promise<StoredUnits> {
      return await worded(async () => {
        const units: StoredUnit[] = []
        for await (const page of sdk.paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
          signal?.throwIfAborted()
          for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
            const name = digestOf(Key)
            // One without a time is as young as can be.
            const sinceMs = LastModified?.getTime() ?? Number.POSITIVE_INFINITY
            if (name !== undefined) units.push({ name, digests: [name], bytes: Size, sinceMs })
          }
        }
        return { units, unreadable: [] }
      }, signal)
    },

    async remove(units, signal) {
      if (units.length === 0) return
      const Objects = units.map(({ name }) => ({ Key: `${prefix}${name.slice(0, 2)}/${name}` }))
      const command = new sdk.DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } })
      await worded(async () => {
        const { Errors = [] } = await client.send(command, options(signal))
        const [refused] = Errors.filter(({ Code }) => Code !== 'NoSuchKey')
        if (refused)
          throw Object.assign(new Error('not deleted'), { name: refused.Code, $metadata: { httpStatusCode: 403 } })
      }, signal)
    },

    async removeLeftovers(beforeMs, isDryRun, signal) {
      return await worded(async () => {
        let count = 0
        for (const { Key, UploadId } of await leftUploads(place, digestOf, beforeMs)) {
          if (!isDryRun)
            await client.send(new sdk.AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }), options(signal))
          count += 1
        }
        return count
      }, signal)
    },
  }
}

interface LeftUpload {
  readonly Key: string
  readonly UploadId: string
}

/** Some kinds of S3 do not tell which uploads were begun. */
async function leftUploads(
  { sdk, client, bucket, prefix }: S3Bucket,
  digestOf: (key: string) => string | undefined,
  beforeMs: number,
): Promise<readonly LeftUpload[]> {
  const left: LeftUpload[] = []
  const list = async (markers: UploadMarkers) =>
    await client.send(new sdk.ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...markers }))
  for (let markers: UploadMarkers = {}; ; ) {
    const page = await list(markers).catch(async (error: unknown) => {
      if (statusOf(error) === 501) return undefined
      // Versity's gateway refuses the upload's own mark; by its key, at most others of the same key are left for the next time.
      if (statusOf(error) === 400 && markers.KeyMarker !== undefined)
        return await list({ KeyMarker: markers.KeyMarker })
      throw error
    })
    for (const { Key = '', UploadId = '', Initiated } of page?.Uploads ?? []) {
      const isOld = Initiated !== undefined && Initiated.getTime() < beforeMs
      if (isOld && digestOf(Key) !== undefined) left.push({ Key, UploadId })
    }
    if (!page?.IsTruncated || page.NextKeyMarker === undefined) return left
    markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
  }
}

interface UploadMarkers {
  readonly KeyMarker?: string
  readonly UploadIdMarker?: string | undefined
}
