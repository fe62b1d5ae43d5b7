import type { ProposalMark } from './proposal-mark.ts'

/** What is to be proposed, and whether anything still speaks for it. */
export interface Wanted {
  /** Of the data that lies there now. */
  readonly digest: string
  /** Git's name of its lock. */
  readonly lock: string
  readonly until: string | null
  /** The condition of `retrain:` is met, or a person forces it. */
  readonly fires: boolean
  /** It fires, and no limit holds it back. */
  readonly goes: boolean
  readonly isForced: boolean
  /** How much newer data must be than an open proposal's. */
  readonly refreshMs: number
}

/** A pull request; or the issue that stands in for one, where the token may open none: `branch` is then to be merged by hand. */
export interface SeenProposal {
  readonly kind: 'pull' | 'issue'
  readonly number: number
  readonly state: 'open' | 'closed' | 'merged'
  readonly branch: string
  readonly head: SeenHead
  /** Undefined: nothing says what Plumbline wrote. */
  readonly mark: ProposalMark | undefined
  /** The mark stands in its text, and not in the ledger alone. */
  readonly isMarked: boolean
}

/** What a branch holds beyond the base. */
export interface SeenHead {
  readonly sha: string
  /** Git's name of the lock in it. */
  readonly lock: string | null
  /** It changes the lock alone, to what a commit of Plumbline's says that it wrote. */
  readonly isOurs: boolean
  /** It stands on the base as it is now; undefined where nobody looked. */
  readonly isOnBase: boolean | undefined
}

/** All that decides, read from GitHub and the ledger. */
export interface SeenWorld {
  readonly base: {
    readonly sha: string
    /** Git's name of the lock on it; null where there is none. */
    readonly lock: string | null
    /** Of the data that it pins. */
    readonly digest: string | null
  }
  /** The open one, else the newest that ended; undefined before the first. */
  readonly proposal: SeenProposal | undefined
  /** An issue that is open beside a pull request. */
  readonly spareIssue: number | undefined
  /** The branch for a new proposal, where it was looked for. */
  readonly place: { readonly branch: string; readonly head: SeenHead | undefined } | undefined
  /** The token was refused a pull request. */
  readonly mayOpenPulls: boolean
  /** The ledger has the proposal as it is. */
  readonly isRecorded: boolean
  /** This checkout is the base. */
  readonly isCurrent: boolean
  /** Its checks have ended, and its text does not tell of it. */
  readonly isNewlyJudged?: boolean
}

export const proposalStates = [
  'none',
  'open-clean',
  'open-edited',
  'closed-same-digest',
  'closed-older-digest',
  'merged',
  'stale',
] as const
export type ProposalState = (typeof proposalStates)[number]

export type RestReason =
  | 'waits'
  | 'open'
  | 'edited'
  | 'edited and stale'
  | 'closed before'
  | 'merged before'
  | 'behind the base'

export type ProposalStep =
  | { readonly kind: 'rest'; readonly why: RestReason }
  /** Find the branch for a new proposal. */
  | { readonly kind: 'look' }
  /** Write the commit and point the branch at it; from nothing, or from what Plumbline left there. */
  | { readonly kind: 'write-branch'; readonly branch: string; readonly from: string | undefined }
  | { readonly kind: 'open'; readonly as: 'pull' | 'issue'; readonly branch: string; readonly commit: string }
  /** Make its text say what its branch holds. */
  | { readonly kind: 'tell'; readonly proposal: SeenProposal }
  /** Make it say what its checks came to, too. */
  | { readonly kind: 'tell-judged'; readonly proposal: SeenProposal; readonly mark: ProposalMark }
  | { readonly kind: 'record'; readonly proposal: SeenProposal; readonly mark: ProposalMark }
  | { readonly kind: 'close'; readonly proposal: SeenProposal; readonly why: 'same data' | 'no reason' }
  | { readonly kind: 'close-issue'; readonly number: number; readonly proposal: SeenProposal }

/** Pure: where the one proposal of a model stands. */
export function stateOf(seen: SeenWorld, wanted: Wanted): ProposalState {
  const { proposal } = seen
  if (!proposal) return 'none'
  const { state, mark } = proposal
  if (state === 'merged') return 'merged'
  if (state === 'closed') return mark?.digest === wanted.digest ? 'closed-same-digest' : 'closed-older-digest'
  if (isEdited(proposal, wanted)) return 'open-edited'
  return isStale(seen, proposal, wanted) ? 'stale' : 'open-clean'
}

/** By content, never by author: a button of GitHub's that merges the base into the branch edits nothing. */
function isEdited({ head, mark }: SeenProposal, wanted: Wanted): boolean {
  if (mark === undefined) return !(head.isOurs && head.lock === wanted.lock)
  return head.sha !== mark.commit && !head.isOurs
}

/** The base no longer has the lock that it replaces, or the data is newer by enough, or a person wants it anew. */
function isStale({ base }: SeenWorld, { mark, head }: SeenProposal, wanted: Wanted): boolean {
  if (mark === undefined) return false
  if (mark.base !== base.lock && head.isOnBase !== true) return true
  // Killed before its text was written: the branch has the wanted data already.
  if (mark.digest === wanted.digest || head.lock === wanted.lock) return false
  return wanted.isForced || isNewerBy(wanted.until, mark.until, wanted.refreshMs)
}

