import { Fault } from '../base/fault.ts'
import type { GitHubClient } from '../github/client.ts'
import { commitsOf, readTag } from '../github/git-data.ts'
import { type Release, readReleaseByTag } from '../github/releases.ts'
import { aliasesIn } from './aliases.ts'
import { findVersion } from './find-version.ts'
import { type Ledger, readLedger } from './ledger.ts'
import { recordPath, tellsOf } from './ledger-record.ts'
import { cleanedIn, publishedIn } from './record-published.ts'
import { goneRelease } from './verified-release.ts'
import type { KnownOfRelease } from './verify-release.ts'
import { joinedFiles, type WantedFile } from './wanted-files.ts'

/**
 * What GitHub and the ledger say of the release that a text names. A ledger that cannot be trusted is a finding; then only a
 * whole tag can name a release. Throws `registry/unknown-version`, and `github/not-found` where the release is gone.
 */
export async function knownOfRelease(
  client: GitHubClient,
  text: string,
): Promise<{ readonly release: Release; readonly known: KnownOfRelease }> {
  const ledger = await ledgerOrProblem(client)
  const records = 'records' in ledger ? ledger.records : []
  const tag = 'records' in ledger ? findVersion(publishedIn(records), aliasesIn(records), text).tag : text
  const release = await readReleaseByTag(client, tag)
  if (!release) throw goneRelease(tag, cleanedIn(records).get(tag) ?? null)
  const tagCommit = await readTag(client, tag)
  if (!('records' in ledger)) return { release, known: { tag, records: null, problem: ledger, tagCommit } }
  const problem = await rewrittenRecord(client, ledger, tag)
  return { release, known: { tag, records, tagCommit, ...(problem && { problem }) } }
}

/** All that is whole under a release's tag, whatever it is, with parts put together as the ledger says that they belong. */
export function heldFiles({ assets }: Release, { tag, records }: KnownOfRelease): readonly WantedFile[] {
  const wholes = publishedIn(records ?? []).find((record) => record.tag === tag)?.wholes ?? {}
  const whole = assets.filter(({ isWhole }) => isWhole)
  const files = joinedFiles(whole, wholes, ({ sha256 }) => sha256)
  // Of a file that is put together, whether it is the one that was published is found out once it is here.
  return files.map((file) => (file.slices.length > 1 ? { ...file, sha256: null } : file))
}

async function ledgerOrProblem(client: GitHubClient): Promise<Ledger | NonNullable<KnownOfRelease['problem']>> {
  try {
    return await readLedger(client)
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'registry/ledger-broken') throw error
    const [, subject = 'plumbline/ledger', problem = error.message] = /"([^"]+)" on: (.*)$/.exec(error.message) ?? []
    return { subject, problem }
  }
}

/** The chain does not bind its last record; git does: each was written once, by the commit that tells of it. */
async function rewrittenRecord(
  client: GitHubClient,
  { head, records }: Ledger,
  tag: string,
): Promise<KnownOfRelease['problem']> {
  if (head === undefined) return undefined
  for (const record of records.filter(({ body }) => body['tag'] === tag)) {
    const subject = recordPath(record)
    const [written, ...others] = (await commitsOf(client, head, subject)).toReversed()
    if (others.length > 0) return { subject, problem: `${others.length + 1} commits wrote it; expected one` }
    if (!written || !tellsOf(written, record))
      return { subject, problem: 'the commit that wrote it tells of another record' }
  }
  return undefined
}
