import type { GitHubClient } from '../github/client.ts'
import { type FetchedBranches, fetchBranches } from '../github/fetched-branches.ts'
import { listReleases } from '../github/releases.ts'
import type { RunRecord } from '../pipeline/run-record.ts'
import { readDeploymentState } from '../project/deployment-state.ts'
import type { AuditEntry } from './audit-entries.ts'
import { compareWithCopy } from './compare-with-copy.ts'
import { ledgerBranch } from './ledger.ts'
import { isPrefix, keepLedgerCopy, type LedgerCopy, ledgerCopies } from './ledger-copy.ts'
import type { LedgerFinding } from './ledger-finding.ts'
import type { LedgerRecord } from './ledger-record.ts'
import { replayLedger } from './replay-ledger.ts'
import { type Published, verifyPublished } from './verify-published.ts'
import { verifyRuns } from './verify-runs.ts'

export interface LedgerVerification {
  readonly isVerified: boolean
  readonly checks: readonly {
    readonly name: CheckName
    readonly outcome: 'agrees' | 'disagrees' | 'cannot see'
    /** What was compared, or why it could not be. */
    readonly detail: string
  }[]
  readonly findings: readonly (LedgerFinding & { readonly check: CheckName })[]
  /** What was changed and put back: told, and no reason for a no. */
  readonly mended: readonly string[]
  /** What none of the checks can show, in words. */
  readonly unseen: readonly string[]
}

type CheckName = 'chain' | 'copies' | 'releases' | 'runs'

export interface VerifiedLedger {
  /** As they were written, whatever the branch holds now. */
  readonly records: readonly LedgerRecord[]
  readonly head: string | undefined
  /** `audited`: the releases among them have their `run.json` read, and held against the ledger's. */
  readonly verify: (
    audited: readonly AuditEntry[],
    parseRun: (value: unknown) => RunRecord | undefined,
  ) => Promise<LedgerVerification>
}

/**
 * Fetches the ledger's whole history, replays it, and holds it against its branch, the copies that this folder keeps, the
 * releases, the tags and what the environments say. Faults: those of the client and of `fetchBranches()`.
 */
export async function verifyWholeLedger(client: GitHubClient, signal?: AbortSignal): Promise<VerifiedLedger> {
  await using branches = await fetchBranches(client.connection, [ledgerBranch, deployBranches], signal)
  const head = branches.heads.get(ledgerBranch)
  const [commits, tip, releases, copies, states] = await Promise.all([
    head === undefined ? [] : branches.commits(ledgerBranch),
    head === undefined ? new Map<string, string>() : branches.files(ledgerBranch),
    listReleases(client),
    ledgerCopies(client.connection),
    readStates(branches),
  ])
  const replayed = replayLedger(commits, tip)
  const { chain } = replayed
  const { records } = chain
  if (head !== undefined && replayed.findings.length === 0) await keepLedgerCopy(client.connection, { ...chain, head })
  const ofCopies = named(
    'copies',
    unlike(copies, chain).flatMap((copy) => compareWithCopy(copy, chain)),
  )
  const ofReleases = named('releases', verifyPublished(records, { releases, tags: branches.tags, ...states }))
  return {
    records,
    head,
    verify: async (audited, parseRun) => {
      const runs = audited.filter(({ kind }) => kind === 'published')
      const ofRuns = named('runs', await verifyRuns(client, runs, records, releases, parseRun))
      const findings = [...named('chain', replayed.findings), ...ofCopies, ...ofReleases, ...ofRuns]
      const outcome = (name: CheckName) => (findings.some(({ check }) => check === name) ? 'disagrees' : 'agrees')
      const known = Math.max(0, ...copies.map((copy) => copy.records.length))
      return {
        isVerified: findings.length === 0 && head !== undefined,
        checks: [
          head === undefined
            ? { name: 'chain', outcome: 'cannot see', detail: 'there is no ledger' }
            : {
                name: 'chain',
                outcome: outcome('chain'),
                detail: `${records.length} records by ${commits.length} commits`,
              },
          copies.length === 0
            ? { name: 'copies', outcome: 'cannot see', detail: 'this folder has read no ledger before' }
            : { name: 'copies', outcome: outcome('copies'), detail: `${known} records that this folder read before` },
          {
            name: 'releases',
            outcome: outcome('releases'),
            detail: `${releases.length} releases, their tags and files, ${states.states.length} live states`,
          },
          runs.length === 0
            ? { name: 'runs', outcome: 'cannot see', detail: 'no release is of this time' }
            : { name: 'runs', outcome: outcome('runs'), detail: `run.json of ${runs.length} releases of this time` },
        ],
        findings,
        mended: replayed.mended,
        unseen: [...unseenOf(known, records.length), ...states.unreadable],
      }
    },
  }
}

const deployBranches = 'plumbline/deploy/'

/** Copies that the branch did not grow from, each once: what one tells, another that it is the beginning of tells, too. */
function unlike(copies: readonly LedgerCopy[], chain: VerifiedChain): readonly LedgerCopy[] {
  const others = copies.filter((copy) => !isPrefix(copy, chain))
  return others.filter((one, at) => !others.some((other, place) => place !== at && isPrefix(one, other)))
}

type VerifiedChain = Parameters<typeof isPrefix>[1]

function named(check: CheckName, findings: readonly LedgerFinding[]): LedgerVerification['findings'] {
  return findings.map((finding) => ({ check, ...finding }))
}

async function readStates(
  branches: FetchedBranches,
): Promise<Pick<Published, 'states'> & { readonly unreadable: readonly string[] }> {
  const names = [...branches.heads.keys()].filter((name) => name.startsWith(deployBranches))
  const states: { environment: string; state: Published['states'][number]['state'] }[] = []
  const unreadable: string[] = []
  for (const name of names) {
    for (const [path, text] of await branches.files(name)) {
      if (!/^models\/[^/]+\/state\.json$/.test(path)) continue
      const read = readDeploymentState(text ?? '')
      if (read.ok) states.push({ environment: name.slice(deployBranches.length), state: read.state })
      else unreadable.push(`Cannot see what is live in ${name}:${path}: ${read.problem}.`)
    }
  }
  return { states, unreadable }
}

function unseenOf(known: number, all: number): readonly string[] {
  if (known >= all) return []
  const which =
    known === 0
      ? 'No record was read in this folder before'
      : `Records ${known + 1} to ${all} were not read in this folder before`
  return [
    `${which}: a history that was written anew by a force-push, with records that fit one another and the releases, does not show in these. A folder that reads the ledger keeps a copy, and shows it from then on.`,
  ]
}
