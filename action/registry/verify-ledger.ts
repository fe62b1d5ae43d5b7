import { canonicalJson } from '../base/canonical-json.ts'
import type { RunRecord } from '../pipeline/run-record.ts'
import { allocationsIn } from './allocate.ts'
import type { LedgerRecord } from './ledger-record.ts'
import { publishedIn } from './record-published.ts'
import { runBody } from './run-body.ts'
import { type Finding, short } from './verification.ts'
import type { Stated } from './verify-provenance.ts'

/** A release's tag against what the ledger fixed and recorded of it, and the files and `run.json` against that. */
export function verifyLedger(
  records: readonly LedgerRecord[],
  tag: string,
  stated: Stated | undefined,
  digests: ReadonlyMap<string, string>,
  run: RunRecord | undefined,
): readonly Finding[] {
  const published = publishedIn(records).find((known) => known.tag === tag)
  const allocation = allocationsIn(records).find((known) => known.tag === tag)
  if (!published || !allocation)
    return [found(tag, `the ledger has no record that it was ${published ? 'fixed' : 'published'}`)]
  const findings: Finding[] = []
  for (const [name, digest] of Object.entries(published.assets)) {
    const here = digests.get(name)
    if (here === undefined) findings.push(found(name, 'it is not here, and the ledger says that it was published'))
    else if (digest !== null && here !== digest)
      findings.push(found(name, `sha256 ${short(here)} here, ${short(digest)} in the ledger`))
  }
  for (const [name, { sha256 }] of Object.entries(published.wholes)) {
    const here = digests.get(name)
    if (here !== undefined && here !== sha256)
      findings.push(found(name, `sha256 ${short(here)} here, ${short(sha256)} in the ledger`))
  }
  for (const name of digests.keys()) {
    const isKnown = Object.hasOwn(published.assets, name) || Object.hasOwn(published.wholes, name)
    if (!isKnown) findings.push(found(name, 'the ledger does not know it'))
  }
  for (const [what, record] of [
    ['allocate', allocation],
    ['published', published],
  ] as const) {
    for (const key of ['model', 'version', 'runKey', 'commit', 'dataDigest'] as const) {
      if (stated && record[key] !== stated[key])
        findings.push(found(`${what} record of ${tag}`, `its ${key} is another than that of provenance.intoto.json`))
    }
  }
  const body = records.findLast(({ kind, body: held }) => kind === 'published' && held['tag'] === tag)?.body['run']
  if (run && canonicalJson(body ?? null) !== canonicalJson({ ...runBody(run) }))
    findings.push(found(`published record of ${tag}`, 'its run is another than that of run.json'))
  return findings
}

function found(subject: string, problem: string): Finding {
  return { check: 'ledger', subject, problem }
}
