import type * as S3Sdk from '@aws-sdk/client-s3'
import type { S3Client } from '@aws-sdk/client-s3'

import type { NoteKind, StoreNotes } from '../garbage/store-notes.ts'
import { mapInParallel } from '../map-in-parallel.ts'
import { statusOf } from '../sources/s3-fault.ts'

export interface S3Bucket {
  readonly sdk: typeof S3Sdk
  readonly client: S3Client
  readonly bucket: string
  /** Empty, or ends in `/`. */
  readonly prefix: string
}

/** Below it lies what is no data. */
export const notesFolder = 'notes/'

/** Notes as objects `notes/<kind>/<id>.json`: S3 shows what was written from then on, in lists, too. */
export function s3Notes({ sdk, client, bucket, prefix }: S3Bucket): StoreNotes {
  const folderOf = (kind: NoteKind) => `${prefix}${notesFolder}${kind}/`
  const place = (kind: NoteKind, id: string) => ({ Bucket: bucket, Key: `${folderOf(kind)}${id}.json` })
  const options = (signal?: AbortSignal) => signal && { abortSignal: signal }

  const read: StoreNotes['read'] = async (kind, id, signal) => {
    try {
      const { Body } = await client.send(new sdk.GetObjectCommand(place(kind, id)), options(signal))
      return await Body?.transformToString()
    } catch (error) {
      if (statusOf(error) === 404) return undefined
      throw error
    }
  }

  return {
    read,

    async list(kind, signal) {
      const ids: string[] = []
      for await (const page of sdk.paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: folderOf(kind) })) {
        for (const { Key = '' } of page.Contents ?? []) {
          const [, id] = /([0-9a-f]+)\.json$/.exec(Key) ?? []
          if (id !== undefined) ids.push(id)
        }
      }
      const texts = await mapInParallel(ids, 8, async (id) => await read(kind, id, signal))
      return new Map(ids.flatMap((id, at) => (texts[at] === undefined ? [] : [[id, texts[at]] as const])))
    },

    async write(kind, id, text, signal) {
      const command = new sdk.PutObjectCommand({ ...place(kind, id), Body: text, ContentType: 'application/json' })
      await client.send(command, options(signal))
    },

    async remove(kind, ids, signal) {
      for (const id of ids) await client.send(new sdk.DeleteObjectCommand(place(kind, id)), options(signal))
    },
  }
}

/** Notes whose refusals are faults. */
export function wordedNotes(notes: StoreNotes, wording: (error: unknown) => unknown): StoreNotes {
  const worded = async <T>(work: Promise<T>, signal?: AbortSignal): Promise<T> => {
    try {
      return await work
    } catch (error) {
      signal?.throwIfAborted()
      throw wording(error)
    }
  }
  return {
    list: (kind, signal) => worded(notes.list(kind, signal), signal),
    read: (kind, id, signal) => worded(notes.read(kind, id, signal), signal),
    write: (kind, id, text, signal) => worded(notes.write(kind, id, text, signal), signal),
    remove: (kind, ids, signal) => worded(notes.remove(kind, ids, signal), signal),
  }
}
