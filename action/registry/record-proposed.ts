import type { Json } from '../base/canonical-json.ts'
import { isRecord } from '../base/is-record.ts'
import type { GitHubClient } from '../github/client.ts'
import type { Trigger } from '../pipeline/run-record.ts'
import type { Stamp } from './allocate.ts'
import { appendToLedger } from './ledger.ts'
import type { LedgerRecord } from './ledger-record.ts'

/** Data that was proposed: why, by whom, and where a person says yes or no. */
export interface Proposed {
  readonly model: string
  /** Of the data. */
  readonly dataDigest: string
  /** What was pinned then; null where nothing was. */
  readonly previousDigest: string | null
  readonly trigger: Trigger['kind']
  /** In words, one line. */
  readonly reason: string
  readonly branch: string
  /** The commit that Plumbline wrote, 40 digits. */
  readonly commit: string
  /** Number of the pull request; null where the token may open none. */
  readonly pull: number | null
  /** Number of the issue that stands in for it. */
  readonly issue: number | null
  /** What Plumbline wrote there, so that edits show; its reader checks it. */
  readonly mark: Json
  /** What of drift or performance it was made for; empty where nothing of them was the cause. */
  readonly findings: readonly ProposedFinding[]
  /** The decision as it was: triggers and limits with their numbers. */
  readonly decision: Json
}

/** Names a finding: a window, or a span of predictions, that ended at `until` beside a release. */
export interface ProposedFinding {
  readonly kind: 'drift' | 'metric'
  /** The metric; empty of drift. */
  readonly subject: string
  readonly release: string
  readonly until: string
}

export interface ProposedRecord extends Omit<Proposed, 'decision'> {
  readonly at: string
  readonly actor: string
}

/** Records what a pull request, or an issue, proposes now, once; true for the one call that did. */
export async function recordProposed(client: GitHubClient, proposed: Proposed, stamp: Stamp): Promise<boolean> {
  const { model, findings, ...rest } = proposed
  const body = { ...rest, findings: findings.map((finding) => ({ ...finding })) }
  return appendToLedger(client, (records) =>
    isKnown(records, proposed)
      ? { kind: 'known', value: false }
      : { kind: 'append', record: { kind: 'proposed', model, ...stamp, body }, value: true },
  )
}

/** What a pull request, or an issue, proposed last; data that it comes back to, or has a new commit for, is told anew. */
function isKnown(
  records: readonly LedgerRecord[],
  { model, dataDigest, commit, branch, pull, issue }: Proposed,
): boolean {
  const last = proposedIn(records, model).findLast(
    (known) => known.branch === branch && known.pull === pull && known.issue === issue,
  )
  return last?.dataDigest === dataDigest && last.commit === commit
}

/** A model's proposals, oldest first. */
export function proposedIn(records: readonly LedgerRecord[], model: string): readonly ProposedRecord[] {
  return records.flatMap((record) => {
    if (record.kind !== 'proposed' || record.model !== model) return []
    const { dataDigest, previousDigest, trigger, reason, branch, commit, pull, issue, mark, findings } = record.body
    if (typeof dataDigest !== 'string' || typeof branch !== 'string' || typeof commit !== 'string') return []
    return [
      {
        model,
        dataDigest,
        branch,
        commit,
        previousDigest: typeof previousDigest === 'string' ? previousDigest : null,
        trigger: kindOf(trigger),
        reason: typeof reason === 'string' ? reason : '',
        pull: typeof pull === 'number' ? pull : null,
        issue: typeof issue === 'number' ? issue : null,
        mark: mark ?? null,
        findings: Array.isArray(findings) ? findings.flatMap(findingOf) : [],
        at: record.at,
        actor: record.actor,
      },
    ]
  })
}

const kinds: readonly Trigger['kind'][] = ['commit', 'schedule', 'new data', 'drift', 'performance', 'manual']

function kindOf(value: unknown): Trigger['kind'] {
  return kinds.find((kind) => kind === value) ?? 'new data'
}

/** Records of before there were any hold none. */
function findingOf(value: unknown): readonly ProposedFinding[] {
  if (!isRecord(value)) return []
  const { kind, subject, release, until } = value
  if (kind !== 'drift' && kind !== 'metric') return []
  if (typeof subject !== 'string' || typeof release !== 'string' || typeof until !== 'string') return []
  return [{ kind, subject, release, until }]
}
