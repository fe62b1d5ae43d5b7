import { setTimeout as sleep } from 'node:timers/promises'

import { Fault } from '../base/fault.ts'
import type { Progress } from '../base/progress.ts'
import type { GitHubClient } from '../github/client.ts'
import { fillDraft } from '../github/fill-draft.ts'
import { readTag } from '../github/git-data.ts'
import type { Refused } from '../github/github-fault.ts'
import { createDraft, deleteRelease, listReleases, publishDraft, type Release } from '../github/releases.ts'
import type { RunRecord } from '../pipeline/run-record.ts'
import { formatBytes } from '../report/numbers.ts'
import type { Allocation, Stamp } from './allocate.ts'
import type { BuiltAsset } from './assets.ts'
import { readLedger } from './ledger.ts'
import {
  type Difference,
  nextPublishStep,
  type Observed,
  type PublishPlan,
  type PublishStep,
} from './next-publish-step.ts'
import { draftMarker } from './plan-janitor.ts'
import type { Approval } from './read-approval.ts'
import { isPublished, recordPublished } from './record-published.ts'
import { short } from './verification.ts'

export interface Publication {
  readonly allocation: Allocation
  readonly assets: readonly BuiltAsset[]
  /** What made them. */
  readonly run: RunRecord
  /** The release's title and text. */
  readonly name: string
  readonly notes: string
  /** Who let it in; asked for once, before it goes on record. */
  readonly approval?: () => Promise<Approval>
  /** SHA-256 over all assets: names this content. */
  readonly contentDigest: string
  /** Where the ledger knows the tag as published: what it held, name → SHA-256. */
  readonly recorded?: Readonly<Record<string, string | null>>
  readonly stamp: Stamp
}

export interface Published {
  readonly release: Release
  /** This call made it known in the ledger, as one call alone does; false where it was known already. */
  readonly isNew: boolean
}

/**
 * Publishes one release, whatever an earlier or a racing call left behind: looks, takes the one next step, looks again.
 * Faults: `registry/bytes-differ`, `registry/tag-moved`, `registry/not-settled`, and those of the client.
 */
export async function publishRelease(
  client: GitHubClient,
  publication: Publication,
  progress: Progress,
): Promise<Published> {
  const plan = planOf(publication)
  const act = new Publisher(client, publication, progress)
  let seen = await observe(client, plan)
  for (let steps = 0; steps < mostSteps && act.refusalsInARow < mostRefusals; steps++) {
    const step = nextPublishStep(plan, seen)
    if (step.kind === 'done') {
      act.finish()
      return { release: step.release, isNew: act.hasRecorded }
    }
    seen = (await act.take(step, seen)) ?? (await observe(client, plan))
  }
  throw notSettled(plan.tag, act.lastRefusal)
}

const mostSteps = 100
/** Refused this often in a row, more of the same will not help. */
const mostRefusals = 15

/** Everything that decides, read from GitHub. */
async function observe(client: GitHubClient, plan: PublishPlan): Promise<Observed> {
  const releases = (await listReleases(client)).filter(({ tag }) => tag === plan.tag)
  const published = releases.find(({ isDraft }) => !isDraft)
  return {
    published,
    drafts: releases.filter(({ isDraft }) => isDraft).sort((one, other) => one.id - other.id),
    tagCommit: await readTag(client, plan.tag),
    full: undefined,
    isRecorded: published !== undefined && isPublished((await readLedger(client)).records, plan.tag),
  }
}

class Publisher {
  readonly #client: GitHubClient
  readonly #publication: Publication
  readonly #progress: Progress
  #uploadingSince: number | undefined
  #sentBytes = 0
  hasRecorded = false
  lastRefusal = ''
  refusalsInARow = 0

  constructor(client: GitHubClient, publication: Publication, progress: Progress) {
    this.#client = client
    this.#publication = publication
    this.#progress = progress
  }

