import { setTimeout as sleep } from 'node:timers/promises'

import { Fault } from '../base/fault.ts'
import { sha256 } from '../base/sha256.ts'
import type { GitHubClient } from '../github/client.ts'
import { createBranch, writeCommit } from '../github/git-data.ts'
import { commentOnce, createIssue, editIssue, findIssues } from '../github/issues.ts'
import { createPull, editPull } from '../github/pulls.ts'
import { swapBranch } from '../github/swap-branch.ts'
import type { ProposedRecord } from '../registry/record-proposed.ts'
import {
  closingText,
  isProposalTitle,
  type ProposalFacts,
  proposalBody,
  proposalIssue,
  proposalMessage,
  proposalTitle,
  supersededText,
} from '../report/proposal-text.ts'
import { type Judgement, type NewestRelease, withJudgement, wordJudgement } from '../report/word-judgement.ts'
import {
  nextProposalStep,
  type ProposalState,
  type ProposalStep,
  type RestReason,
  type SeenProposal,
  stateOf,
  type Wanted,
} from './next-proposal-step.ts'
import { formatMark, type ProposalMark, readMark, textOf, withMark } from './proposal-mark.ts'
import { type Memory, type ProposalPlace, type Seen, seeProposal } from './see-proposal.ts'

export interface ProposalRequest {
  readonly place: ProposalPlace & { readonly baseBranch: string }
  readonly wanted: Wanted
  readonly lockText: string
  readonly facts: Omit<ProposalFacts, 'branch'>
  /** Of the base's head, ISO 8601, so that the same commit is made whoever makes it. */
  readonly baseDate: string
  readonly records: readonly ProposedRecord[]
  /** By what is known of the token, asked for before anything is written. */
  readonly mayOpenPulls: () => Promise<boolean>
  /** Brings the data where everybody who merges finds it; before anything of it is written to GitHub. */
  readonly storeData: () => Promise<void>
  /** Adds to the ledger what stands there now. `isOwn`: it was this call that moved the branch there. */
  readonly record: (proposal: SeenProposal, mark: ProposalMark, isOwn: boolean) => Promise<ProposedRecord>
  /** What the checks of a head came to; undefined where they have not ended. Asked at most once. */
  readonly judgementOf?: ((head: string, mark: ProposalMark) => Promise<Judgement | undefined>) | undefined
  readonly newest?: NewestRelease | undefined
  readonly signal: AbortSignal
}

export interface KeptProposal {
  readonly state: ProposalState
  /** What is left: why nothing more is done. */
  readonly why: RestReason
  readonly proposal: (Pick<SeenProposal, 'kind' | 'number' | 'state' | 'branch'> & { readonly url: string }) | null
  /** What this call did, in order; none where there was nothing to do. */
  readonly did: readonly Deed[]
}

export type Deed = Exclude<ProposalStep['kind'], 'rest' | 'look'>

const mostSteps = 60
/** Refused this often in a row, more of the same will not help. */
const mostRefusals = 12

/**
 * Brings a model's one proposal to where it should be, whatever an earlier or a racing call left behind: looks, takes the one
 * next step, looks again. Killed anywhere and called again, it ends the same. Faults: `retrain/not-settled`, those of the client.
 */
export async function keepProposal(client: GitHubClient, request: ProposalRequest): Promise<KeptProposal> {
  const keeper = new Keeper(client, request)
  for (let steps = 0; steps < mostSteps && keeper.refusals < mostRefusals; steps++) {
    const seen = await keeper.look()
    const step = nextProposalStep(seen.world, request.wanted)
    if (step.kind === 'rest') return keeper.finish(seen, step.why)
    await keeper.take(step, seen)
  }
  throw new Fault(
    'retrain/not-settled',
    `Cannot propose "${request.place.model}": its branch or pull request changed at every step; expected a free moment`,
    { remedy: 'Look who else writes plumbline/retrain/…, or whether a ruleset protects it, then run it again.' },
  )
}

class Keeper {
  readonly #client: GitHubClient
  readonly #request: ProposalRequest
  readonly #did: Deed[] = []
  #isStored = false
  /** The commit that this call moved the branch to; of several at once one alone does. */
  #head: string | undefined
  readonly memory: Memory
  refusals = 0
  /** Undefined until it was asked for; null where there is none. */
  #judgement: Judgement | null | undefined

