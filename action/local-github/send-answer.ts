import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'

import { byteRange } from './byte-range.ts'
import type { Answer } from './exchange.ts'
import { Refusal } from './refusal.ts'

const documentation = 'https://docs.github.com/rest'

/** Sends an answer; what was read before and has not changed is a 304. `onUnchanged` may still set headers. */
export async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  onUnchanged: () => void,
): Promise<void> {
  if ('file' in answer) {
    await sendFile(response, answer, request.headers.range)
  } else if ('content' in answer) {
    response
      .writeHead(200, { 'content-type': answer.contentType, 'content-length': answer.content.length })
      .end(answer.content)
  } else if (!('json' in answer)) {
    response.writeHead(answer.status, answer.headers).end()
  } else if (request.method === 'GET' && answer.status === 200) {
    sendRead(request, response, answer, onUnchanged)
  } else {
    sendJson(response, answer.status, answer.json, answer.headers)
  }
}

async function sendFile(
  response: ServerResponse,
  { file, bytes, contentType }: Extract<Answer, { readonly file: string }>,
  asked: string | undefined,
): Promise<void> {
  const range = byteRange(asked, bytes)
  if (range === 'beyond') {
    response.writeHead(416, { 'content-range': `bytes */${bytes}` }).end()
    return
  }
  const { first, last } = range === 'whole' ? { first: 0, last: bytes - 1 } : range
  response.writeHead(range === 'whole' ? 200 : 206, {
    'content-type': contentType,
    'content-length': last - first + 1,
    'accept-ranges': 'bytes',
    ...(range !== 'whole' && { 'content-range': `bytes ${first}-${last}/${bytes}` }),
  })
  await pipeline(createReadStream(file, { start: first, end: last, highWaterMark: 1 << 18 }), response)
}

/** Whatever went wrong, as an answer. */
export function sendRefusal(response: ServerResponse, error: unknown): void {
  if (error instanceof Refusal) {
    const errors = error.errors.length > 0 ? { errors: error.errors } : {}
    const json = { message: error.message, ...errors, documentation_url: documentation }
    sendJson(response, error.status, json, error.headers)
    return
  }
  const message = error instanceof Error ? error.message : String(error)
  sendJson(response, 500, { message, documentation_url: documentation })
}

export function sendJson(
  response: ServerResponse,
  status: number,
  json: unknown,
  headers?: Readonly<Record<string, string>>,
): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
    .end(JSON.stringify(json))
}

function sendRead(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Extract<Answer, { json: unknown }>,
  onUnchanged: () => void,
): void {
  const text = JSON.stringify(answer.json)
  const etag = `W/"${createHash('sha256')
    .update(`${text}\n${answer.headers?.['link'] ?? ''}`)
    .digest('hex')}"`
  response.setHeader('etag', etag)
  const known = (request.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim())
  if (known.includes(etag) || known.includes(etag.slice('W/'.length))) {
    onUnchanged()
    response.writeHead(304).end()
    return
  }
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', ...answer.headers }).end(text)
}
