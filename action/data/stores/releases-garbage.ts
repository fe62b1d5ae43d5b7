import type { GitHubClient } from '../../github/client.ts'
import { deleteTag, listTags } from '../../github/git-data.ts'
import { deleteRelease, listReleases, type Release, readRelease, readReleaseByTag } from '../../github/releases.ts'
import type { Collectable } from '../garbage/collect-remote.ts'
import { branchNotes } from './branch-notes.ts'
import { isDataTag, readPacks, tagPrefix } from './packed-releases.ts'

/** Releases of packs, each of which goes as a whole: what was published is never changed. */
export function releasesGarbage(client: GitHubClient, now: () => Date): Collectable {
  const released = new Map<string, Release>()
  return {
    notes: branchNotes(client, now),
    atOnce: 1,

    async units() {
      const { packs, unreadable } = await readPacks(client)
      for (const { release } of packs) released.set(release.tag, release)
      const units = packs.map(({ release, index }) => ({
        name: release.tag,
        digests: index.files.map(({ sha256 }) => sha256),
        bytes: release.assets.reduce((sum, { bytes }) => sum + bytes, 0),
        sinceMs: Date.parse(release.publishedAt ?? release.createdAt),
      }))
      return { units, unreadable: unreadable.map(({ tag }) => tag) }
    },

    async remove(units) {
      for (const { name } of units) {
        const release = released.get(name)
        if (!release) continue
        // The tag first: without it nothing that was killed in between looks whole. GitHub keeps that of an immutable release until then.
        await deleteTag(client, name)
        await deleteRelease(client, release)
        await deleteTag(client, name)
      }
    },

    async removeLeftovers(beforeMs, isDryRun) {
      // In this order: a tag that was there before has its release in the list.
      const tags = (await listTags(client, tagPrefix)).filter(isDataTag)
      const releases = (await listReleases(client)).filter(({ tag }) => isDataTag(tag))
      const drafts = releases.filter(({ isDraft, createdAt }) => isDraft && Date.parse(createdAt) < beforeMs)
      const published = new Set(releases.map(({ tag }) => tag))
      const alone = tags.filter((tag) => !published.has(tag))
      if (isDryRun) return drafts.length + alone.length
      for (const { id } of drafts) {
        const draft = await readRelease(client, id)
        if (draft?.isDraft) await deleteRelease(client, draft)
      }
      for (const tag of alone) if ((await readReleaseByTag(client, tag)) === undefined) await deleteTag(client, tag)
      return drafts.length + alone.length
    },
  }
}