  constructor(client: GitHubClient, request: ProposalRequest) {
    this.#client = client
    this.#request = request
    const { records } = request
    this.memory = {
      wantsPlace: false,
      mayOpenPulls: true,
      opened: undefined,
      issue: undefined,
      records,
      written: new Map(),
    }
  }

  async look(): Promise<Seen> {
    const seen = await seeProposal(this.#client, this.#request.place, this.memory)
    const { proposal } = seen.world
    const { mark } = proposal ?? {}
    const isTelling = proposal?.kind === 'pull' && proposal.state === 'open' && proposal.isMarked
    // What was just written has not been judged, and what is not on record has no checks yet.
    const isNew = this.#did.length > 0 || !seen.world.isRecorded
    if (!isTelling || isNew || !mark || mark.commit !== proposal.head.sha) return seen
    if (mark.judged !== undefined) return seen
    this.#judgement ??= (await this.#request.judgementOf?.(mark.commit, mark)) ?? null
    return this.#judgement ? { ...seen, world: { ...seen.world, isNewlyJudged: true } } : seen
  }

  finish({ world, page }: Seen, why: RestReason): KeptProposal {
    const { proposal } = world
    const shown = proposal && { kind: proposal.kind, number: proposal.number, state: proposal.state }
    return {
      state: stateOf(world, this.#request.wanted),
      why,
      proposal: proposal && shown ? { ...shown, branch: proposal.branch, url: page?.url ?? '' } : null,
      did: this.#did,
    }
  }

  async take(step: Exclude<ProposalStep, { kind: 'rest' }>, seen: Seen): Promise<void> {
    switch (step.kind) {
      case 'look':
        this.memory.wantsPlace = true
        this.memory.mayOpenPulls = await this.#request.mayOpenPulls()
        return
      case 'write-branch':
        return this.#settled(step.kind, await this.#writeBranch(step))
      case 'open': {
        const isDone = step.as === 'pull' ? await this.#openPull(step, seen) : await this.#openIssue(step, seen)
        return this.#settled(step.kind, isDone)
      }
      case 'tell':
        await this.#tell(step.proposal, seen)
        return this.#settled(step.kind, true)
      case 'tell-judged':
        await this.#tellJudged(step.proposal, step.mark, seen)
        return this.#settled(step.kind, true)
      case 'record': {
        const isOwn = this.#head !== undefined && step.proposal.head.sha === this.#head
        const record = await this.#request.record(step.proposal, step.mark, isOwn)
        this.memory.records = [...this.memory.records, record]
        return this.#settled(step.kind, true)
      }
      case 'close':
        await this.#close(step.proposal, closingText(step.why, this.#request.facts.decision))
        return this.#settled(step.kind, true)
      case 'close-issue': {
        const text = supersededText(step.proposal.number)
        await this.#close({ ...step.proposal, kind: 'issue', number: step.number }, text)
        this.memory.issue = undefined
        return this.#settled(step.kind, true)
      }
    }
  }

  /** A pause keeps two runs that refuse each other from stepping in time, and lets lists that lag catch up. */
  async #settled(deed: Deed, isDone: boolean): Promise<void> {
    if (isDone) {
      this.#did.push(deed)
      this.refusals = 0
      return
    }
    this.refusals++
    await sleep(Math.random() * 50 * 2 ** Math.min(this.refusals, 6), undefined, { signal: this.#request.signal })
  }

  async #writeBranch({ branch, from }: Extract<ProposalStep, { kind: 'write-branch' }>): Promise<boolean> {
    const { place, wanted, lockText, facts, baseDate, storeData, signal } = this.#request
    if (!this.#isStored) await storeData()
    this.#isStored = true
    const commit = await writeCommit(this.#client, {
      branch,
      parent: place.base.sha,
      message: proposalMessage(place.model, [facts.previousDigest, wanted.digest], wanted.lock),
      files: { [place.lockPath]: lockText },
      author: { name: 'Plumbline', email: 'plumbline@users.noreply.github.com', date: baseDate },
    })
    this.memory.written.set(commit, wanted.lock)
    const isMoved =
      from === undefined
        ? (await createBranch(this.#client, branch, commit)).kind === 'done'
        : await swapBranch(this.#client, { branch, from, to: commit }, signal)
    if (isMoved) this.#head = commit
    return isMoved
  }

  async #openPull({ branch, commit }: Extract<ProposalStep, { kind: 'open' }>, seen: Seen): Promise<boolean> {
    const { facts, place } = this.#request
    const title = proposalTitle({ ...facts, branch })
    const body = this.#body('pull', branch, commit, seen.generation)
    const made = await createPull(this.#client, { branch, base: place.baseBranch, title, body })
    if (made.kind === 'done') this.memory.opened = made.data
    if (made.kind === 'forbidden') this.memory.mayOpenPulls = false
    return made.kind === 'done'
  }

  /** GitHub keeps nobody from opening a second one: of several the oldest stays. */
  async #openIssue({ branch, commit }: Extract<ProposalStep, { kind: 'open' }>, seen: Seen): Promise<boolean> {
    const { facts, place } = this.#request
    const body = this.#body('issue', branch, commit, seen.generation)
    const own = async () =>
      (await findIssues(this.#client, '<!-- plumbline retrain ')).filter((one) => readMark(one.body, place.model))
    const [known] = await own()
    const made = known ?? (await createIssue(this.#client, { title: proposalTitle({ ...facts, branch }), body }))
    if (known) await editIssue(this.#client, known.number, { body })
    const [oldest = made, ...others] = known ? [known] : await own()
    for (const { number } of others) await editIssue(this.#client, number, { state: 'closed' })
    this.memory.issue = oldest.number
    return true
  }

  /** What a person wrote into the text stays; only the mark tells what the branch holds now. */
  async #tell({ kind, number, branch, head, mark }: SeenProposal, { generation, page }: Seen): Promise<void> {
    const fresh = this.#body(kind, branch, head.sha, generation)
    const body = page?.body ?? ''
    const freshMark = readMark(fresh, this.#request.place.model)
    const isKept = mark !== undefined && sha256(textOf(body)) !== mark.text
    const text = isKept && freshMark ? withMark(body, { ...freshMark, text: mark.text }) : fresh
    const { facts } = this.#request
    const isOwnTitle = page !== undefined && isProposalTitle(page.title, facts.model)
    const change = { body: text, ...(isOwnTitle && { title: proposalTitle({ ...facts, branch }) }) }
    if (kind === 'pull') await editPull(this.#client, number, change)
    else await editIssue(this.#client, number, change)
  }

  /** Of what a person wrote nothing is changed; the mark alone says that it was told. */
  async #tellJudged({ number }: SeenProposal, mark: ProposalMark, { page }: Seen): Promise<void> {
    if (!this.#judgement || !page) return
    const told = { ...mark, judged: this.#judgement.run }
    const own = textOf(page.body)
    const isKept = sha256(own) !== mark.text
    const text = isKept ? own : withJudgement(own, wordJudgement(this.#judgement, this.#request.newest))
    const body = withMark(text, isKept ? told : { ...told, text: sha256(textOf(text)) })
    await editPull(this.#client, number, { body })
  }

  async #close({ kind, number }: SeenProposal, text: string): Promise<void> {
    await commentOnce(this.#client, number, text, `<!-- plumbline retrain closed ${sha256(text).slice(0, 16)} -->`)
    if (kind === 'pull') await editPull(this.#client, number, { state: 'closed' })
    else await editIssue(this.#client, number, { state: 'closed' })
  }

  #body(kind: SeenProposal['kind'], branch: string, commit: string, generation: number): string {
    const { facts, place, wanted } = this.#request
    const { digest, lock, until, isForced } = wanted
    const base = place.base.lock
    const mark = { model: place.model, digest, generation, commit, lock, base, until, isForced, text: '' }
    const whole = { ...facts, branch }
    const text = kind === 'pull' ? proposalBody(whole) : proposalIssue(whole, this.#compareUrl(branch, mark))
    return withMark(text, { ...mark, text: sha256(textOf(text)) })
  }

  /** With the mark in its text, so that the pull request that a person opens with it is known. */
  #compareUrl(branch: string, mark: ProposalMark): string {
    const { place, facts } = this.#request
    const { gitUrl } = this.#client.connection
    const query = new URLSearchParams({
      expand: '1',
      title: proposalTitle({ ...facts, branch }),
      body: formatMark({ ...mark, text: sha256('') }),
    })
    return `${gitUrl.replace(/\.git$/, '')}/compare/${place.baseBranch}...${branch}?${query.toString()}`
  }
}
