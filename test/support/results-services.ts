import { createHash, createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

import { type SignedBlobs, serveBlob, signedBlobs } from './results-blobs.ts'

/** The services behind artifacts and caches of a workflow run, as `@actions/artifact` and `@actions/cache` speak to them. */
export interface ResultsServices extends AsyncDisposable {
  /** For `ACTIONS_RESULTS_URL`. */
  readonly url: string
  /** For `ACTIONS_RUNTIME_TOKEN` of one run's jobs; its caches go to `ref`, and are read from there, `base` and the default branch. */
  readonly tokenFor: (runId: string, ref?: string, base?: string) => string
  /** What the runs stored and finished. */
  readonly artifacts: () => readonly StoredArtifact[]
  /** Finished cache entries; their bytes may be changed. */
  readonly caches: () => readonly StoredCache[]
  /** Removes a cache entry, as the service does for want of room or after a week. */
  readonly evict: (key: string) => void
  /** From now on every call fails with this status; 0 ends that. */
  readonly breakWith: (status: number) => void
  /** How many calls failed so. */
  readonly refused: () => number
  /** Calls by method name, for tests that count them. */
  readonly calls: readonly string[]
}

export interface StoredArtifact {
  readonly id: number
  readonly run: string
  readonly name: string
  readonly digest: string
  readonly sizeBytes: number
  /** Its zip file. */
  readonly bytes: Buffer
}

export interface StoredCache {
  readonly key: string
  readonly version: string
  readonly scope: string
  bytes: Buffer
}

interface Draft {
  readonly id: number
  readonly run: string
  readonly name: string
  readonly blob: string
  readonly createdAt: string
  finished?: { readonly digest: string; readonly sizeBytes: number }
}

interface CacheEntry {
  readonly id: number
  readonly key: string
  readonly version: string
  readonly scope: string
  readonly blob: string
  isFinished: boolean
}

interface Claims {
  readonly run: string
  /** Where its caches go. */
  readonly scope: string
  /** Where they are looked for, in this order. */
  readonly readable: readonly string[]
}

type Fields = Readonly<Record<string, unknown>>

class Refused extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

const defaultBranchScope = 'refs/heads/main'

/** Starts the services on this machine alone, with everything in memory. */
export async function startResultsServices(): Promise<ResultsServices> {
  const secret = randomBytes(16)
  const sign = (text: string) => createHmac('sha256', secret).update(text).digest('base64url')
  const blobs = signedBlobs(sign)
  const artifacts = new Map<string, Draft>()
  const caches: CacheEntry[] = []
  const calls: string[] = []
  let broken = 0
  let refused = 0
  const methods = { ...artifactMethods(artifacts, blobs), ...cacheMethods(caches, blobs) }

  const server = createServer((request, response) => {
    const isTwirp = request.url?.startsWith('/twirp/')
    if (broken > 0 && isTwirp) refused += 1
    if (broken > 0 && isTwirp) return sendJson(response, broken, { code: 'unavailable', msg: 'out of order' })
    void answer(request, response, { methods, blobs, calls, sign }).catch((error: unknown) => {
      const { status, code } = error instanceof Refused ? error : { status: 500, code: 'internal' }
      sendJson(response, status, { code, msg: String(error) })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('Cannot start the results services: no port')

  return {
    url: `http://127.0.0.1:${address.port}/`,
    tokenFor: (runId, ref = defaultBranchScope, base = defaultBranchScope) =>
      tokenOf(runId, [...new Set([ref, base, defaultBranchScope])], sign),
    caches: () =>
      caches
        .filter(({ isFinished }) => isFinished)
        .map(({ key, version, scope, blob }) => ({
          key,
          version,
          scope,
          get bytes() {
            return blobs.bytes.get(blob) ?? Buffer.alloc(0)
          },
          set bytes(bytes) {
            blobs.bytes.set(blob, bytes)
          },
        })),
    evict: (key) => {
      caches.splice(0, caches.length, ...caches.filter((entry) => entry.key !== key))
    },
    breakWith: (status) => {
      broken = status
    },
    refused: () => refused,
    artifacts: () =>
      [...artifacts.values()].flatMap(({ id, run, name, blob, finished }) =>
        finished ? [{ id, run, name, ...finished, bytes: blobs.bytes.get(blob) ?? Buffer.alloc(0) }] : [],
      ),
    calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

interface Services {
  readonly methods: Readonly<Record<string, (fields: Fields, claims: Claims, base: string) => Fields>>
  readonly blobs: SignedBlobs
  readonly calls: string[]
  readonly sign: (text: string) => string
}

async function answer(request: IncomingMessage, response: ServerResponse, services: Services): Promise<void> {
  const base = `http://${request.headers.host ?? ''}`
  const url = new URL(request.url ?? '/', base)
  if (url.pathname.startsWith('/blobs/')) return await serveBlob(request, response, url, services.blobs)

  const [, name = ''] =
    /^\/twirp\/github\.actions\.results\.api\.v1\.(?:Artifact|Cache)Service\/(\w+)$/.exec(url.pathname) ?? []
  const method = services.methods[name]
  if (method === undefined) throw new Refused(404, 'bad_route', `no route ${url.pathname}`)
  services.calls.push(name)
  const claims = claimsOf(request.headers.authorization ?? '', services.sign)
  const fields = JSON.parse((await bodyOf(request)).toString() || '{}')
  sendJson(response, 200, method(fields, claims, base))
}

function artifactMethods(artifacts: Map<string, Draft>, blobs: SignedBlobs): Services['methods'] {
  const finished = (run: string, name: unknown) => {
    const found = artifacts.get(`${run}/${String(name)}`)
    if (found?.finished === undefined) throw new Refused(404, 'not_found', 'artifact not found')
    return { ...found, finished: found.finished }
  }
  // Of one that was deleted, nobody gets the number again.
  let created = 0
  return {
    CreateArtifact(fields, { run }, base) {
      const name = textOf(fields['name'])
      if (fields['workflow_run_backend_id'] !== run) throw new Refused(403, 'permission_denied', 'another run')
      if (artifacts.get(`${run}/${name}`)?.finished) {
        throw new Refused(409, 'already_exists', 'an artifact with this name already exists on the workflow run')
      }
      created += 1
      const draft = { id: created, run, name, blob: blobs.reserve(), createdAt: new Date().toISOString() }
      artifacts.set(`${run}/${name}`, draft)
      return { ok: true, signed_upload_url: blobs.address(base, draft.blob, 'write', `${name}.zip`) }
    },
    FinalizeArtifact(fields, { run }) {
      const draft = artifacts.get(`${run}/${textOf(fields['name'])}`)
      const bytes = draft && blobs.bytes.get(draft.blob)
      if (draft === undefined || bytes === undefined) throw new Refused(404, 'not_found', 'no such artifact')
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
      const wanted = unwrapped(fields['hash'])
      if (wanted !== undefined && wanted !== digest) throw new Refused(400, 'invalid_argument', 'another hash')
      draft.finished = { digest, sizeBytes: bytes.length }
      return { ok: true, artifact_id: String(draft.id) }
    },
    ListArtifacts(fields, { run }) {
      const name = unwrapped(fields['name_filter'])
      const id = unwrapped(fields['id_filter'])
      const found = [...artifacts.values()].filter((artifact) => {
        const isWanted =
          (name ?? artifact.name) === artifact.name && (id ?? String(artifact.id)) === String(artifact.id)
        return artifact.run === run && artifact.finished !== undefined && isWanted
      })
      return {
        artifacts: found.map((artifact) => ({
          workflow_run_backend_id: run,
          workflow_job_run_backend_id: 'job',
          database_id: String(artifact.id),
          name: artifact.name,
          size: String(artifact.finished?.sizeBytes),
          created_at: artifact.createdAt,
          digest: artifact.finished?.digest,
        })),
      }
    },
    GetSignedArtifactURL(fields, { run }, base) {
      const { name, blob } = finished(run, fields['name'])
      return { signed_url: blobs.address(base, blob, 'read', `${name}.zip`) }
    },
    DeleteArtifact(fields, { run }) {
      const { id, name } = finished(run, fields['name'])
      artifacts.delete(`${run}/${name}`)
      return { ok: true, artifact_id: String(id) }
    },
  }
}

function cacheMethods(caches: CacheEntry[], blobs: SignedBlobs): Services['methods'] {
  const find = (fields: Fields, scope: string) =>
    caches.find((each) => each.key === fields['key'] && each.version === fields['version'] && each.scope === scope)
  return {
    CreateCacheEntry(fields, { scope }, base) {
      if (find(fields, scope)) return { ok: false, signed_upload_url: '', message: taken }
      const entry = {
        id: caches.length + 1,
        key: textOf(fields['key']),
        version: textOf(fields['version']),
        scope,
        blob: blobs.reserve(),
        isFinished: false,
      }
      caches.push(entry)
      return { ok: true, signed_upload_url: blobs.address(base, entry.blob, 'write', 'cache.tzst'), message: '' }
    },
    FinalizeCacheEntryUpload(fields, { scope }) {
      const entry = find(fields, scope)
      if (entry === undefined) throw new Refused(404, 'not_found', 'no reserved cache')
      entry.isFinished = blobs.bytes.get(entry.blob)?.length === Number(fields['size_bytes'])
      return { ok: entry.isFinished, entry_id: String(entry.id), message: entry.isFinished ? '' : 'another size' }
    },
    GetCacheEntryDownloadURL(fields, { readable }, base) {
      const restoreKeys = Array.isArray(fields['restore_keys']) ? fields['restore_keys'] : []
      const prefixes = [textOf(fields['key']), ...restoreKeys.map(textOf)]
      for (const each of readable) {
        const usable = caches.filter(
          (entry) => entry.isFinished && entry.scope === each && entry.version === fields['version'],
        )
        for (const prefix of prefixes) {
          const hit = usable.find(({ key }) => key === prefix) ?? usable.findLast(({ key }) => key.startsWith(prefix))
          if (hit === undefined) continue
          return {
            ok: true,
            signed_download_url: blobs.address(base, hit.blob, 'read', 'cache.tzst'),
            matched_key: hit.key,
          }
        }
      }
      return { ok: false, signed_download_url: '', matched_key: '' }
    },
  }
}

const taken = 'cache entry with the same key, version, and scope already exists'

/** The clients read only `scp`; the real service scopes caches by `ac`: 1 reads, 3 writes too. */
function tokenOf(runId: string, scopes: readonly string[], sign: (text: string) => string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = {
    scp: `Actions.ExampleScope Actions.Results:${runId}:job`,
    ac: JSON.stringify(scopes.map((scope, place) => ({ Scope: scope, Permission: place === 0 ? 3 : 1 }))),
    exp: Math.floor(Date.now() / 1000) + 6 * 3600,
  }
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
  return `${text}.${sign(text)}`
}

function claimsOf(authorization: string, sign: (text: string) => string): Claims {
  const [head = '', payload = '', signature = ''] = authorization.replace(/^Bearer /i, '').split('.')
  if (signature === '' || signature !== sign(`${head}.${payload}`))
    throw new Refused(401, 'unauthenticated', 'a foreign token')
  const { scp, ac } = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const [, run = ''] = /Actions\.Results:([^:]+):/.exec(textOf(scp)) ?? []
  const scopes = (JSON.parse(textOf(ac)) as { Scope: string }[]).map(({ Scope }) => Scope)
  return { run, scope: scopes[0] ?? '', readable: scopes }
}

/** Protobuf's wrapped values come bare or as `{value}`. */
function unwrapped(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'value' in value ? value.value : value
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
