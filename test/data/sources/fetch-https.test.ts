import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'

import { sha256 } from '../../../action/base/sha256.ts'
import { type Answer, dataServer, fileAnswer, statusAnswer } from '../../support/data-server.ts'
import { changesOf, hurried, land } from '../../support/land.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const csv = 'id,y\na,1\nb,2\n'
const lasting = { ...hurried, idleMs: 60_000 }
const large = `id,y\n${'a,1\n'.repeat(600_000)}`
const https = (url: string) => [{ kind: 'https', url }] as const
const landed = (folder: string, name = 'orders.csv') => readFileSync(join(folder, 'data/orders', name), 'utf8')

describe('fetchHttps', () => {
  test('lands a file, then asks whether it changed and fetches nothing', async () => {
    const folder = tempFolder()
    const server = await dataServer(fileAnswer(csv))
    const first = await land(folder, https(`${server.url}/orders.csv`))
    const second = await land(folder, https(`${server.url}/orders.csv`))
    expect(changesOf(first)).toEqual(['new data/orders/orders.csv 13'])
    expect(changesOf(second)).toEqual(['unchanged data/orders/orders.csv 13'])
    expect([first.fetchedBytes, second.fetchedBytes]).toEqual([13, 0])
    expect(landed(folder)).toBe(csv)
    expect(readdirSync(join(folder, 'data/orders')).sort()).toEqual(['.plumbline-landed.json', 'orders.csv'])
  })

  test('lands what changed, also where the server tells no ETag', async () => {
    const folder = tempFolder()
    const server = await dataServer(statusAnswer(200, {}, csv))
    await land(folder, https(`${server.url}/orders.csv`))
    const same = await land(folder, https(`${server.url}/orders.csv`))
    server.answer = statusAnswer(200, {}, `${csv}c,3\n`)
    const other = await land(folder, https(`${server.url}/orders.csv`))
    expect(changesOf(same)).toEqual(['unchanged data/orders/orders.csv 13'])
    expect(changesOf(other)).toEqual(['changed data/orders/orders.csv 17'])
    expect(landed(folder)).toBe(`${csv}c,3\n`)
  })

  test('goes on where the connection broke off', async () => {
    const folder = tempFolder()
    const breaking = fileAnswer(large, { breakAfter: 1_500_000 })
    const server = await dataServer((request, response) => {
      ;(server.asked.length === 1 ? breaking : fileAnswer(large))(request, response)
    })
    const { fetchedBytes } = await land(folder, https(`${server.url}/orders.csv`))
    expect(server.asked[1]).toMatch(/^GET \/orders\.csv bytes=1\d{6}-$/)
    expect(fetchedBytes).toBe(large.length)
    expect(landed(folder)).toBe(large)
  })

  test('goes on where an earlier process stopped, and starts anew where the file changed meanwhile', async () => {
    const folder = tempFolder()
    const other = large.replaceAll('1', '2')
    const server = await dataServer(fileAnswer(large, { stopAfter: 1_500_000 }))
    const stop = new AbortController()
    const landing = land(folder, https(`${server.url}/orders.csv`), { signal: stop.signal, patience: lasting })
    setTimeout(() => stop.abort(), 500)
    await expect(landing).rejects.toThrow('aborted')
    expect(existsSync(join(folder, 'data/orders/orders.csv'))).toBe(false)
    server.answer = fileAnswer(other)
    await land(folder, https(`${server.url}/orders.csv`))
    expect(server.asked[1]).toMatch(/bytes=1\d{6}-$/)
    expect(landed(folder)).toBe(other)
  })

  test('starts anew where a server goes on with another file', async () => {
    const folder = tempFolder()
    const server = await dataServer(fileAnswer(large, { breakAfter: 1_500_000 }))
    server.answer = (request, response) => {
      if (server.asked.length !== 2)
        return fileAnswer(large, server.asked.length === 1 ? { breakAfter: 1_500_000 } : {})(request, response)
      const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0])
      const headers = { etag: '"other"', 'content-range': `bytes ${from}-${large.length - 1}/${large.length}` }
      response.writeHead(206, headers).end(large.slice(from).replaceAll('1', '2'))
    }
    await land(folder, https(`${server.url}/orders.csv`))
    expect(server.asked).toEqual(['GET /orders.csv', expect.stringMatching(/bytes=1/), 'GET /orders.csv'])
    expect(landed(folder)).toBe(large)
  })

  test('takes what an earlier process had fetched whole', async () => {
    const folder = tempFolder({ 'data/orders/orders.csv': 'mine\n' })
    const server = await dataServer(fileAnswer(large))
    await expect(land(folder, https(`${server.url}/orders.csv`))).rejects.toMatchObject({ code: 'source/foreign-file' })
    expect(landed(folder)).toBe('mine\n')
    rmSync(join(folder, 'data/orders/orders.csv'))
    expect(await land(folder, https(`${server.url}/orders.csv`))).toMatchObject({ fetchedBytes: 0 })
    expect(landed(folder)).toBe(large)
  })

  test('waits as long as the server asks, and tries again', async () => {
    const folder = tempFolder()
    const server = await dataServer((request, response) => {
      const busy = statusAnswer(503, { 'retry-after': '1' })
      ;(server.asked.length === 1 ? busy : fileAnswer(csv))(request, response)
    })
    const start = performance.now()
    await land(folder, https(`${server.url}/orders.csv`))
    expect(performance.now() - start).toBeGreaterThan(990)
    expect(landed(folder)).toBe(csv)
  })

  test('unwraps gzip on the way, but not a file that is gzip', async () => {
    const folder = tempFolder()
    const wrapped: Answer = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(csv))
    const server = await dataServer(wrapped)
    await land(folder, [...https(`${server.url}/orders.csv`), ...https(`${server.url}/orders.csv.gz`)])
    expect(landed(folder)).toBe(csv)
    expect(readFileSync(join(folder, 'data/orders/orders.csv.gz'))).toEqual(gzipSync(csv))
  })

  test('asks nobody where the pinned bytes lie there', async () => {
    const folder = tempFolder()
    const server = await dataServer(fileAnswer(csv))
    const wishes = { source: { sha256: sha256(csv) } }
    await land(folder, https(`${server.url}/orders.csv`), wishes)
    await land(folder, https(`${server.url}/orders.csv`), wishes)
    expect(server.asked).toEqual(['GET /orders.csv'])
  })

  test('keeps the old file where the new one has another digest than is pinned', async () => {
    const folder = tempFolder()
    const server = await dataServer(fileAnswer(csv))
    await land(folder, https(`${server.url}/orders.csv`))
    server.answer = fileAnswer(`${csv}c,3\n`)
    await expect(
      land(folder, https(`${server.url}/orders.csv`), { source: { sha256: sha256('other') } }),
    ).rejects.toMatchObject({ code: 'source/wrong-sha256', remedy: expect.stringContaining(sha256(`${csv}c,3\n`)) })
    expect(landed(folder)).toBe(csv)
  })

  test('never tells the query of an address', async () => {
    const folder = tempFolder()
    const server = await dataServer(statusAnswer(403))
    const error = await land(folder, https(`${server.url}/orders.csv?sig=verysecret`)).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ code: 'source/denied', remedy: expect.stringContaining('signature') })
    expect(JSON.stringify([error, String(error)])).not.toContain('verysecret')
    const manifest = join(folder, 'data/orders/.plumbline-landed.json')
    server.answer = fileAnswer(csv)
    await land(folder, https(`${server.url}/orders.csv?sig=verysecret`))
    expect(readFileSync(manifest, 'utf8')).not.toContain('verysecret')
  })

  test('is interrupted at once', async () => {
    const folder = tempFolder()
    const server = await dataServer((_, response) => void response.writeHead(200).write('id'))
    const stop = new AbortController()
    const landing = land(folder, https(`${server.url}/orders.csv`), {
      signal: stop.signal,
      patience: lasting,
    })
    setTimeout(() => stop.abort(), 100)
    await expect(landing).rejects.toThrow('aborted')
    expect(existsSync(join(folder, 'data/orders/orders.csv'))).toBe(false)
  })

  test.each<[what: string, answer: Answer, code: string, message: RegExp]>([
    ['no such file', statusAnswer(404), 'source/not-found', /no such file \(404\)/],
    ['gone', statusAnswer(410), 'source/not-found', /gone for good/],
    ['sign in', statusAnswer(401), 'source/denied', /answers 401/],
    ['teapot', statusAnswer(418), 'source/refused', /answers 418; expected 200/],
    ['broken server', statusAnswer(500), 'source/unreachable', /answers 500 \(3 tries\)/],
    ['too patient', statusAnswer(429, { 'retry-after': '86400' }), 'source/unreachable', /answers 429 \(1 try\)/],
    ['empty', statusAnswer(200), 'source/not-data', /it is empty/],
    ['page', statusAnswer(200, {}, '<!doctype html><p>Sign in'), 'source/not-data', /a web page \(HTML\)/],
    ['loop', statusAnswer(302, { location: '/orders.csv' }), 'source/redirect', /more than 10 times/],
    ['to http', statusAnswer(302, { location: 'http://example.com/x?k=1' }), 'source/redirect', /http:\/\/example/],
    ['to nowhere', statusAnswer(302, { location: 'http://' }), 'source/redirect', /to no address/],
    [
      'no length kept',
      (_, r) => void r.writeHead(200, { 'content-length': '99' }).end(csv),
      'source/unreachable',
      /3 tries/,
    ],
    ['never begins', () => {}, 'source/unreachable', /does not answer/],
    ['never ends', (_, r) => void r.writeHead(200).write('id'), 'source/unreachable', /stops in the middle/],
    [
      'larger than the disk',
      (_, r) => void r.writeHead(200, { 'content-length': '1000000000000000' }).write('i'),
      'source/no-room',
      /MB more/,
    ],
    [
      'zstd on the way',
      statusAnswer(200, { 'content-encoding': 'zstd' }, csv),
      'source/not-data',
      /Content-Encoding is zstd/,
    ],
  ])('says what is wrong: %s', async (_, answer, code, message) => {
    const folder = tempFolder()
    const server = await dataServer(answer)
    const landing = land(folder, https(`${server.url}/orders.csv`))
    await expect(landing).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
    expect(existsSync(join(folder, 'data/orders/orders.csv'))).toBe(false)
  })

  test('gives up on a server that gives a byte a moment', async () => {
    const folder = tempFolder()
    const server = await dataServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/csv' })
      const timer = setInterval(() => response.write('a'), 40)
      response.on('close', () => clearInterval(timer))
    })
    await expect(land(folder, https(`${server.url}/orders.csv`))).rejects.toThrow('it is too slow (3 tries)')
  })

  test('says that a gzip stream or a Parquet file is cut off', async () => {
    const folder = tempFolder()
    const server = await dataServer(statusAnswer(200))
    server.answer = (_, response) => void response.writeHead(200).end(gzipSync(large).subarray(0, 900))
    await expect(land(folder, https(`${server.url}/orders.csv.gz`))).rejects.toThrow('gzip stream is cut off')
    server.answer = statusAnswer(200, {}, 'PAR1 and nothing more')
    await expect(land(folder, https(`${server.url}/orders.parquet`))).rejects.toThrow('Parquet without its end')
  })

  test('says that a server is nowhere', async () => {
    await expect(land(tempFolder(), https('http://127.0.0.1:9/orders.csv'))).rejects.toMatchObject({
      code: 'source/unreachable',
      message: expect.stringContaining('the server accepts no connection'),
    })
  })
})
