import { lstat, mkdir, realpath, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'

import { Fault } from '../../base/fault.ts'
import { sha256OfFile } from '../../base/sha256.ts'
import { hashFiles } from '../hash-files.ts'
import { formatOf, knownEndings } from '../source-file.ts'
import { safeName } from './landed-name.ts'
import type { Arrival, LandedFile } from './landing.ts'
import {
  type LandedManifest,
  type LandedRecord,
  type LandedRecords,
  readManifest,
  writeManifest,
} from './landed-manifest.ts'
import { partPath } from './part-file.ts'

/** Hidden, so that no glob sees what is not whole. */
const partsName = '.plumbline-parts'

/** What a landing changed in the folder of a source; paths are relative to the model's folder. */
export interface LandedChanges {
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly change: Change }[]
  readonly gone: readonly { readonly path: string; readonly bytes: number }[]
}

export type Change = 'new' | 'changed' | 'unchanged'

/** The folder of one source, as it was left by the last landing. */
export interface LandingFolder {
  readonly partsFolder: string
  readonly landedFrom: (id: string) => LandedFile | undefined
  readonly forgetPart: (id: string) => Promise<void>
  /** Makes the folder hold exactly these, of the files that are ours. Throws where it would touch another. */
  readonly settle: (arrivals: readonly Arrival[]) => Promise<LandedChanges>
}

interface Place {
  /** The model's folder, absolute. */
  readonly project: string
  /** Relative to it. */
  readonly into: string
  /** `into`, absolute. */
  readonly folder: string
  readonly parts: string
}

/**
 * Finishes what an earlier landing left half done, and looks at what lies there. Throws `source/bad-manifest`,
 * `source/edited` where a landed file has other bytes now, and `data/outside-folder`.
 */
export async function openLandingFolder(
  project: string,
  { name, into }: { readonly name: string; readonly into: string },
  signal: AbortSignal,
): Promise<LandingFolder> {
  const path = into.replace(/^(\.\/)+/, '').replace(/\/+$/, '')
  const folder = join(project, path)
  const place = { project, into: path, folder, parts: join(folder, partsName) }
  await refuseOutside(place)
  const read = await readManifest(folder, path, name)
  await refuseOutside(place, [...Object.keys(read.files), ...Object.keys(read.next ?? {})])
  const manifest = read.next ? await complete(place, read, signal) : read
  const here = await hashLanded(place, name, manifest.files, signal)
  const byId = new Map(
    Object.entries(manifest.files).flatMap(([file, record]) =>
      here.has(file) ? [[record.id, { name: file, ...record }] as const] : [],
    ),
  )
  return {
    partsFolder: place.parts,
    landedFrom: (id) => byId.get(id),
    forgetPart: async (id) => {
      await rm(`${partPath(place.parts, id)}.json`, { force: true })
      await rm(partPath(place.parts, id), { force: true })
    },
    settle: async (arrivals) => await settle(place, manifest, here, arrivals, signal),
  }
}

async function settle(
  place: Place,
  manifest: LandedManifest,
  here: ReadonlySet<string>,
  arrivals: readonly Arrival[],
  signal: AbortSignal,
): Promise<LandedChanges> {
  refuseClashes(place, arrivals)
  await refuseOutside(
    place,
    arrivals.map(({ name }) => name),
  )
  const next: Record<string, LandedRecord> = {}
  const files: { path: string; bytes: number; change: Change }[] = []
  for (const arrival of arrivals) {
    const { name } = arrival
    const before = manifest.files[name]
    const record = arrival.kind === 'fetched' ? recordOf(arrival) : before
    if (!record) throw new Error(`Cannot keep "${name}": it was not landed before`)
    const isSame = here.has(name) && before?.sha256 === record.sha256
    if (!before) await refuseForeign(place, name)
    if (isSame && arrival.kind === 'fetched') await rm(partPath(place.parts, arrival.id), { force: true })
    next[name] = record
    const change = isSame ? 'unchanged' : here.has(name) ? 'changed' : 'new'
    files.push({ path: `${place.into}/${name}`, bytes: record.bytes, change })
  }
  const gone = Object.entries(manifest.files).filter(([name]) => next[name] === undefined && here.has(name))
  signal.throwIfAborted()
  const isNews = JSON.stringify(sorted(next)) !== JSON.stringify(sorted(manifest.files))
  if (isNews || files.some(({ change }) => change !== 'unchanged')) {
    await writeManifest(place.folder, place.parts, { ...manifest, next })
    // What was looked at a moment ago is not read again.
    const isUnchanged = new Map(files.map(({ path, change }) => [path, change === 'unchanged']))
    await complete(place, { ...manifest, next }, signal, (name) => isUnchanged.get(`${place.into}/${name}`))
  } else {
    await rm(place.parts, { recursive: true, force: true })
  }
  return { files, gone: gone.map(([name, { bytes }]) => ({ path: `${place.into}/${name}`, bytes })) }
}

/**
 * From the files listed to those that are next; done again after a crash, it ends the same. `isUnchanged` says of what was
 * looked at whether it lies there (true) or in its part (false).
 */
async function complete(
  place: Place,
  manifest: LandedManifest,
  signal: AbortSignal,
  isUnchanged: (name: string) => boolean | undefined = () => undefined,
): Promise<LandedManifest> {
  const { files, next = {} } = manifest
  const landed: Record<string, LandedRecord> = {}
  for (const [name, record] of Object.entries(next)) {
    const known = isUnchanged(name)
    if (known === false) await bring(partPath(place.parts, record.id), join(place.folder, name))
    if (known !== undefined || (await isLanded(place, name, record, files[name]))) landed[name] = record
    signal.throwIfAborted()
  }
  for (const [name, { sha256 }] of Object.entries(files)) {
    if (next[name] !== undefined) continue
    const target = join(place.folder, name)
    const lying = await hashIfThere(target)
    if (lying !== undefined && lying !== sha256) continue
    await rm(target, { force: true })
    await removeEmptyFolders(place.folder, dirname(target))
  }
  const { source } = manifest
  await writeManifest(place.folder, place.parts, { source, files: landed })
  await rm(place.parts, { recursive: true, force: true })
  return { source, files: landed }
}

