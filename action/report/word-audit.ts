import type { Approver } from '../github/reviews.ts'
import type { AuditEntry, Deployed } from '../registry/audit-entries.ts'
import { formatCount, formatNumber } from './numbers.ts'
import { wordMoment } from './word-runs.ts'

/** What a record tells, as cells of untrusted text: what, who, why, result, approval. */
export function auditCells(entry: AuditEntry): readonly string[] {
  return [
    String(entry.seq),
    Number.isNaN(Date.parse(entry.at)) ? `? ${entry.at}` : wordMoment(entry.at),
    wordWhat(entry),
    entry.actor,
    wordWhy(entry),
    wordResult(entry),
    wordApproval(entry),
  ]
}

export const auditHeader = ['record', 'when (UTC)', 'what', 'by', 'why', 'result', 'let in by']

/** What was done with the release that a record names; `restored` says it of the one before it. */
const actWords: Readonly<Record<string, string>> = {
  first: 'made live',
  restored: 'rolled back',
  withdrawn: 'took back',
}

/** `production: made live 2025-03-06 by ada; …` */
export function wordDeployments(deployments: readonly Deployed[]): string {
  return deployments
    .map(({ environment, did, share, at, actor }) => {
      const part = share === null ? '' : ` at ${share} %`
      return `${environment}: ${actWords[did] ?? did}${part} ${at.slice(0, 10)} by ${actor}`
    })
    .join('; ')
}

function wordWhat({ kind, model, tag, data, environment, did, share, alias, pull }: AuditEntry): string {
  switch (kind) {
    case 'deployed':
      return `${actWords[did ?? ''] ?? did ?? kind} ${tag ?? model} in ${environment ?? '?'}${share === null ? '' : ` at ${share} %`}`
    case 'alias':
      return `alias ${model}@${alias?.name ?? '?'} → ${tag ?? 'removed'}`
    case 'proposed':
      return `proposed data ${short(data?.digest)} for ${model}${pull === null ? '' : ` (#${pull})`}`
    case 'run':
      return `run ${short(data?.digest)} of ${model}`
    default:
      return `${kind} ${tag ?? model}`
  }
}

function wordWhy({ trigger, reason, outcome }: AuditEntry): string {
  if (trigger) return `${trigger.kind} by ${trigger.actor}: ${trigger.reason}`
  return outcome === null ? (reason ?? '') : ''
}

function wordResult({ outcome, gates, metrics, reason, data }: AuditEntry): string {
  if (outcome === null) return ''
  const passed = gates.filter(({ kind }) => kind === 'pass').length
  const [metric] = metrics
  return [
    outcome,
    ...(gates.length === 0 ? [] : [`${passed} of ${gates.length} gates`]),
    ...(metric === undefined || metric.value === null ? [] : [`${metric.name} ${formatNumber(metric.value)}`]),
    ...(data?.rows == null ? [] : [`${formatCount(data.rows)} rows`]),
    ...(reason === null ? [] : [reason]),
  ].join(' · ')
}

function wordApproval({ approval }: AuditEntry): string {
  switch (approval.kind) {
    case 'merged':
      return `${approval.by} (#${approval.pull})${wordApprovers(approval.approvers)}`
    case 'none':
      return 'no pull request'
    case 'cannot see':
      return 'cannot see'
    case 'not asked':
      return ''
  }
}

function wordApprovers(approvers: readonly Approver[]): string {
  return approvers.length === 0 ? '' : ` · approved by ${approvers.map(({ by }) => by).join(', ')}`
}

function short(digest: string | undefined): string {
  return digest?.slice(0, 8) ?? '?'
}
