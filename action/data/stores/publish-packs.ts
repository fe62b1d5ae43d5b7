import { setTimeout as sleep } from 'node:timers/promises'

import { Fault } from '../../base/fault.ts'
import type { GitHubClient } from '../../github/client.ts'
import { type BuiltFile, fillDraft } from '../../github/fill-draft.ts'
import { createDraft, deleteRelease, listReleases, publishDraft } from '../../github/releases.ts'

export interface PackRelease {
  readonly tag: string
  /** Whose commit the tag is to name. */
  readonly branch: string
  readonly name: string
  readonly body: string
}

/** More steps than this lead nowhere. */
const mostRefusals = 15

/**
 * Publishes one release that holds these assets, whatever an earlier or a racing call left: a draft is filled, checked
 * against the digests that GitHub computes, and only then seen by anybody. Throws `store/not-settled`.
 */
export async function publishPacks(
  client: GitHubClient,
  release: PackRelease,
  assets: readonly BuiltFile[],
  onBytes: (bytes: number) => void,
): Promise<void> {
  for (let refusals = 0; refusals < mostRefusals; ) {
    const own = (await listReleases(client)).filter(({ tag }) => tag === release.tag)
    const published = own.find(({ isDraft }) => !isDraft)
    const drafts = own.filter(({ isDraft }) => isDraft).sort((one, other) => one.id - other.id)
    if (published) {
      for (const draft of drafts) await deleteRelease(client, draft)
      return
    }
    const draft = drafts[0] ?? (await createDraft(client, { ...release, commit: release.branch, isPrerelease: true }))
    const filled = await fillDraft(client, draft, assets, { onBytes })
    if (filled.kind === 'stuck') break
    if (filled.kind === 'full' && (await publishDraft(client, filled.draft)).kind === 'done') continue
    refusals += 1
    await sleep(Math.random() * 50 * refusals)
  }
  throw new Fault(
    'store/not-settled',
    `Cannot publish the packs "${release.tag}": GitHub refused again and again; expected nobody else to change its drafts meanwhile`,
    { remedy: 'Look at the drafts under Releases, then run it again.', stays: 'nothing was pinned' },
  )
}
