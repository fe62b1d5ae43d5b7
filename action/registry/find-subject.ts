import { Fault } from '../base/fault.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { PublishedRecord } from './record-published.ts'

/** What somebody asks the lineage of. */
export type Subject =
  | { readonly kind: 'model'; readonly release: PublishedRecord }
  /** Something that several models share, or that models were made of. */
  | {
      readonly kind: 'used'
      readonly what: 'snapshot' | 'data file' | 'commit' | 'asset'
      readonly digest: string
      readonly releases: readonly PublishedRecord[]
    }

/** A digest that no release and no snapshot has: only the files inside the snapshots are left to look at. */
export interface Unsettled {
  readonly kind: 'unsettled'
  readonly digest: string
}

/** Hexadecimal, long enough to mean one thing. */
export function isDigest(text: string): boolean {
  return /^[0-9a-f]{8,64}$/.test(text)
}

/**
 * Finds what a text means: a tag, `<model>-v<N>`, a model's name (its newest release), or at least 8 digits of an asset's,
 * a snapshot's, a run's or a commit's digest. Throws `registry/unknown-subject` with the nearest tags.
 */
export function findSubject(releases: readonly PublishedRecord[], text: string): Subject | Unsettled {
  const named = releases.findLast((release) => namesOf(release).includes(text))
  if (named) return { kind: 'model', release: named }
  if (!isDigest(text)) throw unknownSubject(releases, text)

  const withAsset = releases.filter((release) => digestsOf(release).some((digest) => digest?.startsWith(text)))
  const withRun = releases.filter(({ runKey }) => runKey.startsWith(text))
  const [one] = [...withAsset, ...withRun]
  if (one && new Set([...withAsset, ...withRun]).size === 1) return { kind: 'model', release: one }
  if (withAsset.length > 1) return { kind: 'used', what: 'asset', digest: text, releases: withAsset }

  const [data] = releases.filter(({ dataDigest }) => dataDigest.startsWith(text))
  if (data) {
    const same = releases.filter(({ dataDigest }) => dataDigest.startsWith(text))
    return { kind: 'used', what: 'snapshot', digest: data.dataDigest, releases: same }
  }
  const ofCommit = releases.filter(({ commit }) => commit.startsWith(text))
  const [first] = ofCommit
  if (first) return { kind: 'used', what: 'commit', digest: first.commit, releases: ofCommit }
  return { kind: 'unsettled', digest: text }
}

export function unknownSubject(releases: readonly PublishedRecord[], text: string): Fault {
  const names = releases.flatMap(namesOf)
  const meant = nearestName(text, names)
  return new Fault(
    'registry/unknown-subject',
    `Cannot show the lineage of "${text}": no release, file or data here is called so or has this digest; expected a tag, a file, or at least 8 digits of a SHA-256`,
    {
      remedy: meant === undefined ? remedyOf(releases, 'The newest releases are') : `Did you mean "${meant}"?`,
    },
  )
}

/** A file that is here, but went into no release as it is now. */
export function unknownFile(releases: readonly PublishedRecord[], path: string): Fault {
  const state = 'it is neither a model nor a data file of a release, as it is now'
  return new Fault(
    'registry/unknown-subject',
    `Cannot show the lineage of "${path}": ${state}; expected the bytes that a release pins or holds`,
    { remedy: remedyOf(releases, 'Code is found by its commit; the newest releases are') },
  )
}

function remedyOf(releases: readonly PublishedRecord[], introduction: string): string {
  const newest = releases.slice(-3).map(({ tag }) => tag)
  if (newest.length === 0) return 'Nothing is published yet: plumbline run, then plumbline register.'
  return `${introduction}: ${newest.join(', ')}`
}

/** Of its assets, and of the files that are cut into several. */
function digestsOf({ assets, wholes }: PublishedRecord): readonly (string | null)[] {
  return [...Object.values(assets), ...Object.values(wholes).map(({ sha256 }) => sha256)]
}

function namesOf({ tag, model, version }: PublishedRecord): readonly string[] {
  return [tag, `${model}-v${version}`, model]
}
