import type { GitHubClient } from '../github/client.ts'
import type { Release } from '../github/releases.ts'
import { type LockEntry, readDataLock } from '../project/data-lock.ts'
import type { PublishedRecord } from './record-published.ts'
import type { RegistryEntry } from './registry.ts'
import { verifiedText } from './verified-release.ts'

/** The data files that a release was made of, of all sections. */
export async function lockedFiles(
  client: GitHubClient,
  release: Release,
  record: PublishedRecord,
): Promise<readonly LockEntry[]> {
  const read = readDataLock('data.lock.yaml', await verifiedText(client, release, record, 'data.lock.yaml'))
  return read.ok ? Object.values(read.value.sections).flat() : []
}

/** Data files of one release and not of the other; null where one of them is not there any more. */
export async function releasedDataChanges(
  client: GitHubClient,
  before: RegistryEntry,
  after: RegistryEntry,
): Promise<{ readonly added: string[]; readonly removed: string[]; readonly changed: string[] } | null> {
  if (before.record.dataDigest === after.record.dataDigest) return { added: [], removed: [], changed: [] }
  if (!before.release || !after.release) return null
  const [older, newer] = await Promise.all([
    lockedFiles(client, before.release, before.record),
    lockedFiles(client, after.release, after.record),
  ])
  const [had, has] = [older, newer].map((files) => new Map(files.map(({ path, sha256 }) => [path, sha256])))
  if (!had || !has) return null
  return {
    added: [...has.keys()].filter((path) => !had.has(path)),
    removed: [...had.keys()].filter((path) => !has.has(path)),
    changed: [...has].filter(([path, digest]) => had.has(path) && had.get(path) !== digest).map(([path]) => path),
  }
}
