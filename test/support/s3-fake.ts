import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

import { type Answer, type DataServer, dataServer } from './data-server.ts'

export interface S3Fake extends DataServer {
  /** `bucket/key` → bytes. */
  readonly objects: Map<string, Buffer>
  /** What the SDK and every tool of AWS read. */
  readonly environment: Readonly<Record<string, string>>
}

/** As much of S3's protocol as reading needs, for answers that a real server does not give on demand. */
export async function s3Fake(objects: Readonly<Record<string, string | Buffer>>, pageSize = 1000): Promise<S3Fake> {
  const held = new Map(Object.entries(objects).map(([key, content]) => [key, Buffer.from(content)]))
  const server = await dataServer(s3Answer(held, pageSize))
  return Object.assign(server, { objects: held, environment: environmentOf(server.url) })
}

/** An answer in S3's own words. */
export function s3Error(status: number, code: string, headers: Readonly<Record<string, string>> = {}): Answer {
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`
  return (_request, response) =>
    void response.writeHead(status, { 'content-type': 'application/xml', ...headers }).end(body)
}

function environmentOf(url: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'a-secret-that-nobody-may-see',
    AWS_REGION: 'eu-central-1',
  }
}

function s3Answer(objects: ReadonlyMap<string, Buffer>, pageSize: number): Answer {
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://s3')
    const path = decodeURIComponent(pathname.slice(1))
    if (searchParams.has('list-type')) return list(objects, path.replace(/\/$/, ''), searchParams, pageSize, response)
    const bytes = objects.get(path)
    if (bytes === undefined) return s3Error(404, 'NoSuchKey')(request, response)
    give(bytes, request, response)
  }
}

function list(
  objects: ReadonlyMap<string, Buffer>,
  bucket: string,
  asked: URLSearchParams,
  pageSize: number,
  response: ServerResponse,
): void {
  const prefix = `${bucket}/${asked.get('prefix') ?? ''}`
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort()
  const start = Number(asked.get('continuation-token') ?? 0)
  const page = keys.slice(start, start + pageSize)
  const isMore = start + pageSize < keys.length
  const contents = page.map((key) => {
    const bytes = objects.get(key) ?? Buffer.alloc(0)
    const name = key.slice(bucket.length + 1).replaceAll('&', '&amp;')
    return `<Contents><Key>${name}</Key><Size>${bytes.length}</Size><ETag>${etagOf(bytes).replaceAll('"', '&quot;')}</ETag></Contents>`
  })
  const more = isMore ? `<NextContinuationToken>${start + pageSize}</NextContinuationToken>` : ''
  response
    .writeHead(200, { 'content-type': 'application/xml' })
    .end(
      `<?xml version="1.0"?><ListBucketResult><IsTruncated>${isMore}</IsTruncated>${more}${contents.join('')}</ListBucketResult>`,
    )
}

function give(bytes: Buffer, request: IncomingMessage, response: ServerResponse): void {
  const etag = etagOf(bytes)
  const { 'if-none-match': unless, 'if-match': same, range } = request.headers
  if (unless === etag) return void response.writeHead(304, { etag }).end()
  if (same !== undefined && same !== etag) return s3Error(412, 'PreconditionFailed')(request, response)
  const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
  response.writeHead(range === undefined ? 200 : 206, {
    etag,
    'content-length': bytes.length - start,
    ...(range !== undefined && { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
  })
  response.end(bytes.subarray(start))
}

function etagOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`
}
