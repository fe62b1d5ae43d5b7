import type { GitHubClient } from '../github/client.ts'
import { readBranch } from '../github/git-data.ts'
import { readIssue } from '../github/issues.ts'
import { compareCommits, listPullsOf, type Pull } from '../github/pulls.ts'
import type { ProposedRecord } from '../registry/record-proposed.ts'
import type { SeenHead, SeenProposal, SeenWorld } from './next-proposal-step.ts'
import { branchOf, generationOf, parseMark, readMark } from './proposal-mark.ts'

/** What a proposal is of, and where. */
export interface ProposalPlace {
  readonly model: string
  /** From the repository's root. */
  readonly lockPath: string
  readonly base: SeenWorld['base']
  readonly isCurrent: boolean
}

/** What one run of `propose` knows that no list may show yet, and no ledger. */
export interface Memory {
  /** It knows that a new proposal is wanted, and looks for its branch. */
  wantsPlace: boolean
  mayOpenPulls: boolean
  opened: Pull | undefined
  issue: number | undefined
  records: readonly ProposedRecord[]
  /** Commit → git's name of the lock that it puts onto the base. */
  readonly written: Map<string, string>
}

export interface Seen {
  readonly world: SeenWorld
  /** Of the next new proposal. */
  readonly generation: number
  /** Address and texts of the proposal. */
  readonly page: { readonly url: string; readonly title: string; readonly body: string } | undefined
}

/** Reads from GitHub what decides: in the quiet case, one call. */
export async function seeProposal(client: GitHubClient, place: ProposalPlace, memory: Memory): Promise<Seen> {
  const { model, base, isCurrent } = place
  const generations = memory.records.flatMap(({ branch }) => generationOf(model, branch) ?? [])
  let generation = Math.max(1, ...generations)
  let newest: Found | undefined
  for (;;) {
    const found = await findOn(client, place, memory, branchOf(model, generation))
    newest = found ?? newest
    if (found?.proposal.state !== 'closed') break
    generation++
  }
  const proposal = newest && (await withHead(client, place, memory, newest.proposal))
  const isOpen = proposal?.state === 'open'
  const wanted = memory.wantsPlace && !isOpen ? await findPlace(client, place, memory, generation) : undefined
  return {
    world: {
      base,
      proposal,
      spareIssue: newest?.spareIssue,
      place: wanted && { branch: wanted.branch, head: wanted.head },
      mayOpenPulls: memory.mayOpenPulls,
      isRecorded: !proposal || isOnRecord(memory.records, proposal),
      isCurrent,
    },
    generation: wanted?.generation ?? generation,
    page: newest?.page,
  }
}

interface Found {
  readonly proposal: SeenProposal
  readonly page: NonNullable<Seen['page']>
  readonly spareIssue: number | undefined
}

async function findOn(
  client: GitHubClient,
  { model }: ProposalPlace,
  memory: Memory,
  branch: string,
): Promise<Found | undefined> {
  const listed = await listPullsOf(client, branch)
  const { opened } = memory
  const isMissing = opened?.branch === branch && !listed.some(({ number }) => number === opened.number)
  const pulls = isMissing && opened ? [opened, ...listed] : listed
  const pull = pulls.find(({ state }) => state === 'open') ?? pulls[0]
  const record = memory.records.findLast((known) => known.branch === branch)
  const issueNumber = memory.issue ?? (record?.pull === null ? record.issue : null) ?? undefined
  const marked = (body: string) => {
    const own = readMark(body, model)
    return { mark: own ?? (record ? parseMark(record.mark) : undefined), isMarked: own !== undefined }
  }
  if (pull) {
    const { number, url, title, state, head, body } = pull
    const issue = issueNumber === undefined ? undefined : await readIssue(client, issueNumber)
    return {
      proposal: { kind: 'pull', number, state, branch, head: unseen(head), ...marked(body) },
      page: { url, title, body },
      spareIssue: issue?.isOpen ? issue.number : undefined,
    }
  }
  const issue = issueNumber === undefined ? undefined : await readIssue(client, issueNumber)
  if (!issue) return undefined
  const { number, url, title, isOpen, body } = issue
  const sha = isOpen ? await readBranch(client, branch) : undefined
  const state = isOpen && sha !== undefined ? 'open' : 'closed'
  return {
    proposal: { kind: 'issue', number, state, branch, head: unseen(sha ?? ''), ...marked(body) },
    page: { url, title, body },
    spareIssue: undefined,
  }
}

function unseen(sha: string): SeenHead {
  return { sha, lock: null, isOurs: false, isOnBase: undefined }
}

/** Whoever finds the very commit that was written need not look into it; what ended is looked at no more. */
async function withHead(
  client: GitHubClient,
  place: ProposalPlace,
  memory: Memory,
  proposal: SeenProposal,
): Promise<SeenProposal> {
  const { head, mark, state } = proposal
  if (mark && head.sha === mark.commit) return { ...proposal, head: { ...head, lock: mark.lock, isOurs: true } }
  if (state !== 'open') return proposal
  return { ...proposal, head: await seeHead(client, place, memory, head.sha) }
}

async function seeHead(
  client: GitHubClient,
  { base, lockPath }: ProposalPlace,
  { written }: Memory,
  sha: string,
): Promise<SeenHead> {
  const own = written.get(sha)
  if (own !== undefined) return { sha, lock: own, isOurs: true, isOnBase: true }
  const compared = await compareCommits(client, base.sha, sha)
  if (!compared) return unseen(sha)
  const { files, messages, mergeBase } = compared
  const isOnBase = mergeBase === base.sha
  // Nothing but what the base has already.
  if (files.length === 0) return { sha, lock: isOnBase ? base.lock : null, isOurs: messages.length === 0, isOnBase }
  const lock = files.find(({ path }) => path === lockPath)?.blob ?? null
  const isOurs = files.length === 1 && lock !== null && messages.some((text) => lockWritten(text) === lock)
  return { sha, lock, isOurs, isOnBase }
}

function lockWritten(message: string): string | undefined {
  return /^Plumbline-Lock: ([0-9a-f]{40})$/m.exec(message)?.[1]
}

/** The first generation whose branch holds nothing of anybody else's, and was no closed pull request's. */
async function findPlace(client: GitHubClient, place: ProposalPlace, memory: Memory, first: number) {
  for (let generation = first; ; generation++) {
    const branch = branchOf(place.model, generation)
    const sha = await readBranch(client, branch)
    if (sha === undefined) return { generation, branch, head: undefined }
    const head = await seeHead(client, place, memory, sha)
    if (head.isOurs) return { generation, branch, head }
  }
}

/** A new head of the same data is not: its checks are looked at before it goes on record. */
function isOnRecord(records: readonly ProposedRecord[], { kind, number, branch, mark }: SeenProposal): boolean {
  if (!mark) return true
  const last = records.findLast((known) => known.branch === branch && known[kind] === number)
  return last?.dataDigest === mark.digest && last.commit === mark.commit
}
