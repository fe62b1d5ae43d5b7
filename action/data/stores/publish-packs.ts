import { setTimeout as sleep } from 'node:timers/promises'

import { Fault } from '../../base/fault.ts'
import type { GitHubClient } from '../../github/client.ts'
import { type BuiltFile, fillDraft } from '../../github/fill-draft.ts'
import { readTag } from '../../github/git-data.ts'
import {
  createDraft,
  deleteRelease,
  listReleases,
  publishDraft,
  type Release,
  readReleaseByTag,
} from '../../github/releases.ts'
import { graceMs } from '../garbage/store-notes.ts'

export interface PackRelease {
  readonly tag: string
  /** Whose commit the tag is to name. */
  readonly branch: string
  readonly name: string
  readonly body: string
}

export interface PublishWishes {
  readonly nowMs: number
  readonly onBytes: (bytes: number) => void
  /** Whether a published release gives every file back, however it was packed. */
  readonly holdsAll: (release: Release) => Promise<boolean>
}

/** More steps than this lead nowhere. */
const mostRefusals = 15

/**
 * Publishes one release that holds these assets, whatever an earlier or a racing call left: a draft is filled, checked
 * against the digests that GitHub computes, and only then seen by anybody. Where the tag is taken by something else, or an
 * immutable release once had it, `-2` and so on is put behind it. Throws `store/not-settled`.
 */
export async function publishPacks(
  client: GitHubClient,
  release: PackRelease,
  assets: readonly BuiltFile[],
  { nowMs, onBytes, holdsAll }: PublishWishes,
): Promise<void> {
  for (let refusals = 0, number = 1; refusals < mostRefusals; ) {
    const tag = number === 1 ? release.tag : `${release.tag}-${number}`
    // The tag first: what is published after it was looked for is in the list.
    const isTaken = (await readTag(client, tag)) !== undefined
    const own = (await listReleases(client)).filter((one) => one.tag === tag)
    const published = own.find(({ isDraft }) => !isDraft) ?? (isTaken ? await readReleaseByTag(client, tag) : undefined)
    const drafts = own.filter(({ isDraft }) => isDraft).sort((one, other) => one.id - other.id)
    // One that is old may be cleared away at any moment.
    const isOld = ({ createdAt }: Release) => nowMs - Date.parse(createdAt) > graceMs / 2
    for (const draft of published ? drafts : drafts.filter(isOld)) await deleteRelease(client, draft)
    if (published && (await holdsAll(published))) return
    if (published || isTaken) {
      number += 1
      continue
    }
    const begun = drafts.find((draft) => !isOld(draft))
    const draft = begun ?? (await createDraft(client, { ...release, tag, commit: release.branch, isPrerelease: true }))
    const filled = await fillDraft(client, draft, assets, { onBytes })
    if (filled.kind === 'stuck') break
    const ended = filled.kind === 'full' ? await publishDraft(client, filled.draft) : undefined
    if (ended?.kind === 'done') continue
    if (ended?.message.includes('immutable release')) {
      await deleteRelease(client, draft)
      number += 1
    } else {
      refusals += 1
      await sleep(Math.random() * 50 * refusals)
    }
  }
  throw new Fault(
    'store/not-settled',
    `Cannot publish the packs "${release.tag}": GitHub refused again and again; expected nobody else to change its drafts meanwhile`,
    { remedy: 'Look at the drafts under Releases, then run it again.', stays: 'nothing was pinned' },
  )
}
