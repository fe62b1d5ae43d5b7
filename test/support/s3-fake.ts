import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

import { type Answer, type DataServer, dataServer } from './data-server.ts'

export interface S3Fake extends DataServer {
  /** `bucket/key` → bytes. */
  readonly objects: Map<string, Buffer>
  /** `bucket/key` → when it was written; begun uploads by their id. Those that are missing here were written in 1970. */
  readonly times: Map<string, number>
  /** What it takes for the time. */
  clock: () => number
  /** Uploads that were begun and not ended: id → `bucket/key`. */
  uploads(): ReadonlyMap<string, string>
  /** Ends an upload that was begun. */
  forget(id: string): void
  /** What the SDK and every tool of AWS read. */
  readonly environment: Readonly<Record<string, string>>
}

/** As much of S3's protocol as reading and storing need, for answers that a real server does not give on demand. */
export async function s3Fake(objects: Readonly<Record<string, string | Buffer>>, pageSize = 1000): Promise<S3Fake> {
  const held = new Map(Object.entries(objects).map(([key, content]) => [key, Buffer.from(content)]))
  const times = new Map<string, number>()
  const uploads: Uploads = new Map()
  const world = { objects: held, times, uploads, pageSize, clock: () => Date.now() }
  const server = await dataServer(s3Answer(world))
  return Object.assign(server, {
    objects: held,
    times,
    environment: environmentOf(server.url),
    forget: (id: string) => void uploads.delete(id),
    uploads: () => new Map([...uploads].map(([id, { path }]) => [id, path])),
    set clock(clock: () => number) {
      world.clock = clock
    },
    get clock() {
      return world.clock
    },
  })
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

interface Fake {
  readonly objects: Map<string, Buffer>
  readonly times: Map<string, number>
  readonly uploads: Uploads
  readonly pageSize: number
  readonly clock: () => number
}

function s3Answer(fake: Fake): Answer {
  const { objects, times, uploads } = fake
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://s3')
    const path = decodeURIComponent(pathname.slice(1))
    if (searchParams.has('list-type')) return list(fake, path.replace(/\/$/, ''), searchParams, response)
    if (searchParams.has('uploads') && request.method === 'GET') return listUploads(fake, path, searchParams, response)
    if (searchParams.has('uploadId') && request.method === 'GET') return listParts(uploads, searchParams, response)
    if (request.method === 'PUT' || request.method === 'POST') {
      // Who hangs up in the middle has stored nothing.
      void take({ fake, path, searchParams }, request, response).catch(() => response.destroy())
      return
    }
    if (request.method === 'DELETE') {
      if (searchParams.has('uploadId')) uploads.delete(searchParams.get('uploadId') ?? '')
      else objects.delete(path)
      return void response.writeHead(204).end()
    }
    const bytes = objects.get(path)
    if (bytes === undefined) return s3Error(404, 'NoSuchKey')(request, response)
    response.setHeader('last-modified', new Date(times.get(path) ?? 0).toUTCString())
    give(bytes, request, response)
  }
}

function list(
  { objects, times, pageSize }: Fake,
  bucket: string,
  asked: URLSearchParams,
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
    const at = new Date(times.get(key) ?? 0).toISOString()
    return `<Contents><Key>${name}</Key><LastModified>${at}</LastModified><Size>${bytes.length}</Size><ETag>${etagOf(bytes).replaceAll('"', '&quot;')}</ETag></Contents>`
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

/** Upload id → where it goes, and its parts by number. */
type Uploads = Map<string, { readonly path: string; readonly parts: Map<number, Buffer> }>

interface Taking {
  readonly fake: Fake
  readonly path: string
  readonly searchParams: URLSearchParams
}

async function take(
  { fake, path, searchParams }: Taking,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { objects, times, uploads, clock } = fake
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  const wanted = request.headers['x-amz-checksum-sha256']
  const sha256 = createHash('sha256').update(body).digest('base64')
  if (request.method === 'PUT' && wanted !== undefined && wanted !== sha256)
    return s3Error(400, 'BadDigest')(request, response)
  if (request.method === 'POST' && searchParams.has('delete')) {
    const bucket = path.replace(/\/$/, '')
    for (const [, key] of body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)) objects.delete(`${bucket}/${key}`)
    return xml(response, '<DeleteResult></DeleteResult>')
  }
  const id = searchParams.get('uploadId') ?? ''
  const upload = uploads.get(id)
  if (request.method === 'POST' && searchParams.has('uploads')) {
    const fresh = `upload-${uploads.size + 1}`
    times.set(fresh, clock())
    uploads.set(fresh, { path, parts: new Map() })
    return xml(response, `<InitiateMultipartUploadResult><UploadId>${fresh}</UploadId></InitiateMultipartUploadResult>`)
  }
  if (id !== '' && !upload) return s3Error(404, 'NoSuchUpload')(request, response)
  if (upload && request.method === 'PUT') {
    upload.parts.set(Number(searchParams.get('partNumber')), body)
    return void response.writeHead(200, { etag: etagOf(body) }).end()
  }
  if (upload) {
    const whole = Buffer.concat([...upload.parts].sort(([one], [other]) => one - other).map(([, part]) => part))
    objects.set(upload.path, whole)
    times.set(upload.path, clock())
    uploads.delete(id)
    return xml(response, '<CompleteMultipartUploadResult></CompleteMultipartUploadResult>')
  }
  if (request.headers['if-none-match'] === '*' && objects.has(path)) {
    return s3Error(412, 'PreconditionFailed')(request, response)
  }
  objects.set(path, body)
  times.set(path, clock())
  response.writeHead(200, { etag: etagOf(body) }).end()
}

function listUploads({ uploads, times }: Fake, bucket: string, asked: URLSearchParams, response: ServerResponse): void {
  const prefix = `${bucket.replace(/\/$/, '')}/${asked.get('prefix') ?? ''}`
  const own = [...uploads].filter(([, { path }]) => path.startsWith(prefix))
  const items = own.map(([id, { path }]) => {
    const begun = new Date(times.get(id) ?? 0).toISOString()
    return `<Upload><Key>${path.slice(path.indexOf('/') + 1)}</Key><UploadId>${id}</UploadId><Initiated>${begun}</Initiated></Upload>`
  })
  xml(response, `<ListMultipartUploadsResult>${items.join('')}</ListMultipartUploadsResult>`)
}

function listParts(uploads: Uploads, asked: URLSearchParams, response: ServerResponse): void {
  const parts = uploads.get(asked.get('uploadId') ?? '')?.parts ?? new Map<number, Buffer>()
  const items = [...parts].map(([number, bytes]) => {
    const etag = etagOf(bytes).replaceAll('"', '&quot;')
    const sha256 = createHash('sha256').update(bytes).digest('base64')
    return `<Part><PartNumber>${number}</PartNumber><Size>${bytes.length}</Size><ETag>${etag}</ETag><ChecksumSHA256>${sha256}</ChecksumSHA256></Part>`
  })
  xml(response, `<ListPartsResult><IsTruncated>false</IsTruncated>${items.join('')}</ListPartsResult>`)
}

function xml(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?>${body}`)
}
