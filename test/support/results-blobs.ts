import { randomUUID } from 'node:crypto'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'

type Access = 'read' | 'write'

/** The part of Azure's blob storage that the artifact and cache clients use, in memory, by signed addresses. */
export interface SignedBlobs {
  /** Finished blobs by id. */
  readonly bytes: Map<string, Buffer>
  /** Blocks that no block list has named yet, by `<blob>/<block>`. */
  readonly blocks: Map<string, Buffer>
  readonly reserve: () => string
  readonly address: (base: string, blob: string, access: Access, fileName: string) => string
  readonly isSigned: (blob: string, access: string | null, signature: string | null) => boolean
}

export function signedBlobs(sign: (text: string) => string): SignedBlobs {
  return {
    bytes: new Map(),
    blocks: new Map(),
    reserve: randomUUID,
    address: (base, blob, access, fileName) => {
      return `${base}/blobs/account/container/${blob}/${encodeURIComponent(fileName)}?mode=${access}&sig=${sign(blob + access)}`
    },
    isSigned: (blob, access, signature) => signature === sign(`${blob}${access}`),
  }
}

/** `PUT` a block, a block list or a whole blob; `GET` and `HEAD` with ranges. */
export async function serveBlob(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  blobs: SignedBlobs,
): Promise<void> {
  const blob = url.pathname.split('/')[4] ?? ''
  const access = url.searchParams.get('mode')
  const isWrite = request.method === 'PUT'
  if (!blobs.isSigned(blob, access, url.searchParams.get('sig')) || isWrite !== (access === 'write')) {
    response.writeHead(403).end()
    return
  }
  if (isWrite) {
    store(blob, url.searchParams, await bodyOf(request), blobs)
    response.writeHead(201, commonHeaders()).end()
    return
  }
  send(blobs.bytes.get(blob), request, response, url)
}

function store(blob: string, search: URLSearchParams, body: Buffer, { bytes, blocks }: SignedBlobs): void {
  const part = search.get('comp')
  if (part === 'block') blocks.set(`${blob}/${search.get('blockid')}`, body)
  else if (part === 'blocklist') {
    const names = [...body.toString().matchAll(/<(?:Latest|Uncommitted|Committed)>([^<]+)</g)].map(([, name]) => name)
    bytes.set(blob, Buffer.concat(names.map((name) => blocks.get(`${blob}/${name}`) ?? Buffer.alloc(0))))
    for (const name of names) blocks.delete(`${blob}/${name}`)
  } else bytes.set(blob, body)
}

function send(bytes: Buffer | undefined, request: IncomingMessage, response: ServerResponse, url: URL): void {
  if (bytes === undefined) {
    response.writeHead(404, { 'x-ms-error-code': 'BlobNotFound' }).end()
    return
  }
  const wanted = request.headers['x-ms-range'] ?? request.headers.range ?? ''
  const [, from, to] = /bytes=(\d+)-(\d*)/.exec(String(wanted)) ?? []
  const first = Number(from ?? 0)
  const last = Math.min(to ? Number(to) : bytes.length - 1, bytes.length - 1)
  const part = bytes.subarray(first, last + 1)
  const fileName = decodeURIComponent(url.pathname.split('/').at(-1) ?? '')
  response.writeHead(from === undefined ? 200 : 206, {
    ...commonHeaders(),
    'content-type': fileName.endsWith('.zip') ? 'application/zip' : 'application/octet-stream',
    'content-disposition': `attachment; filename="${fileName}"`,
    'content-length': part.length,
    'accept-ranges': 'bytes',
    'x-ms-blob-type': 'BlockBlob',
    ...(from !== undefined && { 'content-range': `bytes ${first}-${last}/${bytes.length}` }),
  })
  response.end(request.method === 'HEAD' ? undefined : part)
}

function commonHeaders(): OutgoingHttpHeaders {
  return {
    'x-ms-request-id': randomUUID(),
    'x-ms-version': '2025-01-05',
    'x-ms-request-server-encrypted': 'true',
    etag: '"0x1"',
    'last-modified': new Date().toUTCString(),
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}
