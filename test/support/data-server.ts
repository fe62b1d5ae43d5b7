import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

import { openWeb, type Web } from '../../action/data/sources/web.ts'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

export interface DataServer {
  readonly url: string
  /** `GET /path range`, in order. */
  readonly asked: string[]
  /** Replaces what it answers from now on. */
  answer: Answer
}

/** A real HTTP server of the running test. */
export async function dataServer(answer: Answer): Promise<DataServer> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push([request.method, request.url, request.headers.range].filter(Boolean).join(' '))
    state.answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const state = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, answer }
  return state
}

/** Asks as Plumbline does, but also loopback without TLS, for no test can have a certificate. */
export function loopbackWeb(idleMs = 5000): Web {
  return {
    ...openWeb({ environment: {}, idleMs }),
    allows: ({ protocol, hostname }) => protocol === 'https:' || hostname === '127.0.0.1',
  }
}

/** Gives a text with its ETag: ranges and conditions as RFC 9110 says; after `breakAfter` bytes the connection ends, after `stopAfter` nothing comes. */
export function fileAnswer(
  content: string | Buffer,
  options: { readonly breakAfter?: number; readonly stopAfter?: number } = {},
): Answer {
  const bytes = Buffer.from(content)
  const etag = `"${createHash('md5').update(bytes).digest('hex')}"`
  return (request, response) => {
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end()
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const isRange = from > 0 && request.headers['if-range'] === etag
    const start = isRange ? from : 0
    if (start >= bytes.length && isRange) return void response.writeHead(416).end()
    const range = { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }
    response.writeHead(isRange ? 206 : 200, {
      etag,
      'content-type': 'text/csv',
      'content-length': bytes.length - start,
      ...(isRange && range),
    })
    const { breakAfter, stopAfter } = options
    if (stopAfter !== undefined) return void response.write(bytes.subarray(start, start + stopAfter))
    if (breakAfter === undefined) return void response.end(bytes.subarray(start))
    response.write(bytes.subarray(start, start + breakAfter), () => setTimeout(() => response.destroy(), 20))
  }
}

/** One answer of a status, with what belongs to it. */
export function statusAnswer(status: number, headers: Readonly<Record<string, string>> = {}, body = ''): Answer {
  return (_request, response) => void response.writeHead(status, headers).end(body)
}
