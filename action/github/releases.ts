import { Readable, type Writable } from 'node:stream'

import { sendSlice } from '../base/send-slice.ts'
import { type Done, type GitHubClient, once } from './client.ts'
import type { Refused } from './github-fault.ts'

export interface Release {
  readonly id: number
  readonly tag: string
  readonly body: string
  readonly isDraft: boolean
  readonly url: string
  readonly uploadUrl: string
  /** ISO 8601; of a draft, when it was made. */
  readonly createdAt: string
  readonly publishedAt: string | null
  readonly assets: readonly Asset[]
}

/** `isWhole` is false of an asset whose upload broke off. `sha256` is what GitHub computed. */
export interface Asset {
  readonly id: number
  readonly name: string
  readonly bytes: number
  readonly isWhole: boolean
  readonly sha256: string | null
  /** ISO 8601. */
  readonly createdAt: string
}

interface RestRelease {
  readonly id: number
  readonly tag_name: string
  readonly body?: string | null
  readonly draft: boolean
  readonly html_url: string
  readonly upload_url: string
  readonly created_at: string
  readonly published_at: string | null
  readonly assets: readonly RestAsset[]
}

interface RestAsset {
  readonly id: number
  readonly name: string
  readonly size: number
  readonly state: string
  readonly digest?: string | null
  readonly created_at: string
}

/** All releases, drafts too, the newest first. */
export async function listReleases(client: GitHubClient): Promise<readonly Release[]> {
  const { owner, repository } = client.connection
  return client.call('list the releases of', `${owner}/${repository}`, async (octokit, names) => {
    const all = await octokit.paginate(octokit.rest.repos.listReleases, { ...names, per_page: 100 })
    return { data: all.map(asRelease) }
  })
}

export async function readRelease(client: GitHubClient, id: number): Promise<Release | undefined> {
  const found = await client.find('read the release', String(id), ({ rest }, repository) =>
    rest.repos.getRelease({ ...repository, release_id: id }),
  )
  return found && asRelease(found)
}

/** Published releases only: a draft has no tag. */
export async function readReleaseByTag(client: GitHubClient, tag: string): Promise<Release | undefined> {
  const found = await client.find('read the release', tag, ({ rest }, repository) =>
    rest.repos.getReleaseByTag({ ...repository, tag }),
  )
  return found && asRelease(found)
}

export interface NewDraft {
  readonly tag: string
  readonly commit: string
  readonly name: string
  readonly body: string
  /** A prerelease is never the repository's latest release. */
  readonly isPrerelease?: boolean
}

export async function createDraft(client: GitHubClient, draft: NewDraft): Promise<Release> {
  const { tag, commit, name, body, isPrerelease = false } = draft
  const made = await client.call('create the draft', tag, ({ rest }, repository) =>
    rest.repos.createRelease({
      ...repository,
      tag_name: tag,
      target_commitish: commit,
      name,
      body,
      draft: true,
      ...(isPrerelease && { prerelease: true }),
      request: once,
    }),
  )
  return asRelease(made)
}

/** Makes the tag and the release, at once for everybody. */
export async function publishDraft(client: GitHubClient, draft: Release): Promise<Done<Release> | Refused> {
  const published = await client.attempt('publish', draft.tag, ({ rest }, repository) =>
    rest.repos.updateRelease({ ...repository, release_id: draft.id, draft: false }),
  )
  return published.kind === 'done' ? { kind: 'done', data: asRelease(published.data) } : published
}

export async function deleteRelease(client: GitHubClient, release: Release): Promise<void> {
  await client.find('delete the draft', release.tag, ({ rest }, repository) =>
    rest.repos.deleteRelease({ ...repository, release_id: release.id }),
  )
}

export async function deleteAsset(client: GitHubClient, asset: Asset): Promise<void> {
  await client.find('delete the asset', asset.name, ({ rest }, repository) =>
    rest.repos.deleteReleaseAsset({ ...repository, asset_id: asset.id }),
  )
}

export interface Upload {
  readonly name: string
  readonly path: string
  /** Place of its first byte in the file; left out: 0. */
  readonly from?: number
  readonly bytes: number
  readonly contentType: string
  /** Called as bytes leave. */
  readonly onBytes: (sent: number) => void
}

/** Streams a file or a slice of one, so that its size does not matter. Refused (422) where an asset has that name. */
export async function uploadAsset(
  client: GitHubClient,
  release: Release,
  upload: Upload,
): Promise<Done<Asset> | Refused> {
  const { name, path, from = 0, bytes, contentType, onBytes } = upload
  // It may have to be sent again: after a limit, or to where the repository is now.
  const data = async (target: Writable) => await sendSlice({ path, from, bytes, onBytes }, target)
  const uploaded = await client.attempt<RestAsset>('upload', name, (octokit) =>
    octokit.request({
      method: 'POST',
      url: release.uploadUrl,
      name,
      headers: { 'content-type': contentType, 'content-length': bytes },
      data,
      request: once,
    }),
  )
  return uploaded.kind === 'done' ? { kind: 'done', data: asAsset(uploaded.data) } : uploaded
}

/** The bytes of a small asset. */
export async function downloadAsset(client: GitHubClient, asset: Asset): Promise<Uint8Array> {
  const data = await client.call<unknown>('download', asset.name, ({ rest }, repository) =>
    rest.repos.getReleaseAsset({ ...repository, asset_id: asset.id, headers: { accept: 'application/octet-stream' } }),
  )
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  throw new TypeError(`GitHub answered no bytes for ${asset.name}`)
}

/** An asset's bytes from a place on, as they come. */
export interface AssetBytes {
  /** Place of the first byte: 0 where the server gives the whole whatever is asked for. */
  readonly from: number
  readonly body: AsyncIterable<Uint8Array>
}

/** Opens an asset of any size to read from its byte `from` (0-based) on. Reading may break off: then ask again, from there. */
export async function openAsset(
  client: GitHubClient,
  asset: Asset,
  from: number,
  signal?: AbortSignal,
): Promise<AssetBytes> {
  return client.call('download', asset.name, async (octokit, repository) => {
    const answer = await octokit.request('GET /repos/{owner}/{repo}/releases/assets/{asset_id}', {
      ...repository,
      asset_id: asset.id,
      headers: { accept: 'application/octet-stream', ...(from > 0 && { range: `bytes=${from}-` }) },
      request: { parseSuccessResponseBody: false, ...(signal && { signal }) },
    })
    const body: unknown = answer.data
    if (!(body instanceof Readable)) throw new TypeError(`GitHub answered no bytes for ${asset.name}`)
    const status: number = answer.status
    return { data: { from: status === 206 ? from : 0, body } }
  })
}

function asRelease(release: RestRelease): Release {
  return {
    id: release.id,
    tag: release.tag_name,
    body: release.body ?? '',
    isDraft: release.draft,
    url: release.html_url,
    uploadUrl: release.upload_url,
    createdAt: release.created_at,
    publishedAt: release.published_at,
    assets: release.assets.map(asAsset),
  }
}

function asAsset(asset: RestAsset): Asset {
  return {
    id: asset.id,
    name: asset.name,
    bytes: asset.size,
    isWhole: asset.state === 'uploaded',
    sha256: /^sha256:([0-9a-f]{64})$/.exec(asset.digest ?? '')?.[1] ?? null,
    createdAt: asset.created_at,
  }
}
