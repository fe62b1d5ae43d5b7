import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { silent } from '../../action/base/progress.ts'
import { sha256 } from '../../action/base/sha256.ts'
import { collectRemote } from '../../action/data/garbage/collect-remote.ts'
import { claimUnits, formatNote, graceMs } from '../../action/data/garbage/store-notes.ts'
import { mapInParallel } from '../../action/data/map-in-parallel.ts'
import { openS3Store } from '../../action/data/stores/s3-store.ts'
import { type S3Server, s3Server } from '../support/s3-server.ts'

const day = 86_400_000
/** What is put there now is old by then. */
const later = Date.now() + graceMs + day
const bucket = 'lake'
let server: S3Server

beforeAll(async () => {
  server = await s3Server()
  await server.client.send(new CreateBucketCommand({ Bucket: bucket }))
})

afterAll(() => server[Symbol.dispose]())

/** A store below a prefix of its own, with so many objects of a few bytes. */
async function filled(prefix: string, many: number) {
  const digests = Array.from({ length: many }, (_, index) => sha256(`${prefix} ${index}`))
  await mapInParallel(digests, 16, (digest) => put(keyIn(prefix, digest)))
  const store = await openS3Store({ bucket, prefix }, server.environment)
  const gc = async (needed: readonly string[], wishes: { isDryRun?: boolean; nowMs?: number } = {}) => {
    const { isDryRun = false, nowMs = later } = wishes
    const askNeeded = async () => ({ digests: new Set(needed), locks: 1 })
    return await collectRemote(store.garbage, askNeeded, { isDryRun, nowMs: () => nowMs, progress: silent })
  }
  return { store, digests, gc }
}

const keyIn = (prefix: string, digest: string) => `${prefix}${digest.slice(0, 2)}/${digest}`

async function put(key: string): Promise<void> {
  await server.client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'bytes' }))
}

async function keysBelow(prefix: string): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const page of paginateListObjectsV2({ client: server.client }, { Bucket: bucket, Prefix: prefix })) {
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key)
  }
  return keys
}

async function uploadsBelow(prefix: string): Promise<readonly string[]> {
  const { Uploads = [] } = await server.client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix }))
  return Uploads.flatMap(({ Key }) => Key ?? []).toSorted()
}

describe('data gc of s3, on a real server', () => {
  test('removes of 2,300 objects, over pages and requests of 1,000, all but what is needed and what is not ours', async () => {
    const { gc, digests } = await filled('paged/', 2300)
    const foreign = ['paged/readme.txt', `paged/zz/${digests[0]}`, `paged/${digests[0]}`]
    for (const key of foreign) await put(key)
    const needed = digests.slice(1190, 1210)
    const planned = await gc(needed, { isDryRun: true })
    expect([planned.remove.length, planned.kept.needed.files]).toEqual([2280, 20])
    expect(await keysBelow('paged/')).toHaveLength(2303)
    const { remove, kept } = await gc(needed)
    expect([remove.length, kept.needed.files]).toEqual([2280, 20])
    const left = [...foreign, ...needed.map((digest) => keyIn('paged/', digest))]
    expect((await keysBelow('paged/')).toSorted()).toEqual(left.toSorted())
    expect((await gc(needed)).remove).toEqual([])
  })

  test('leaves what is young, and what a push has claimed', async () => {
    const { gc, store, digests } = await filled('claimed/', 5)
    expect((await gc([], { nowMs: Date.now() })).kept.young.files).toBe(5)
    const [first = '', second = ''] = digests
    await claimUnits(store.notes, [first, second], { nowMs: () => later, sleep: async () => {} })
    const { remove, kept } = await gc([])
    expect([remove.length, kept.claimed.files]).toEqual([3, 2])
    // A claim ends by its age, and its note goes with it.
    expect((await gc([], { nowMs: later + graceMs + day })).remove).toHaveLength(2)
    expect(await keysBelow('claimed/')).toEqual([])
  })

  test('removes what is gone already, and finishes what a killed one began', async () => {
    const { gc, store, digests } = await filled('killed/', 3)
    await store.garbage.notes.write('collecting', 'dead', formatNote(later - day, digests))
    const { units } = await store.garbage.units()
    await store.garbage.remove(units.slice(0, 2))
    await store.garbage.remove(units.slice(0, 2))
    expect((await gc([])).remove).toHaveLength(1)
    expect(await keysBelow('killed/')).toEqual([])
  })

  test('ends old uploads of ours that broke off, and no others', async () => {
    const { gc, digests } = await filled('parts/', 1)
    const [kept = ''] = digests
    const ours = [kept, sha256('begun'), sha256('begun twice'), sha256('begun twice')]
    const keys = [...ours.map((digest) => keyIn('parts/', digest)), 'parts/somebody.bin']
    for (const Key of keys) {
      const { UploadId } = await server.client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key }))
      const part = { Bucket: bucket, Key, UploadId, PartNumber: 1, Body: 'a part' }
      await server.client.send(new UploadPartCommand(part))
    }
    expect((await gc([kept], { nowMs: Date.now() })).leftovers).toBe(0)
    expect((await gc([kept], { isDryRun: true })).leftovers).toBe(4)
    expect(await uploadsBelow('parts/')).toEqual(keys.toSorted())
    expect((await gc([kept])).leftovers).toBe(4)
    expect(await uploadsBelow('parts/')).toEqual(['parts/somebody.bin'])
    expect(await keysBelow('parts/')).toEqual([keyIn('parts/', kept)])
  })

  test('sees over all pages which uploads broke off', async () => {
    const { gc } = await filled('many/', 0)
    const digests = Array.from({ length: 1100 }, (_, index) => sha256(`upload ${index}`))
    await mapInParallel(digests, 16, async (digest) => {
      await server.client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: keyIn('many/', digest) }))
    })
    expect((await gc([])).leftovers).toBe(1100)
    expect(await uploadsBelow('many/')).toEqual([])
  })

  test('says who is refused, and removes nothing', async () => {
    const { digests } = await filled('refused/', 2)
    const environment = { ...server.environment, AWS_SECRET_ACCESS_KEY: 'another-secret' }
    const store = await openS3Store({ bucket, prefix: 'refused/' }, environment)
    const askNeeded = async () => ({ digests: new Set<string>(), locks: 1 })
    const collecting = collectRemote(store.garbage, askNeeded, {
      isDryRun: false,
      nowMs: () => later,
      progress: silent,
    })
    await expect(collecting).rejects.toMatchObject({ code: 'store/denied' })
    expect(await keysBelow('refused/')).toHaveLength(digests.length)
  })
})
