import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { type Answer, statusAnswer } from '../../support/data-server.ts'
import { changesOf, hurried, land } from '../../support/land.ts'
import { s3Error, s3Fake } from '../../support/s3-fake.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const at = (key: string) => [{ kind: 's3', bucket: 'lake', key }] as const
const months = {
  'lake/orders/2025/01.csv': 'id\n1\n',
  'lake/orders/2025/02.csv': 'id\n2\n',
  'lake/orders/2026/01.csv': 'id\n3\n',
  'lake/orders/2026/01.txt': 'no data',
  'lake/orders/2026/': '',
  'lake/clicks.csv': 'id\n4\n',
}

describe('fetchS3', () => {
  test('lands the keys that fit a glob, page by page, and fetches only what changed', async () => {
    const folder = tempFolder()
    const s3 = await s3Fake(months, 2)
    const wishes = { environment: s3.environment }
    const first = await land(folder, at('orders/**/*.csv'), wishes)
    s3.objects.set('lake/orders/2025/02.csv', Buffer.from('id\n22\n'))
    s3.objects.delete('lake/orders/2026/01.csv')
    s3.asked.length = 0
    const second = await land(folder, at('orders/**/*.csv'), wishes)
    expect(changesOf(first)).toEqual([
      'new data/orders/2025/01.csv 5',
      'new data/orders/2025/02.csv 5',
      'new data/orders/2026/01.csv 5',
    ])
    expect(changesOf(second)).toEqual([
      'unchanged data/orders/2025/01.csv 5',
      'changed data/orders/2025/02.csv 6',
      'gone data/orders/2026/01.csv 5',
    ])
    expect(s3.asked.filter((line) => !line.includes('list-type'))).toEqual([
      'GET /lake/orders/2025/02.csv?x-id=GetObject',
    ])
    expect(readdirSync(join(folder, 'data/orders')).sort()).toEqual(['.plumbline-landed.json', '2025'])
  })

  test('lands one key, and asks by its ETag whether it changed', async () => {
    const folder = tempFolder()
    const s3 = await s3Fake(months)
    await land(folder, at('clicks.csv'), { environment: s3.environment })
    const second = await land(folder, at('clicks.csv'), { environment: s3.environment })
    expect(second).toMatchObject({ fetchedBytes: 0, files: [{ path: 'data/orders/clicks.csv', change: 'unchanged' }] })
  })

  test('keys with odd names are asked for as they are, and become names that every disk can hold', async () => {
    const folder = tempFolder()
    const odd = "orders/a b+c&d=é'(1):*.csv"
    const s3 = await s3Fake({ [`lake/${odd}`]: 'id\n1\n' })
    const { files } = await land(folder, at('orders/*.csv'), { environment: s3.environment })
    expect(files.map(({ path }) => path)).toEqual(["data/orders/a b+c&d=é'(1)__.csv"])
  })

  test('goes on where it stopped, and starts anew where the object was replaced', async () => {
    const folder = tempFolder()
    const large = `id\n${'1\n'.repeat(1_200_000)}`
    const s3 = await s3Fake({ 'lake/a.csv': large })
    const whole = s3.answer
    s3.answer = (request, response) => {
      const stopped = Object.assign(response, { end: (bytes: Buffer) => response.write(bytes.subarray(0, 1_500_000)) })
      whole(request, stopped)
    }
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 700)
    const wishes = { environment: s3.environment, patience: { ...hurried, idleMs: 60_000 } }
    await expect(land(folder, at('a.csv'), { ...wishes, signal: stop.signal })).rejects.toThrow('aborted')
    s3.answer = whole
    s3.objects.set('lake/a.csv', Buffer.from(large.replaceAll('1', '2')))
    await land(folder, at('a.csv'), wishes)
    expect(s3.asked.slice(1)).toEqual([expect.stringMatching(/bytes=1\d{6}-$/), 'GET /lake/a.csv?x-id=GetObject'])
    expect(readFileSync(join(folder, 'data/orders/a.csv'), 'utf8')).toBe(large.replaceAll('1', '2'))
  })

  test.each<[what: string, answer: Answer, code: string, message: RegExp]>([
    ['no bucket', s3Error(404, 'NoSuchBucket'), 'source/not-found', /no such bucket at 127/],
    ['no key', s3Error(404, 'NoSuchKey'), 'source/not-found', /no such key/],
    ['denied', s3Error(403, 'AccessDenied'), 'source/denied', /the keys may not read it \(AccessDenied\)/],
    ['unknown key id', s3Error(403, 'InvalidAccessKeyId'), 'source/denied', /does not know the keys/],
    ['wrong secret', s3Error(403, 'SignatureDoesNotMatch'), 'source/denied', /does not know the keys/],
    ['session over', s3Error(400, 'ExpiredToken'), 'source/denied', /session of the keys is over/],
    ['clock wrong', s3Error(403, 'RequestTimeTooSkewed'), 'source/settings', /the clock of this machine is wrong/],
    [
      'other region',
      s3Error(400, 'AuthorizationHeaderMalformed'),
      'source/settings',
      /another region than eu-central-1/,
    ],
    ['archived', s3Error(403, 'InvalidObjectState'), 'source/denied', /the object is archived/],
    ['odd', s3Error(400, 'InvalidArgument'), 'source/refused', /answers 400 \(InvalidArgument\)/],
    ['busy', s3Error(503, 'SlowDown'), 'source/unreachable', /answers 503 \(SlowDown\) at 127/],
    ['no S3', statusAnswer(200, {}, '<!doctype html>'), 'source/not-data', /a web page/],
  ])('says what is wrong: %s', async (_, answer, code, message) => {
    const folder = tempFolder()
    const s3 = await s3Fake({})
    s3.answer = answer
    const error = await land(folder, at('a.csv'), { environment: s3.environment }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
    expect(existsSync(join(folder, 'data/orders/a.csv'))).toBe(false)
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('nobody-may-see')
  })

  test('says that no key fits, and that a key is no data', async () => {
    const s3 = await s3Fake(months)
    const wishes = { environment: s3.environment }
    await expect(land(tempFolder(), at('orders/*.parquet'), wishes)).rejects.toMatchObject({ code: 'source/not-found' })
    await expect(land(tempFolder(), at('orders/2026/*'), wishes)).rejects.toMatchObject({ code: 'source/no-name' })
  })

  test('asks an open bucket without a signature', async () => {
    const s3 = await s3Fake(months)
    let signature: string | undefined = 'none seen'
    const whole = s3.answer
    s3.answer = (request, response) => {
      signature = request.headers.authorization
      whole(request, response)
    }
    const environment = { AWS_ENDPOINT_URL: s3.url, HOME: tempFolder() }
    await land(tempFolder(), at('clicks.csv'), { environment })
    expect(signature).toBeUndefined()
    s3.answer = s3Error(403, 'AccessDenied')
    await expect(land(tempFolder(), at('clicks.csv'), { environment })).rejects.toThrow(
      'not open to everybody, and no keys',
    )
  })
})
