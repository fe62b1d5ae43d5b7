import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'

import { appendBytes } from '../../base/append-bytes.ts'
import { Fault } from '../../base/fault.ts'
import { type FollowedDigest, followDigest } from '../../base/follow-digest.ts'
import { once } from '../../base/once.ts'
import { sha256, sha256OfFile } from '../../base/sha256.ts'
import type { GitHubClient } from '../../github/client.ts'
import type { BuiltFile } from '../../github/fill-draft.ts'
import { type Asset, openAsset, type Release } from '../../github/releases.ts'
import type { LockEntry } from '../../project/data-lock.ts'
import { branchNotes } from './branch-notes.ts'
import { formatIndex, indexName, type PackedFile } from './pack-index.ts'
import { findPacked, readPack, readPacks, tagPrefix } from './packed-releases.ts'
import { planPacks } from './plan-packs.ts'
import { publishPacks } from './publish-packs.ts'
import type { Remote, Standing } from './remote-store.ts'
import type { StoredFile, Told } from './store.ts'
import { writePack } from './write-pack.ts'

export interface ReleasesPlace {
  readonly client: GitHubClient
  /** Absolute: the model's. */
  readonly folder: string
  /** So large a pack may be before it is compressed. */
  readonly mostPackBytes: number
  /** Everybody may have the data. */
  readonly mayBePublic: boolean
  readonly now?: () => Date
}

/**
 * Packs of files as assets of releases that never change: each push publishes one release with its packs and an index that
 * says where each file lies, so that one of them can be had without the others.
 */
export function openReleasesStore(place: ReleasesPlace): Remote {
  const { client, folder, mostPackBytes, mayBePublic, now = () => new Date() } = place
  const readAnew = () => once(async () => (await readPacks(client)).packs)
  const known = { read: readAnew() }
  /** Name of the asset → the whole pack, here until the store is closed. */
  const here = new Map<string, string>()
  const packsFolder = join(folder, '.plumbline/packs', `fetched.${process.pid}-${randomBytes(4).toString('hex')}`)
  return {
    standing,
    notes: branchNotes(client, now),
    forget: () => {
      known.read = readAnew()
    },
    wholePacks,
    prepare,
    fetch,
    push,
    close: () => rm(packsFolder, { recursive: true, force: true }),
  }

  async function standing(entries: readonly LockEntry[]): Promise<ReadonlyMap<string, Standing>> {
    const packs = await known.read()
    const found = new Map<string, Standing>()
    for (const entry of entries) {
      const { release } = findPacked(packs, entry) ?? {}
      if (!release) continue
      found.set(entry.sha256, { unit: release.tag, sinceMs: Date.parse(release.publishedAt ?? release.createdAt) })
    }
    return found
  }

  async function wholePacks(entries: readonly LockEntry[]): Promise<number> {
    return (await wantedWhole(entries)).reduce((sum, { bytes }) => sum + bytes, 0)
  }

  async function prepare(entries: readonly LockEntry[], signal?: AbortSignal): Promise<void> {
    for (const asset of await wantedWhole(entries)) {
      await mkdir(packsFolder, { recursive: true })
      const path = join(packsFolder, asset.name)
      const file = await open(path, 'w')
      try {
        await appendBytes(taken(client, asset, { at: 0, stored: asset.bytes }, signal), file)
      } finally {
        await file.close()
      }
      here.set(asset.name, path)
    }
  }

  /** A pack of which many files are wanted comes whole: GitHub counts requests. */
  async function wantedWhole(entries: readonly LockEntry[]): Promise<readonly Asset[]> {
    const packs = await known.read()
    const wanted = new Map<Asset, number>()
    for (const entry of entries) {
      const found = findPacked(packs, entry)
      for (const { pack } of found?.file.slices ?? []) {
        const asset = found?.release.assets.find(({ name }) => name === pack)
        if (asset) wanted.set(asset, (wanted.get(asset) ?? 0) + 1)
      }
    }
    return [...wanted].filter(([, slices]) => slices >= fewestAtOnce).map(([asset]) => asset)
  }

  async function fetch(entry: LockEntry, path: string, signal?: AbortSignal): Promise<void> {
    const found = findPacked(await known.read(), entry)
    if (!found) throw missing(entry)
    const draft = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.draft`
    try {
      await mkdir(dirname(path), { recursive: true })
      await using followed = followDigest(draft)
      const file = await open(draft, 'w')
      try {
        for (const slice of found.file.slices) {
          const asset = found.release.assets.find(({ name }) => name === slice.pack)
          if (!asset) throw damaged(entry, found.release, `its asset "${slice.pack}" is gone`)
          const local = here.get(slice.pack)
          const { at, stored } = slice
          const bytes =
            local === undefined
              ? taken(client, asset, slice, signal)
              : createReadStream(local, { start: at, end: at + stored - 1 })
          await appendSlice(bytes, slice, { file, followed }, signal)
        }
      } finally {
        await file.close()
      }
      const digest = await followed.digest(signal)
      if (digest !== entry.sha256) throw damaged(entry, found.release, 'it holds other bytes than its index says')
      await rename(draft, path)
    } catch (error) {
      // What no gzip can read is not what was packed.
      const isBroken = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
      throw isBroken ? damaged(entry, found.release, 'its pack holds other bytes') : error
    } finally {
      await rm(draft, { force: true })
    }
  }

  async function push(files: readonly StoredFile[], { signal, onBytes }: Told): Promise<void> {
    const tag =
      tagPrefix +
      sha256(
        files
          .map((file) => file.sha256)
          .sort()
          .join('\n'),
      ).slice(0, 16)
    const holdsAll = async (release: Release) => {
      const pack = await readPack(client, release)
      return pack !== undefined && files.every((file) => findPacked([pack], file) !== undefined)
    }
    const packing = join(folder, '.plumbline/packs', `${tag}.${process.pid}`)
    const { branch, isPublic } = await repositoryOf(client)
    if (isPublic && !mayBePublic) throw wouldPublish(client)
    await mkdir(packing, { recursive: true })
    try {
      const { assets, index } = await writePacks(files, packing, mostPackBytes, signal)
      const body = `Data of ${files.length} files that locks of this repository pin. Plumbline reads them; \`plumbline data gc\` deletes this once no lock needs any of its files.`
      await publishPacks(
        client,
        { tag, branch, name: `Data ${tag.slice(tagPrefix.length)}`, body },
        [...assets, index],
        { nowMs: now().getTime(), onBytes: (bytes) => onBytes?.(bytes), holdsAll },
      )
    } finally {
      await rm(packing, { recursive: true, force: true })
    }
    known.read = readAnew()
  }
}

