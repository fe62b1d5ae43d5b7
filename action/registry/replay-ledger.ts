import { sha256 } from '../base/sha256.ts'
import type { BranchCommit, FileText } from '../github/fetched-branches.ts'
import { describeDifference } from './describe-difference.ts'
import type { LedgerFinding } from './ledger-finding.ts'
import {
  type Chain,
  emptyChain,
  extendChain,
  type LedgerRecord,
  parseRecord,
  recordPath,
  tellsOf,
} from './ledger-record.ts'

/** The ledger as its commits wrote it, and what its branch holds otherwise now. */
export interface Replayed {
  /** The records that can be read, as they were written first, oldest first. */
  readonly chain: Chain
  readonly findings: readonly LedgerFinding[]
  /** What was changed and put back, in words. */
  readonly mended: readonly string[]
}

interface Original {
  readonly path: string
  readonly text: FileText
  readonly commit: BranchCommit
}

/** Replays a ledger's commits, oldest first, into the records as they were written, and holds the branch's files against them. */
export function replayLedger(commits: readonly BranchCommit[], tip: ReadonlyMap<string, FileText>): Replayed {
  const originals = new Map<string, Original>()
  const later = new Map<string, BranchCommit[]>()
  for (const commit of commits) {
    for (const change of commit.changes.filter(({ path }) => path.startsWith('records/'))) {
      const { kind, path } = change
      if (kind === 'added' && !originals.has(path)) originals.set(path, { path, text: change.text, commit })
      else later.set(path, [...(later.get(path) ?? []), commit])
    }
  }
  const { chain, findings } = chainOf([...originals.values()])
  const touched = [...later].map(([path, by]) => againstTip(originals.get(path), tip, path, by))
  return {
    chain,
    findings: [...findings, ...touched.flatMap(({ finding }) => finding ?? [])],
    mended: touched.flatMap(({ mended }) => mended ?? []),
  }
}

/** What became of a file that a second commit touched. */
function againstTip(
  original: Original | undefined,
  tip: ReadonlyMap<string, FileText>,
  path: string,
  by: readonly BranchCommit[],
): { readonly finding?: LedgerFinding; readonly mended?: string } {
  const who = by.map(told).join(', ')
  const now = tip.get(path)
  const seq = seqOf(path)
  if (now === undefined) return { finding: { file: path, seq, problem: `it was dropped by ${who}` } }
  if (now === original?.text) return { mended: `${path} was changed and put back by ${who}` }
  const how = describeDifference(original?.text ?? '', now ?? '')
  return { finding: { file: path, seq, problem: `it was edited by ${who}: ${how}` } }
}

/** The chain of the records in the order in which they were written, and each place at which it does not hold. */
function chainOf(originals: readonly Original[]): { readonly chain: Chain; readonly findings: LedgerFinding[] } {
  const findings: LedgerFinding[] = []
  let chain: Chain = emptyChain
  let last: string | null = null
  let expected = 1
  const perCommit = new Map<BranchCommit, number>()
  for (const { commit } of originals) perCommit.set(commit, (perCommit.get(commit) ?? 0) + 1)
  for (const { path, text, commit } of inOrder(originals)) {
    const seq = seqOf(path)
    const say = (problem: string) => findings.push({ file: path, seq, problem })
    const record = text === null ? undefined : parseRecord(text)
    if (text === null || record === undefined) {
      say(`it was no record when it was written, by ${told(commit)}`)
      last = text === null ? null : sha256(text)
      expected = (seq ?? expected) + 1
      continue
    }
    if (record.seq > expected) say(missingBefore(expected, record.seq))
    else if (record.seq < expected)
      say(`it holds record ${record.seq}; expected record ${expected} after those before it`)
    else if (record.previous !== last) say('the record before it has other bytes than when this one was written')
    if (recordPath(record) !== path) say(`it holds record ${record.seq} of kind "${record.kind}"`)
    const odd = oddCommit(record, commit, perCommit.get(commit) ?? 1)
    if (odd !== undefined) say(odd)
    chain = extendChain(chain, { text, record })
    last = chain.last
    expected = Math.max(expected, record.seq) + 1
  }
  return { chain, findings }
}

/** By commit; those of one commit by number. */
function inOrder(originals: readonly Original[]): readonly Original[] {
  const place = new Map([...new Set(originals.map(({ commit }) => commit))].map((commit, index) => [commit, index]))
  return originals.toSorted(
    (one, other) =>
      (place.get(one.commit) ?? 0) - (place.get(other.commit) ?? 0) ||
      (seqOf(one.path) ?? 0) - (seqOf(other.path) ?? 0),
  )
}

/** Plumbline writes each record by a commit of its own that tells of it: a history that somebody made anew shows by that. */
function oddCommit(record: LedgerRecord, commit: BranchCommit, records: number): string | undefined {
  if (records > 1) return `${told(commit)} wrote ${records} records at once; expected a commit for each`
  return tellsOf(commit, record) ? undefined : `the commit that wrote it tells of another record: ${told(commit)}`
}

function told({ sha, author, at, subject }: BranchCommit): string {
  return `${sha.slice(0, 8)} "${subject.slice(0, 60)}" of ${author}, ${at.slice(0, 10)}`
}

function missingBefore(first: number, found: number): string {
  return found - first === 1
    ? `record ${first} is missing before it`
    : `records ${first} to ${found - 1} are missing before it`
}

function seqOf(path: string): number | null {
  const seq = Number(/\/(\d+)-[a-z-]+\.json$/.exec(path)?.[1] ?? Number.NaN)
  return Number.isSafeInteger(seq) ? seq : null
}
