import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { CreateBucketCommand, PutBucketPolicyCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256 } from '../../action/base/sha256.ts'
import { mapInParallel } from '../../action/data/map-in-parallel.ts'
import { openS3Store } from '../../action/data/stores/s3-store.ts'
import { plumbline } from '../support/command-line.ts'
import { heldIn } from '../support/held-in.ts'
import { changesOf, land } from '../support/land.ts'
import { type S3Server, s3Server, until } from '../support/s3-server.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyYaml } from '../support/tiny-project.ts'

let server: S3Server
let root = ''
let environment: Readonly<Record<string, string>> = {}
let client: S3Client

beforeAll(async () => {
  server = await s3Server()
  ;({ root, environment, client } = server)
  for (const bucket of ['lake', 'open']) await client.send(new CreateBucketCommand({ Bucket: bucket }))
  const policy = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::open/*' },
      { Effect: 'Allow', Principal: '*', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::open' },
    ],
  }
  await client.send(new PutBucketPolicyCommand({ Bucket: 'open', Policy: JSON.stringify(policy) }))
})

afterAll(() => server[Symbol.dispose]())

async function put(bucket: string, key: string, body: string | Buffer): Promise<void> {
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }))
}

const at = (bucket: string, key: string) => [{ kind: 's3', bucket, key }] as const
const projectFolder = (from: string) =>
  tempFolder({ 'plumbline.yaml': tinyYaml.replace('data/*.csv', `{ orders: { from: '${from}' } }`) })

describe('s3:// against a real server', () => {
  test('lands what fits a glob with keys, and only what changed the next time', async () => {
    await put('lake', 'orders/2025/01.csv', 'id\n1\n')
    await put('lake', 'orders/2025/02 ä+b.csv', 'id\n2\n')
    await put('lake', 'orders/readme.txt', 'no data')
    const folder = projectFolder('s3://lake/orders/**/*.csv')
    const { code, stdout } = await plumbline(folder, ['data', 'fetch'], { environment })
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('+ data/orders/2025/02 ä+b.csv'),
    })
    const again = await land(folder, at('lake', 'orders/**/*.csv'), { environment })
    expect({ bytes: again.fetchedBytes, changes: changesOf(again) }).toEqual({
      bytes: 0,
      changes: ['unchanged data/orders/2025/01.csv 5', 'unchanged data/orders/2025/02 ä+b.csv 5'],
    })
    await put('lake', 'orders/2025/01.csv', 'id\n11\n')
    expect(changesOf(await land(folder, at('lake', 'orders/**/*.csv'), { environment }))[0]).toBe(
      'changed data/orders/2025/01.csv 6',
    )
  })

  test('reads an open bucket without keys, and is refused by one that is not', async () => {
    await put('open', 'a.csv', 'id\n1\n')
    const { AWS_ENDPOINT_URL = '' } = environment
    const nobody = { environment: { AWS_ENDPOINT_URL, HOME: root } }
    expect(changesOf(await land(tempFolder(), at('open', '*.csv'), nobody))).toEqual(['new data/orders/a.csv 5'])
    await put('lake', 'b.csv', 'id\n1\n')
    await expect(land(tempFolder(), at('lake', 'b.csv'), nobody)).rejects.toMatchObject({ code: 'source/denied' })
  })

  test('says that keys are wrong, and that there is no bucket or key', async () => {
    const wrong = { environment: { ...environment, AWS_SECRET_ACCESS_KEY: 'another-secret' } }
    const unknown = { environment: { ...environment, AWS_ACCESS_KEY_ID: 'nobody' } }
    const cases = [
      [at('lake', 'b.csv'), wrong, 'source/denied'],
      [at('lake', 'b.csv'), unknown, 'source/denied'],
      [at('nowhere', 'b.csv'), { environment }, 'source/not-found'],
      [at('nowhere', '*.csv'), { environment }, 'source/not-found'],
      [at('lake', 'gone.csv'), { environment }, 'source/not-found'],
    ] as const
    for (const [place, wishes, code] of cases) {
      await expect(land(tempFolder(), place, wishes)).rejects.toMatchObject({ code })
    }
  })

  test('goes on where it was killed', async () => {
    // So large that no machine has it before it is killed.
    const large = Buffer.from(`id\n${'1234567\n'.repeat(60_000_000)}`)
    await put('lake', 'large.csv', large)
    const folder = projectFolder('s3://lake/large.csv')
    const stop = new AbortController()
    const killed = plumbline(folder, ['data', 'fetch'], { environment, signal: stop.signal })
    const parts = join(folder, 'data/orders/.plumbline-parts')
    await until(async () => sizeOfPart(parts) > 1_000_000)
    stop.abort()
    expect(await killed).toMatchObject({ code: null })
    const left = sizeOfPart(parts)
    const { stdout } = await plumbline(folder, ['data', 'fetch', '--json'], { environment })
    const { result } = JSON.parse(stdout) as { result: { fetchedBytes: number } }
    expect(result.fetchedBytes).toBe(large.length - left)
    expect(readFileSync(join(folder, 'data/orders/large.csv')).equals(large)).toBe(true)
  })

  test('lands 5,000 objects, and finds at once that none changed', async () => {
    const numbers = Array.from({ length: 5000 }, (_, index) => index)
    await mapInParallel(numbers, 32, (index) => put('lake', `many/${index % 50}/${index}.csv`, `id\n${index}\n`))
    const folder = tempFolder()
    const first = performance.now()
    const { files } = await land(folder, at('lake', 'many/**/*.csv'), { environment })
    const second = performance.now()
    const again = await land(folder, at('lake', 'many/**/*.csv'), { environment })
    const third = performance.now()
    console.log(`5,000 objects: ${Math.round(second - first)} ms; unchanged: ${Math.round(third - second)} ms`)
    expect(files).toHaveLength(5000)
    expect(again.fetchedBytes).toBe(0)
    expect(again.files.every(({ change }) => change === 'unchanged')).toBe(true)
    expect(readdirSync(join(folder, 'data/orders'))).toHaveLength(51)
  })
})

function sizeOfPart(folder: string): number {
  try {
    const part = readdirSync(folder).find((name) => name.endsWith('.part'))
    return part === undefined ? 0 : statSync(join(folder, part)).size
  } catch {
    return 0
  }
}

describe('data.store: s3 on a real server', () => {
  test('keeps small and large files by their digests, and gives them back', async () => {
    const folder = tempFolder()
    const files = ['small', 'large'].map((path) => {
      const bytes = Buffer.alloc(path === 'small' ? 1000 : (16 << 20) * 2 + 1000, path)
      const absolutePath = join(folder, path)
      writeFileSync(absolutePath, bytes)
      return { absolutePath, path, bytes: bytes.length, sha256: sha256(bytes) }
    })
    const store = await openS3Store({ bucket: 'lake', prefix: 'store/' }, environment)
    expect(await heldIn(store, files)).toEqual(new Set())
    await store.push(files, {})
    expect(await heldIn(store, files)).toEqual(new Set(files.map((file) => file.sha256)))
    // A second push of the same bytes is refused by the server and taken for done.
    await store.push(files, {})
    for (const file of files) {
      const path = join(folder, '.plumbline/data/ab', file.sha256)
      mkdirSync(join(folder, '.plumbline/data/ab'), { recursive: true })
      await store.fetch(file, path)
      expect(sha256(readFileSync(path))).toBe(file.sha256)
    }
  })
})
