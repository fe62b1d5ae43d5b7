import type { RunRecord, Trigger } from '../pipeline/run-record.ts'
import { type LedgerRecord, recordPath } from './ledger-record.ts'
import { type Approval, readApprovalBody } from './read-approval.ts'
import type { Span } from './read-span.ts'

/** What one record of the ledger tells an auditor. Null: the record does not tell it, or it has no meaning for its kind. */
export interface AuditEntry {
  readonly seq: number
  readonly file: string
  /** ISO 8601. */
  readonly at: string
  readonly kind: string
  readonly model: string
  /** Who wrote the record. */
  readonly actor: string
  readonly tag: string | null
  /** Why a run was started, and by whom. */
  readonly trigger: Trigger | null
  readonly data: { readonly digest: string; readonly rows: number | null } | null
  readonly commit: string | null
  readonly runKey: string | null
  readonly outcome: RunRecord['outcome'] | null
  readonly gates: readonly { readonly gate: string; readonly kind: string; readonly reason: string }[]
  readonly metrics: readonly { readonly name: string; readonly value: number | null }[]
  /** In words: why it was proposed, deployed or cleaned; why a run failed. */
  readonly reason: string | null
  readonly environment: string | null
  /** What was done there: `first`, `started`, `shared`, `promoted`, `withdrawn`, `restored`. */
  readonly did: string | null
  /** Percent, of a candidate. */
  readonly share: number | null
  /** Of a record that moved an alias. */
  readonly alias: { readonly name: string; readonly was: string | null } | null
  /** Number of the pull request that proposed it. */
  readonly pull: number | null
  /** Of a release: every record of where it was brought, whenever that was. */
  readonly deployments: readonly Deployed[]
  readonly approval: Approval
}

export interface Deployed {
  readonly environment: string
  readonly did: string
  readonly share: number | null
  readonly at: string
  readonly actor: string
}

/**
 * The records of a time, oldest first. One whose time cannot be read is among them whatever is asked for: it is never hidden.
 * `parseRun`: a run of what nobody vouches for; undefined where it is none.
 */
export function auditEntries(
  records: readonly LedgerRecord[],
  { from, to }: Span,
  parseRun: (value: unknown) => RunRecord | undefined,
): readonly AuditEntry[] {
  return records
    .filter(({ at }) => {
      const moment = Date.parse(at)
      if (Number.isNaN(moment)) return true
      return (from === null || moment >= Date.parse(from)) && (to === null || moment < Date.parse(to))
    })
    .map((record) => entryOf(record, records, parseRun))
}

function entryOf(
  record: LedgerRecord,
  records: readonly LedgerRecord[],
  parseRun: (value: unknown) => RunRecord | undefined,
): AuditEntry {
  const { seq, at, kind, model, actor, body } = record
  const run = kind === 'run' ? parseRun(body) : kind === 'published' ? parseRun(body['run']) : undefined
  // What was found of a release names it so.
  const tag = textOf(body['tag']) ?? textOf(body['release'])
  const digest = textOf(body['dataDigest']) ?? run?.data.digest ?? null
  const name = textOf(body['name'])
  return {
    seq,
    file: recordPath(record),
    at,
    kind,
    model,
    actor,
    tag,
    trigger: run?.trigger ?? null,
    data: digest === null ? null : { digest, rows: run?.data.rows ?? null },
    commit: textOf(body['commit']) ?? run?.code.commit ?? null,
    runKey: textOf(body['runKey']) ?? run?.runKey ?? null,
    outcome: run?.outcome ?? null,
    gates: (run?.gates ?? []).map((gate) => ({ gate: gate.gate, kind: gate.kind, reason: gate.reason })),
    metrics: (run?.metrics ?? []).map((metric) => ({ name: metric.name, value: metric.value })),
    reason: run?.failure ?? textOf(body['reason']),
    environment: textOf(body['environment']),
    did: textOf(body['did']),
    share: numberOf(body['share']),
    alias: kind === 'alias' && name !== null ? { name, was: textOf(body['was']) } : null,
    pull: numberOf(body['pull']),
    deployments: kind === 'published' && tag !== null ? deploymentsOf(records, tag) : [],
    approval: (kind === 'published' ? readApprovalBody(body['approval']) : undefined) ?? { kind: 'not asked' },
  }
}

function deploymentsOf(records: readonly LedgerRecord[], tag: string): readonly Deployed[] {
  return records.flatMap(({ kind, at, actor, body }) => {
    const environment = textOf(body['environment'])
    if (kind !== 'deployed' || body['tag'] !== tag || environment === null) return []
    return [{ environment, did: textOf(body['did']) ?? '', share: numberOf(body['share']), at, actor }]
  })
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
