import type { Approver } from '../github/reviews.ts'
import type { AuditEntry } from '../registry/audit-entries.ts'
import { csvOf } from './csv.ts'
import { wordDeployments } from './word-audit.ts'

/** `ada 2025-03-04T06:12:00Z; bob …` */
function wordEach(approvers: readonly Approver[]): string {
  return approvers.map(({ by, at }) => `${by} ${at}`).join('; ')
}

/** One row a record, oldest first. */
export function auditCsv(entries: readonly AuditEntry[]): string {
  const columns: readonly (readonly [string, (entry: AuditEntry) => string | number | null])[] = [
    ['record', ({ seq }) => seq],
    ['at', ({ at }) => at],
    ['kind', ({ kind }) => kind],
    ['model', ({ model }) => model],
    ['tag', ({ tag }) => tag],
    ['by', ({ actor }) => actor],
    ['trigger', ({ trigger }) => trigger?.kind ?? null],
    ['triggered_by', ({ trigger }) => trigger?.actor ?? null],
    ['trigger_reason', ({ trigger }) => trigger?.reason ?? null],
    ['data_sha256', ({ data }) => data?.digest ?? null],
    ['data_rows', ({ data }) => data?.rows ?? null],
    ['commit', ({ commit }) => commit],
    ['run_key', ({ runKey }) => runKey],
    ['outcome', ({ outcome }) => outcome],
    ['gates', ({ gates }) => gates.map(({ gate, kind }) => `${gate} ${kind}`).join('; ')],
    ['metrics', ({ metrics }) => metrics.map(({ name, value }) => `${name} ${value ?? 'none'}`).join('; ')],
    ['reason', ({ reason }) => reason],
    ['environment', ({ environment }) => environment],
    ['did', ({ did }) => did],
    ['share_percent', ({ share }) => share],
    ['alias', ({ alias }) => alias?.name ?? null],
    ['deployed', ({ deployments }) => wordDeployments(deployments)],
    ['approval', ({ approval }) => approval.kind],
    ['merged_by', ({ approval }) => (approval.kind === 'merged' ? approval.by : null)],
    ['merged_at', ({ approval }) => (approval.kind === 'merged' ? approval.at : null)],
    ['approved_by', ({ approval }) => (approval.kind === 'merged' ? wordEach(approval.approvers) : null)],
    ['pull_request', ({ approval, pull }) => (approval.kind === 'merged' ? approval.pull : pull)],
    ['file', ({ file }) => file],
  ]
  return csvOf(
    columns.map(([name]) => name),
    entries.map((entry) => columns.map(([, cell]) => cell(entry))),
  )
}
