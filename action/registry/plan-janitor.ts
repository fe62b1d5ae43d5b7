import type { Asset, Release } from '../github/releases.ts'

/** What an interrupted `register` may leave, and nobody will go on with. */
export type Leftover =
  | { readonly kind: 'draft'; readonly draft: Release; readonly reason: string }
  | { readonly kind: 'asset'; readonly release: Release; readonly asset: Asset; readonly reason: string }

/** In the text of every draft of ours. */
export const draftMarker = '<!-- plumbline content '

/**
 * Pure: drafts of a model that Plumbline made, and uploads in them that broke off, both older than `olderThanMs`. Whatever is
 * younger may be another publisher's, at work; whatever has no marker is somebody else's.
 */
export function planJanitor(
  releases: readonly Release[],
  { model, nowMs, olderThanMs }: { readonly model: string; readonly nowMs: number; readonly olderThanMs: number },
): readonly Leftover[] {
  const isOld = (createdAt: string) => nowMs - Date.parse(createdAt) > olderThanMs
  const isTag = new RegExp(`^${model}-v\\d+-g[0-9a-f]{8}-d[0-9a-f]{8}$`)
  const published = new Set(releases.filter(({ isDraft }) => !isDraft).map(({ tag }) => tag))
  return releases.flatMap((release): readonly Leftover[] => {
    const isOurs = release.isDraft && isTag.test(release.tag) && release.body.includes(draftMarker)
    if (!isOurs) return []
    const newest = [release.createdAt, ...release.assets.map(({ createdAt }) => createdAt)].sort().at(-1) ?? ''
    if (isOld(newest)) {
      const reason = published.has(release.tag) ? 'its tag is published' : 'nobody went on with it'
      return [{ kind: 'draft', draft: release, reason }]
    }
    return release.assets
      .filter((asset) => !asset.isWhole && isOld(asset.createdAt))
      .map((asset) => ({ kind: 'asset', release, asset, reason: 'its upload broke off' }))
  })
}
