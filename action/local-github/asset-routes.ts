import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'

import { appendBytes } from '../base/append-bytes.ts'
import { followDigest } from '../base/follow-digest.ts'
import { actorOf } from './access.ts'
import { seesDrafts } from './decide-access.ts'
import { type Answer, type Exchange, type Forge, paginated, param } from './exchange.ts'
import { timestamp } from './git-commits.ts'
import { invalid, notFound, Refusal } from './refusal.ts'
import { requireRelease } from './release-routes.ts'
import { assetResource } from './resources.ts'
import type { State, StoredAsset, StoredRelease } from './state.ts'

interface Placed {
  readonly release: StoredRelease
  readonly asset: StoredAsset
}

export async function listAssets(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const release = requireRelease(await forge.state.read(), exchange)
  const { items, headers } = paginated(exchange, `/releases/${release.id}/assets`, release.assets)
  return { status: 200, json: items.map((asset) => assetResource(forge, release, asset)), headers }
}

/** Facts as JSON, or the bytes where the request accepts `application/octet-stream`. */
export async function getAsset(exchange: Exchange): Promise<Answer> {
  const { forge, request } = exchange
  const { release, asset } = requireAsset(await forge.state.read(), exchange)
  if (!(request.headers.accept ?? '').includes('application/octet-stream')) {
    return { status: 200, json: assetResource(forge, release, asset) }
  }
  return bytesOf(forge, asset)
}

/** What `browser_download_url` names. */
export async function downloadAsset(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const { releases } = await forge.state.read()
  const release = releases.find(({ tag, isDraft }) => tag === param(exchange, 'tag') && !isDraft)
  const asset = release?.assets.find(({ name }) => name === param(exchange, 'name'))
  if (!asset) throw notFound()
  return bytesOf(forge, asset)
}

/** The asset exists as `starter` from the first byte on, and stays so where the last one never comes. */
export async function uploadAsset(exchange: Exchange): Promise<Answer> {
  const { forge, request, query } = exchange
  const announced = Number(request.headers['content-length'])
  if (!Number.isSafeInteger(announced) || announced < 1) throw new Refusal(400, 'Bad Content-Length')
  const { assetBytes } = forge.limits
  if (announced >= assetBytes)
    throw invalid('ReleaseAsset', 'size', 'custom', `size must be less than or equal to ${assetBytes}`)
  const starter = await announce(exchange, assetName(query.get('name')))
  const part = join(forge.assetsFolder, `${starter.asset.id}.${randomUUID()}.part`)
  try {
    const { bytes, digest } = await receive(exchange, part)
    if (bytes !== announced) throw new Refusal(400, 'Bad Size')
    return await complete(exchange, starter.asset.id, { part, bytes, digest })
  } finally {
    await rm(part, { force: true })
  }
}

export async function deleteAsset(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const id = await forge.state.change((state) => {
    const { release, asset } = requireAsset(state, exchange)
    if (release.isImmutable === true) throw new Refusal(422, 'Cannot delete assets from an immutable release.')
    const assets = release.assets.filter((other) => other.id !== asset.id)
    return { state: replaced(state, { ...release, assets }), answer: asset.id }
  })
  await rm(join(forge.assetsFolder, String(id)), { force: true })
  return { status: 204 }
}

function announce(exchange: Exchange, name: string): Promise<Placed> {
  const { forge, access, query, request } = exchange
  return forge.state.change((state) => {
    const release = requireRelease(state, exchange)
    if (release.isImmutable === true) throw new Refusal(422, 'Cannot upload assets to an immutable release.')
    if (release.assets.length >= forge.limits.assetsOfRelease) throw tooManyAssets(forge.limits.assetsOfRelease)
    if (release.assets.some((asset) => asset.name === name)) throw invalid('ReleaseAsset', 'name', 'already_exists')
    const now = timestamp(new Date())
    const asset: StoredAsset = {
      id: state.nextId,
      name,
      label: query.get('label'),
      contentType: request.headers['content-type'] ?? 'application/octet-stream',
      state: 'starter',
      bytes: 0,
      sha256: null,
      uploader: actorOf(access).login,
      createdAt: now,
      updatedAt: now,
    }
    const changed = replaced(state, { ...release, assets: [...release.assets, asset] })
    return { state: { ...changed, nextId: state.nextId + 1 }, answer: { release, asset } }
  })
}

async function receive(
  { forge, request, breaksOff }: Exchange,
  part: string,
): Promise<{ bytes: number; digest: string }> {
  await mkdir(forge.assetsFolder, { recursive: true })
  if (breaksOff) throw await brokenOff(request)
  let bytes = 0
  await using followed = followDigest(part)
  const file = await open(part, 'w')
  try {
    const onWritten = (length: number) => {
      bytes += length
      followed.came(length)
    }
    await appendBytes(request as AsyncIterable<Buffer>, file, { onWritten })
  } finally {
    await file.close()
  }
  return { bytes, digest: await followed.digest() }
}

/** Once some bytes have come; the others are read and forgotten, so that the client hears the answer. */
async function brokenOff(request: IncomingMessage): Promise<Refusal> {
  request.resume()
  await finished(request)
  return new Refusal(502, 'Server Error')
}

function complete(
  exchange: Exchange,
  id: number,
  received: { part: string; bytes: number; digest: string },
): Promise<Answer> {
  const { forge } = exchange
  return forge.state.change(async (state) => {
    const { release, asset } = requirePlaced(state, id)
    if (release.isImmutable === true) throw new Refusal(422, 'Cannot upload assets to an immutable release.')
    await rename(received.part, join(forge.assetsFolder, String(id)))
    const uploaded: StoredAsset = {
      ...asset,
      state: 'uploaded',
      bytes: received.bytes,
      sha256: received.digest,
      updatedAt: timestamp(new Date()),
    }
    const assets = release.assets.map((other) => (other.id === id ? uploaded : other))
    return {
      state: replaced(state, { ...release, assets }),
      answer: { status: 201, json: assetResource(forge, release, uploaded) },
    }
  })
}

function bytesOf(forge: Forge, asset: StoredAsset): Answer {
  if (asset.state !== 'uploaded') throw notFound()
  return {
    status: 200,
    file: join(forge.assetsFolder, String(asset.id)),
    bytes: asset.bytes,
    contentType: 'application/octet-stream',
  }
}

function tooManyAssets(most: number): Refusal {
  return invalid('ReleaseAsset', 'release', 'custom', `A release can have at most ${most} assets`)
}

/** GitHub renames what it does not like in a name. */
function assetName(given: string | null): string {
  const name = (given ?? '').replace(/[^A-Za-z0-9._@+-]+/g, '.').replace(/^\.+|\.+$/g, '')
  if (name === '') throw new Refusal(422, 'Invalid name for request')
  return name
}

function requireAsset(state: State, exchange: Exchange): Placed {
  const placed = requirePlaced(state, Number(param(exchange, 'asset_id')))
  if (placed.release.isDraft && !seesDrafts(exchange.access)) throw notFound()
  return placed
}

function requirePlaced(state: State, id: number): Placed {
  for (const release of state.releases) {
    const asset = release.assets.find((known) => known.id === id)
    if (asset) return { release, asset }
  }
  throw notFound()
}

function replaced(state: State, release: StoredRelease): State {
  return { ...state, releases: state.releases.map((known) => (known.id === release.id ? release : known)) }
}
