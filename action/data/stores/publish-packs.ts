import { setTimeout as sleep } from 'node:timers/promises'

import { Fault } from '../../base/fault.ts'
import type { GitHubClient } from '../../github/client.ts'
import {
  createDraft,
  deleteAsset,
  deleteRelease,
  listReleases,
  publishDraft,
  type Release,
  uploadAsset,
} from '../../github/releases.ts'

/** A file on its way to being an asset. */
export interface PackAsset {
  readonly name: string
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

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
  assets: readonly PackAsset[],
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
    const isDone = (await fill(client, draft, assets, onBytes)) && (await publishDraft(client, draft)).kind === 'done'
    if (!isDone) {
      refusals += 1
      await sleep(Math.random() * 50 * refusals)
    }
  }
  throw new Fault(
    'store/not-settled',
    `Cannot publish the packs "${release.tag}": GitHub refused ${mostRefusals} times; expected nobody else to change its drafts meanwhile`,
    { remedy: 'Look at the drafts under Releases, then run it again.', stays: 'nothing was pinned' },
  )
}

/** True where the draft holds all assets with their digests; false where another was in the way. */
async function fill(
  client: GitHubClient,
  draft: Release,
  assets: readonly PackAsset[],
  onBytes: (bytes: number) => void,
): Promise<boolean> {
  for (const asset of draft.assets) {
    const planned = assets.find(({ name }) => name === asset.name)
    const isOurs = planned && asset.isWhole && (asset.sha256 ?? planned.sha256) === planned.sha256
    if (!isOurs || asset.bytes !== planned.bytes) await deleteAsset(client, asset)
  }
  for (const asset of assets) {
    const there = draft.assets.find(
      ({ name, isWhole, bytes }) => name === asset.name && isWhole && bytes === asset.bytes,
    )
    if (there && (there.sha256 ?? asset.sha256) === asset.sha256) continue
    let sent = 0
    const uploaded = await uploadAsset(client, draft, {
      ...asset,
      contentType: asset.name.endsWith('.json') ? 'application/json' : 'application/octet-stream',
      onBytes(total) {
        onBytes(total - sent)
        sent = total
      },
    })
    if (uploaded.kind === 'refused') return false
    const { sha256, isWhole } = uploaded.data
    if (!isWhole || (sha256 !== null && sha256 !== asset.sha256)) return false
  }
  return true
}
