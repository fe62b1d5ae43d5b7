import { resolve } from 'node:path'

import type { GitHubClient } from '../github/client.ts'
import type { VerifiedLedger } from '../registry/verify-whole-ledger.ts'
import type { Audit } from '../report/report-audit.ts'
import { type CommandContext, defineCommand, type Outcome } from './define-command.ts'
import { flag, text } from './fields.ts'

export const audit = defineCommand({
  name: 'audit',
  group: 'model',
  summary:
    'Show who started what, by which data, to which result, where it went live and who let it in; --verify checks that nobody changed it.',
  example: 'plumbline audit --from 2025-01 --to 2025-04 --verify',
  inputs: {
    from: text({
      description: 'The first moment that is told, in UTC: a day, a month, or a time with its zone',
      example: '2025-01',
    }),
    to: text({ description: 'The moment from which on nothing is told, likewise', example: '2025-04-01' }),
    verify: flag({
      description: 'Checks the whole ledger: its history, copies of it here, releases, tags, what is live',
    }),
    csv: text({ description: 'File to be written: one row a record', example: 'audit.csv' }),
  },
  outputs: {
    verdict: '`verified`, `no` where something was changed, or `not verified` without `verify`',
    records: 'How many records are of that time',
    findings: 'How many things disagree',
  },
  permissions: { contents: 'read', 'pull-requests': 'read' },
  effects: ['reads-repository', 'writes-files'],

  async run({ from, to, verify, csv }, context): Promise<Outcome<Audit>> {
    const { readSpan } = await import('../registry/read-span.ts')
    const { withGitHub } = await import('./known-releases.ts')
    const { parseRunRecord } = await import('../pipeline/parse-run-record.ts')
    const { auditEntries } = await import('../registry/audit-entries.ts')
    const { findApprovals } = await import('../registry/find-approvals.ts')
    const span = readSpan({ from, to })
    const parseRun = (value: unknown) => {
      const parsed = parseRunRecord(value)
      return parsed.ok ? parsed.record : undefined
    }
    const result = await withGitHub(context, async (client): Promise<Audit> => {
      const verified = verify ? await verifiedLedger(client, context) : undefined
      const { readLedger } = await import('../registry/ledger.ts')
      const { records, head } = verified ?? (await readLedger(client))
      const found = auditEntries(records, span, parseRun)
      const entries = await findApprovals(client, found, records)
      const verification = verified ? await verified.verify(entries, parseRun) : null
      const { owner, repository } = client.connection
      const place = { repository: `${owner}/${repository}`, head: head ?? null }
      return { ...place, ...span, total: records.length, entries, verification, csv: csv ?? null }
    })
    if (csv !== undefined) await writeCsv(resolve(context.folder, csv), result)
    return { kind: result.verification?.isVerified === false ? 'no' : 'done', result }
  },

  async report(result: Audit) {
    const { reportAudit } = await import('../report/report-audit.ts')
    return reportAudit(result)
  },
})

async function verifiedLedger(client: GitHubClient, { signal }: CommandContext): Promise<VerifiedLedger> {
  const { verifyWholeLedger } = await import('../registry/verify-whole-ledger.ts')
  return await verifyWholeLedger(client, signal)
}

async function writeCsv(file: string, { entries }: Audit): Promise<void> {
  const { auditCsv } = await import('../report/audit-csv.ts')
  const { writeWhole } = await import('../base/write-whole.ts')
  await writeWhole(file, auditCsv(entries))
}