async function writePacks(files: readonly StoredFile[], place: string, mostBytes: number, signal?: AbortSignal) {
  const assets: BuiltFile[] = []
  const packed = new Map<string, PackedFile>()
  for (const [number, slices] of planPacks(files, mostBytes).entries()) {
    const path = join(place, `${number}.pack`)
    const written = await writePack(slices, path, signal)
    const digest = await sha256OfFile(path, signal)
    const name = `pack-${String(number + 1).padStart(3, '0')}-${digest.slice(0, 16)}.bin`
    // An asset holds at least a byte: empty files need none.
    const { size } = await stat(path)
    if (size > 0) assets.push({ name, path, bytes: size, sha256: digest, contentType: 'application/octet-stream' })
    for (const [at, slice] of written.entries()) {
      const { file } = slices[at] ?? {}
      if (!file) continue
      const before = packed.get(file.sha256)?.slices ?? []
      const own = slice.bytes === 0 ? [] : [{ ...slice, pack: name }]
      packed.set(file.sha256, { sha256: file.sha256, bytes: file.bytes, slices: [...before, ...own] })
    }
  }
  const text = formatIndex({ files: [...packed.values()] })
  const path = join(place, indexName)
  await writeFile(path, text)
  const contentType = 'application/json'
  const index = { name: indexName, path, bytes: Buffer.byteLength(text), sha256: sha256(text), contentType }
  return { assets, index }
}

/** From so many files of a pack on, all of it is fetched. */
const fewestAtOnce = 8

async function appendSlice(
  bytes: AsyncIterable<Uint8Array>,
  { how }: PackedFile['slices'][number],
  { file, followed }: { readonly file: FileHandle; readonly followed: FollowedDigest },
  signal?: AbortSignal,
): Promise<void> {
  const onWritten = (length: number) => followed.came(length)
  if (how !== 'gzip') return await appendBytes(bytes, file, { onWritten })
  const append = async (plain: AsyncIterable<Buffer>) => await appendBytes(plain, file, { onWritten })
  await pipeline(bytes, createGunzip(), append, signal ? { signal } : {})
}

/** So often a connection may break without a byte between. */
const mostBreaks = 5

/** The slice's bytes, over as many connections as it takes. */
async function* taken(
  client: GitHubClient,
  asset: Asset,
  { at, stored }: { readonly at: number; readonly stored: number },
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let got = 0
  for (let breaks = 0; got < stored; ) {
    const before = got
    try {
      const opened = await openAsset(client, asset, at + got, signal)
      let skip = at + got - opened.from
      for await (const chunk of opened.body) {
        const useful = chunk.subarray(Math.min(skip, chunk.length), skip + stored - got)
        skip = Math.max(0, skip - chunk.length)
        got += useful.length
        if (useful.length > 0) yield useful
        if (got === stored) return
      }
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof Fault && error.owner !== 'remote') throw error
      if (got === before && breaks + 1 >= mostBreaks) throw error
    }
    breaks = got > before ? 0 : breaks + 1
    if (breaks >= mostBreaks) return
  }
}

/** The embedded GitHub is on this machine alone, whatever it says of itself. */
async function repositoryOf(client: GitHubClient): Promise<{ readonly branch: string; readonly isPublic: boolean }> {
  const { owner, repository, isEmbedded } = client.connection
  const found = await client.call('read the repository', `${owner}/${repository}`, ({ rest }, names) =>
    rest.repos.get(names),
  )
  return { branch: found.default_branch, isPublic: !found.private && !isEmbedded }
}

function wouldPublish({ connection }: GitHubClient): Fault {
  return new Fault(
    'privacy/public-repository',
    `Cannot keep the data in releases of "${connection.owner}/${connection.repository}": the repository is public, so that everybody could download it; expected privacy.public: true`,
    {
      remedy:
        'Make the repository private, keep the data in S3; or, where everybody may have it, set privacy: { public: true }.',
      stays: 'nothing was published',
    },
  )
}

function missing({ path, sha256: digest }: LockEntry): Fault {
  return new Fault(
    'store/missing',
    `Cannot fetch "${path}": no release ${tagPrefix}… holds its bytes (sha256 ${digest.slice(0, 12)}…)`,
    { remedy: 'Run plumbline snapshot --push where the file is.' },
  )
}

function damaged({ path }: LockEntry, { tag }: Release, state: string): Fault {
  return new Fault(
    'store/damaged',
    `Cannot fetch "${path}" from ${tag}: ${state}; expected the bytes as they were packed`,
    {
      remedy: 'Somebody changed that release. Delete it, then run plumbline snapshot --push where the file is whole.',
    },
  )
}