/** Whether the file lies there in the end; where its part was lost with the disk, it is fetched again. */
async function isLanded(
  place: Place,
  name: string,
  record: LandedRecord,
  before: LandedRecord | undefined,
): Promise<boolean> {
  const target = join(place.folder, name)
  const part = partPath(place.parts, record.id)
  const lying = await hashIfThere(target)
  if (lying === record.sha256) return true
  if ((await hashIfThere(part)) !== record.sha256) return false
  if (lying !== undefined && lying !== before?.sha256) throw foreign(place, name)
  await bring(part, target)
  return true
}

async function bring(part: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  await rename(part, target)
}

/** The names of the landed files that still lie there, as they were landed. */
async function hashLanded(
  place: Place,
  source: string,
  files: LandedRecords,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const there: { path: string; absolutePath: string; bytes: number }[] = []
  for (const [name, { bytes }] of Object.entries(files)) {
    const absolutePath = join(place.folder, name)
    const found = await lstat(absolutePath).catch(() => undefined)
    if (found) there.push({ path: name, absolutePath, bytes })
    if (found && !found.isFile()) throw edited(place, name)
  }
  // What is known of other files by their times must not be forgotten, so that these are kept apart.
  const hashed = await hashFiles(join(place.project, '.plumbline/landed', source), there, { signal })
  for (const { path, sha256 } of hashed) if (sha256 !== files[path]?.sha256) throw edited(place, path)
  return new Set(hashed.map(({ path }) => path))
}

async function hashIfThere(path: string): Promise<string | undefined> {
  const found = await lstat(path).catch(() => undefined)
  if (!found) return undefined
  return found.isFile() ? await sha256OfFile(path) : 'no file'
}

async function removeEmptyFolders(top: string, folder: string): Promise<void> {
  for (let path = folder; path.startsWith(`${top}${sep}`); path = dirname(path)) {
    const isGone = await rmdir(path).then(
      () => true,
      () => false,
    )
    if (!isGone) return
  }
}

function recordOf({ sha256, bytes, id, validators }: Extract<Arrival, { kind: 'fetched' }>): LandedRecord {
  return { sha256, bytes, id, validators }
}

function sorted(records: LandedRecords): readonly unknown[] {
  return Object.entries(records).sort(([a], [b]) => (a < b ? -1 : 1))
}

function refuseClashes({ into }: Place, arrivals: readonly Arrival[]): void {
  const places = new Map<string, string>()
  for (const { name, shown } of arrivals) {
    const isPlain = name.split('/').every((part) => part !== '' && safeName(part) === part)
    if (!isPlain) {
      throw new Fault('data/bad-path', `Cannot land ${JSON.stringify(name)}: its name is not plain; expected letters`, {
        remedy: 'Give the file a name without control characters, leading dots and \\ : * ? " < > |.',
      })
    }
    if (!formatOf(name)) {
      throw new Fault('source/no-name', `Cannot land "${shown}": its ending is unknown; expected ${knownEndings}`, {
        remedy: 'Narrow the source so that it names data files alone, such as *.parquet.',
      })
    }
    // Some disks know no difference between small and capital letters.
    const key = name.normalize('NFC').toLowerCase()
    const other = places.get(key)
    if (other !== undefined) {
      const message = `Cannot land "${shown}": "${other}" would become "${into}/${name}" too; expected names that differ`
      throw new Fault('source/same-name', message, { remedy: 'Make two sources of them, each with its own into:.' })
    }
    places.set(key, shown)
  }
}

async function refuseForeign(place: Place, name: string): Promise<void> {
  if (await lstat(join(place.folder, name)).catch(() => undefined)) throw foreign(place, name)
}

function foreign({ into }: Place, name: string): Fault {
  return new Fault('source/foreign-file', `Cannot land "${into}/${name}": a file of yours lies there; expected none`, {
    remedy: 'Move it away, or give the source another folder (into:).',
    stays: 'your file stays as it is',
  })
}

function edited({ into }: Place, name: string): Fault {
  const message = `Cannot land in "${into}": "${name}" has other bytes than were landed; expected them untouched`
  return new Fault('source/edited', message, {
    remedy: 'Move the file away to keep it, or delete it: it is fetched again.',
    stays: 'the file stays as it is',
  })
}

/** A link on the way, which a repository may bring along, would have files written or removed elsewhere. */
async function refuseOutside({ project, folder, parts, into }: Place, names: readonly string[] = []): Promise<void> {
  const root = await realpath(project)
  const folders = new Set([folder, parts, ...names.map((name) => dirname(join(folder, name)))])
  for (const start of folders) {
    const place = relative(root, await realOf(start))
    if (place !== '..' && !place.startsWith(`..${sep}`) && !isAbsolute(place)) continue
    throw new Fault(
      'data/outside-folder',
      `Cannot land in "${into}": it leads out of the folder; expected one inside`,
      {
        remedy: 'Name a folder inside that of plumbline.yaml at into:, without links in it that lead out.',
      },
    )
  }
}

/** Of what is not there yet, the nearest folder that is. */
async function realOf(path: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined)
  return real ?? (await realOf(dirname(path)))
}
