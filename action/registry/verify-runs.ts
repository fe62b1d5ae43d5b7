import { canonicalJson } from '../base/canonical-json.ts'
import { Fault } from '../base/fault.ts'
import type { GitHubClient } from '../github/client.ts'
import type { Release } from '../github/releases.ts'
import type { RunRecord } from '../pipeline/run-record.ts'
import type { AuditEntry } from './audit-entries.ts'
import type { LedgerFinding } from './ledger-finding.ts'
import { type LedgerRecord, recordPath } from './ledger-record.ts'
import { type PublishedRecord, publishedIn } from './record-published.ts'
import { runBody } from './run-body.ts'
import { verifiedText } from './verified-release.ts'

/** Holds the run that the ledger has of each release against the `run.json` that lies in it. */
export async function verifyRuns(
  client: GitHubClient,
  audited: readonly AuditEntry[],
  records: readonly LedgerRecord[],
  releases: readonly Release[],
  parseRun: (value: unknown) => RunRecord | undefined,
): Promise<readonly LedgerFinding[]> {
  const findings: LedgerFinding[] = []
  for (const { seq, tag } of audited) {
    const record = records.find((known) => known.seq === seq)
    const published = record && publishedIn([record])[0]
    const release = releases.find((known) => known.tag === tag && !known.isDraft)
    if (!record || !published || !release || !Object.hasOwn(published.assets, 'run.json')) continue
    const run = await readRun(client, release, published, parseRun)
    if (run === 'changed') continue
    const isSame = run !== undefined && canonicalJson({ ...runBody(run) }) === canonicalJson(record.body['run'] ?? null)
    if (!isSame)
      findings.push({ file: recordPath(record), seq, problem: `its run is another than that of run.json of ${tag}` })
  }
  return findings
}

/** `changed`: its bytes are not those that were published, which is a finding of its own. */
async function readRun(
  client: GitHubClient,
  release: Release,
  published: PublishedRecord,
  parseRun: (value: unknown) => RunRecord | undefined,
): Promise<RunRecord | undefined | 'changed'> {
  try {
    return parseRun(JSON.parse(await verifiedText(client, release, published, 'run.json')))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    if (error instanceof Fault && error.code === 'registry/bytes-differ') return 'changed'
    throw error
  }
}