  /** Takes the step. What GitHub holds after it, as far as its answer tells; undefined: look again. */
  async take(step: Exclude<PublishStep, { kind: 'done' }>, seen: Observed): Promise<Observed | undefined> {
    switch (step.kind) {
      case 'refuse-bytes':
        throw bytesDiffer(this.#publication.allocation, step.release, step.differences)
      case 'refuse-tag':
        throw tagMoved(this.#publication.allocation, step.tagCommit)
      case 'refuse-recorded':
        throw otherThanRecorded(this.#publication.allocation, step.differences)
      case 'create-draft':
        return { ...seen, drafts: [...seen.drafts, await this.#createDraft()] }
      case 'fill': {
        const full = await this.#fill(step.draft)
        return full && { ...seen, full }
      }
      case 'publish':
        return this.#publish(step.draft, seen)
      case 'record':
        this.hasRecorded = await recordPublished(
          this.#client,
          this.#publication.allocation,
          step.release,
          this.#publication.run,
          this.#publication.stamp,
          await this.#publication.approval?.(),
        )
        return { ...seen, isRecorded: true }
      case 'delete-draft':
        await deleteRelease(this.#client, step.draft)
        return { ...seen, drafts: seen.drafts.filter(({ id }) => id !== step.draft.id) }
    }
  }

  /** Says what was uploaded, if anything was. */
  finish(): void {
    if (this.#uploadingSince === undefined) return
    const { assets } = this.#publication
    const seconds = (performance.now() - this.#uploadingSince) / 1000
    this.#progress.finished(
      'upload',
      'done',
      `${assets.length} assets, ${formatBytes(this.#bytesInAll())}, digests verified`,
      seconds,
    )
  }

  #createDraft(): Promise<Release> {
    const { allocation, name, notes, contentDigest } = this.#publication
    const { tag, commit } = allocation
    return createDraft(this.#client, { tag, commit, name, body: `${notes}\n\n${markerOf(contentDigest)}\n` })
  }

  /** Undefined: look again. */
  async #fill(draft: Release): Promise<Release | undefined> {
    const inAll = formatBytes(this.#bytesInAll())
    const filled = await fillDraft(this.#client, draft, this.#publication.assets, {
      onBytes: (bytes) => {
        if (this.#uploadingSince === undefined) {
          this.#uploadingSince = performance.now()
          this.#progress.started('upload')
        }
        this.#sentBytes += bytes
        this.#progress.update('upload', `${formatBytes(this.#sentBytes)} of ${inAll}`)
      },
    })
    if (filled.kind === 'full') return filled.draft
    if (filled.kind === 'stuck') throw notSettled(draft.tag, worded(filled.last))
    return undefined
  }

  #bytesInAll(): number {
    return this.#publication.assets.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** The world moved on; a pause keeps two publishers from stepping in time. */
  async #refused(refused: Refused): Promise<void> {
    this.lastRefusal = worded(refused)
    this.refusalsInARow++
    await sleep(Math.random() * 50 * this.refusalsInARow)
  }

  async #publish(draft: Release, seen: Observed): Promise<Observed | undefined> {
    const published = await publishDraft(this.#client, draft)
    if (published.kind === 'refused') {
      const why = whyNoTag(published)
      if (why) throw tagRefused(this.#publication.allocation, why)
      await this.#refused(published)
      return undefined
    }
    return {
      ...seen,
      published: published.data,
      drafts: seen.drafts.filter(({ id }) => id !== draft.id),
      tagCommit: await readTag(this.#client, draft.tag),
    }
  }
}

function planOf({ allocation, assets, contentDigest, recorded }: Publication): PublishPlan {
  const { tag, commit } = allocation
  return { tag, commit, marker: markerOf(contentDigest), assets, ...(recorded && { recorded }) }
}

function markerOf(contentDigest: string): string {
  return `${draftMarker}${contentDigest} -->`
}

interface NoTag {
  readonly state: string
  readonly remedy: string
}

/** What no waiting mends; undefined: somebody else was faster, most often. */
function whyNoTag({ message }: Refused): NoTag | undefined {
  if (/used by an immutable release/i.test(message)) {
    return {
      state: 'an immutable release had it and was deleted, and GitHub gives such a tag to nobody again',
      remedy: 'Change what the run key holds (a parameter, the data, the code), and run again: a new version then.',
    }
  }
  if (!/rule violations|being restricted|pre_receive/i.test(message)) return undefined
  return {
    state: 'a ruleset of the repository refuses the tag',
    remedy:
      'Let the ruleset (Settings → Rules) make an exception for this workflow or for tags of models, then run it again.',
  }
}

function tagRefused({ tag }: Allocation, { state, remedy }: NoTag): Fault {
  return new Fault('registry/tag-refused', `Cannot publish "${tag}": ${state}; expected to be allowed to make it`, {
    remedy,
    stays: 'the draft, with all its assets: the next run goes on with it',
  })
}

function worded(refused: Refused | undefined): string {
  return refused === undefined ? '' : ` (last ${refused.status} ${refused.message})`
}

function notSettled(tag: string, lastRefusal: string): Fault {
  return new Fault(
    'registry/not-settled',
    `Cannot publish "${tag}": no step leads to a release any more${lastRefusal}; expected nobody else to change its drafts meanwhile`,
    {
      remedy: 'Look at the drafts under Releases, end what else publishes, then run it again.',
      stays: 'no release was published',
    },
  )
}

function bytesDiffer(
  { model, version, tag }: Allocation,
  release: Release,
  differences: readonly { name: string; published: string | null; ours: string | null }[],
): Fault {
  const [first] = differences
  const more =
    differences.length > 1 ? `, and ${differences.length - 1} more asset${differences.length > 2 ? 's' : ''}` : ''
  return new Fault(
    'registry/bytes-differ',
    [
      `Cannot publish "${model}-v${version}": the published asset "${first?.name ?? ''}" has other bytes (sha256 ${short(first?.published)}, ours ${short(first?.ours)}${more}); expected the same file`,
      `  release  ${release.url}`,
      '  likely   the training is not deterministic: two runs of the same inputs differ',
    ].join('\n'),
    {
      remedy: `Use the published model, or fix the training's seed and threads and change its key. plumbline lineage ${tag} shows what it was made of.`,
      stays: 'the published release stays as it is',
    },
  )
}

function otherThanRecorded({ model, version, tag }: Allocation, differences: readonly Difference[]): Fault {
  const [first] = differences
  return new Fault(
    'registry/bytes-differ',
    `Cannot publish "${model}-v${version}" again: its release is gone, and "${first?.name ?? ''}" has other bytes (sha256 ${short(first?.ours)}) than it held; expected ${short(first?.published)}, as the ledger has it`,
    {
      remedy: `Rebuild the same bytes (plumbline reproduce ${tag} says what differs), or change the training's key: a new version then.`,
      stays: 'no release was published',
    },
  )
}

function tagMoved({ tag, commit }: Allocation, tagCommit: string): Fault {
  return new Fault(
    'registry/tag-moved',
    `Cannot publish "${tag}": the tag points at ${tagCommit.slice(0, 8)}; expected ${commit.slice(0, 8)}, as the ledger has it`,
    {
      remedy: `Move the tag back: git push --force origin ${commit}:refs/tags/${tag}`,
      stays: 'nothing was changed',
    },
  )
}
