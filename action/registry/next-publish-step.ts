import { type DraftFile, isSame } from '../github/next-fill-step.ts'
import type { Release } from '../github/releases.ts'

/** What a release is to hold. */
export interface PublishPlan {
  readonly tag: string
  readonly commit: string
  /** Names this very content in a draft's text, so that a later run knows the draft as its own. */
  readonly marker: string
  readonly assets: readonly PlannedAsset[]
  /** What the ledger says was published under the tag before, name → SHA-256; the release may be gone since. */
  readonly recorded?: Readonly<Record<string, string | null>>
}

export interface PlannedAsset extends DraftFile {
  /** The fitted model itself: a published release with other bytes of it is never accepted as the same. */
  readonly isModel: boolean
}

/** What GitHub holds under the tag. */
export interface Observed {
  readonly published: Release | undefined
  /** Oldest first; a draft has no tag, so that there can be several that want the same. */
  readonly drafts: readonly Release[]
  /** What the tag points at; undefined where there is none. */
  readonly tagCommit: string | undefined
  /** The draft that was filled with all assets, and read again after the last. */
  readonly full: Release | undefined
  readonly isRecorded: boolean
}

export interface Difference {
  readonly name: string
  readonly published: string | null
  readonly ours: string | null
}

export type PublishStep =
  | { readonly kind: 'refuse-bytes'; readonly release: Release; readonly differences: readonly Difference[] }
  | { readonly kind: 'refuse-tag'; readonly tagCommit: string }
  /** The release is gone, and these are other bytes than those that it held. */
  | { readonly kind: 'refuse-recorded'; readonly differences: readonly Difference[] }
  | { readonly kind: 'create-draft' }
  | { readonly kind: 'fill'; readonly draft: Release }
  | { readonly kind: 'publish'; readonly draft: Release }
  | { readonly kind: 'record'; readonly release: Release }
  | { readonly kind: 'delete-draft'; readonly draft: Release }
  | { readonly kind: 'done'; readonly release: Release }

/**
 * The one next step from what is there to one published, recorded release. A draft is only deleted once a release with its
 * tag is published: from then on nobody can publish it any more, so that no racing publisher loses what it just published.
 */
export function nextPublishStep(plan: PublishPlan, seen: Observed): PublishStep {
  if (seen.tagCommit !== undefined && seen.tagCommit !== plan.commit)
    return { kind: 'refuse-tag', tagCommit: seen.tagCommit }
  if (seen.published) return afterPublishing(plan, seen, seen.published)

  const others = recordedDifferences(plan)
  if (others.length > 0) return { kind: 'refuse-recorded', differences: others }
  const draft = seen.drafts.find(({ body }) => body.includes(plan.marker))
  if (!draft) return { kind: 'create-draft' }
  return seen.full?.id === draft.id ? { kind: 'publish', draft: seen.full } : { kind: 'fill', draft }
}

function afterPublishing(plan: PublishPlan, seen: Observed, release: Release): PublishStep {
  const differences = modelDifferences(plan, release)
  if (differences.length > 0) return { kind: 'refuse-bytes', release, differences }
  if (!seen.isRecorded) return { kind: 'record', release }
  const [draft] = seen.drafts
  return draft ? { kind: 'delete-draft', draft } : { kind: 'done', release }
}

function recordedDifferences({ assets, recorded = {} }: PublishPlan): readonly Difference[] {
  const others = assets.flatMap(({ name, isModel, sha256 }) => {
    const published = recorded[name]
    return isModel && typeof published === 'string' && published !== sha256 ? [{ name, published, ours: sha256 }] : []
  })
  const foreign = Object.entries(recorded)
    .filter(([name]) => isModelName(name) && !assets.some((planned) => planned.name === name))
    .map(([name, published]) => ({ name, published, ours: null }))
  return [...others, ...foreign]
}

function isModelName(name: string): boolean {
  return /^(model|judged)(\.|$)/.test(name)
}

function modelDifferences(plan: PublishPlan, release: Release): readonly Difference[] {
  const missing = plan.assets
    .filter(({ isModel }) => isModel)
    .flatMap((planned) => {
      const asset = release.assets.find(({ name }) => name === planned.name)
      if (asset && isSame(planned, asset)) return []
      return [{ name: planned.name, published: asset?.sha256 ?? null, ours: planned.sha256 }]
    })
  const foreign = release.assets
    .filter(({ name }) => isModelName(name) && !plan.assets.some((planned) => planned.name === name))
    .map(({ name, sha256 }) => ({ name, published: sha256, ours: null }))
  return [...missing, ...foreign]
}
