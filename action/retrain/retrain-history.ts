import type { RunRecord } from '../pipeline/run-record.ts'
import type { ProposedRecord } from '../registry/record-proposed.ts'
import type { PublishedRecord } from '../registry/record-published.ts'
import type { RetrainFacts } from './retrain-facts.ts'

/** What the ledger and this folder know of a model's past, each oldest first or in any order. */
export interface ModelHistory {
  readonly releases: readonly PublishedRecord[]
  /** Tags of those that a rollback took back. */
  readonly takenBack: ReadonlySet<string>
  readonly proposals: readonly ProposedRecord[]
  /** Every execution. */
  readonly runs: readonly RunRecord[]
}

/** The newest run of the pinned pipeline that came to an end, where it ended badly. */
export interface BadEnd {
  readonly runKey: string
  readonly outcome: 'refused' | 'failed'
  readonly at: string
  readonly dataDigest: string
}

/** Pure: what of the past decides, seen from the data that lies there now. */
export function recallHistory(
  { releases, takenBack, proposals, runs }: ModelHistory,
  digest: string,
): Pick<RetrainFacts, 'last' | 'proposedAt' | 'release' | 'proposedFindings'> & {
  readonly learnedUntil: string | null
  readonly badEnd: BadEnd | null
} {
  const moments = [
    ...releases.map(({ publishedAt }) => ({ kind: 'release', at: publishedAt }) as const),
    ...proposals.filter(({ dataDigest }) => dataDigest !== digest).map(({ at }) => ({ kind: 'proposal', at }) as const),
  ]
  const release = releases.at(-1)
  const learned = release && runs.find(({ runKey, data }) => runKey === release.runKey && data.until !== null)
  return {
    last: moments.reduce<RetrainFacts['last']>((newest, one) => (newest && newest.at >= one.at ? newest : one), null),
    proposedAt: proposals.findLast(({ dataDigest }) => dataDigest === digest)?.at ?? null,
    learnedUntil: learned?.data.until ?? null,
    release: releases.findLast(({ tag }) => !takenBack.has(tag))?.tag ?? null,
    proposedFindings: proposals.flatMap(({ findings, at }) => findings.map((finding) => ({ ...finding, at }))),
    badEnd: badEndOf(runs),
  }
}

function badEndOf(runs: readonly RunRecord[]): BadEnd | null {
  const [newest] = runs.filter(isWhole).sort((one, other) => (one.finishedAt < other.finishedAt ? 1 : -1))
  if (!newest || newest.outcome === 'passed' || newest.outcome === 'interrupted') return null
  const { runKey, outcome, finishedAt, data } = newest
  return { runKey, outcome, at: finishedAt, dataDigest: data.digest }
}

/** A run of the pinned data by the rules, which no budget stopped and nobody: what only tried something says nothing. */
function isWhole({ outcome, gates, data, part, sample, askedParams }: RunRecord): boolean {
  if (data.asked !== undefined || part !== undefined || sample !== undefined || askedParams !== undefined) return false
  if (outcome === 'interrupted') return false
  return outcome !== 'refused' || gates.length > 0
}