function isNewerBy(now: string | null, then: string | null, leastMs: number): boolean {
  if (now === null || then === null) return false
  // Whole numbers only order: any newer one is newer by enough.
  if (/^-?\d+$/.test(now) && /^-?\d+$/.test(then)) return BigInt(now) > BigInt(then)
  return Date.parse(now) - Date.parse(then) >= leastMs
}

/**
 * Pure: the one next step from what is there to at most one proposal a model that says what it holds. What people did is
 * never undone: an edited branch is left alone, and what was closed or merged is not proposed again.
 */
export function nextProposalStep(seen: SeenWorld, wanted: Wanted): ProposalStep {
  return table[stateOf(seen, wanted)](seen, wanted)
}

type Decide = (seen: SeenWorld, wanted: Wanted) => ProposalStep

const table: Readonly<Record<ProposalState, Decide>> = {
  none: propose,
  'closed-older-digest': propose,
  merged: (seen, wanted) => {
    const isSame = seen.proposal?.mark?.digest === wanted.digest
    return isSame && !wanted.isForced ? rest(seen, 'merged before') : propose(seen, wanted)
  },
  'closed-same-digest': (seen, wanted) => (wanted.isForced ? propose(seen, wanted) : rest(seen, 'closed before')),
  'open-edited': (seen) => rest(seen, isBehindBase(seen) ? 'edited and stale' : 'edited'),
  'open-clean': (seen, wanted) => {
    const { proposal } = seen
    if (!proposal?.mark) return rest(seen, 'open')
    const over = endOf(seen, proposal, wanted)
    if (over) return over
    if (proposal.isMarked && !isTold(seen, proposal, wanted)) return { kind: 'tell', proposal }
    if (seen.isNewlyJudged) return { kind: 'tell-judged', proposal, mark: proposal.mark }
    if (proposal.kind === 'issue' && wanted.isForced && seen.mayOpenPulls) {
      return { kind: 'open', as: 'pull', branch: proposal.branch, commit: proposal.head.sha }
    }
    return rest(seen, 'open')
  },
  stale: (seen, wanted) => {
    const { proposal } = seen
    if (!proposal) return rest(seen, 'open')
    const over = endOf(seen, proposal, wanted)
    if (over) return over
    if (!seen.isCurrent) return { kind: 'rest', why: 'behind the base' }
    return recordOf(seen) ?? { kind: 'write-branch', branch: proposal.branch, from: proposal.head.sha }
  },
}

/** Where it was killed before that. Once there is a newer one, the ledger alone still knows of a no to this one. */
function recordOf({ proposal, isRecorded }: SeenWorld): ProposalStep | undefined {
  return proposal?.mark && !isRecorded ? { kind: 'record', proposal, mark: proposal.mark } : undefined
}

/** Whoever was killed after the branch moved left a text that tells of what it held before. */
function isTold({ base }: SeenWorld, { mark, head }: SeenProposal, wanted: Wanted): boolean {
  if (!mark || head.sha === mark.commit || head.lock !== wanted.lock) return true
  return mark.lock === head.lock && (mark.base === base.lock || head.isOnBase !== true)
}

function isBehindBase({ proposal, base }: SeenWorld): boolean {
  return proposal?.mark !== undefined && proposal.mark.base !== base.lock
}

/** An unedited proposal that nothing speaks for any more. */
function endOf(seen: SeenWorld, proposal: SeenProposal, wanted: Wanted): ProposalStep | undefined {
  // An old checkout does not see why it was made.
  if (!seen.isCurrent) return undefined
  const isPinned = seen.base.digest !== null && seen.base.digest === wanted.digest
  if (isPinned) return { kind: 'close', proposal, why: 'same data' }
  if (!wanted.fires && proposal.mark?.isForced !== true) return { kind: 'close', proposal, why: 'no reason' }
  return undefined
}

/** A new one, on a branch that holds nothing of anybody else. */
function propose(seen: SeenWorld, wanted: Wanted): ProposalStep {
  if (!wanted.goes) return rest(seen, 'waits')
  const unrecorded = recordOf(seen)
  if (unrecorded) return unrecorded
  if (!seen.isCurrent) return { kind: 'rest', why: 'behind the base' }
  if (!seen.place) return { kind: 'look' }
  const { branch, head } = seen.place
  if (head?.lock !== wanted.lock || head.isOnBase !== true) return { kind: 'write-branch', branch, from: head?.sha }
  return { kind: 'open', as: seen.mayOpenPulls ? 'pull' : 'issue', branch, commit: head.sha }
}

/** What is left to tidy up where nothing is to be proposed. */
function rest(seen: SeenWorld, why: RestReason): ProposalStep {
  const { proposal, spareIssue } = seen
  if (proposal && spareIssue !== undefined) return { kind: 'close-issue', number: spareIssue, proposal }
  return recordOf(seen) ?? { kind: 'rest', why }
}
