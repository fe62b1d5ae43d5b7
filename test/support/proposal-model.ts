import fc from 'fast-check'

import {
  nextProposalStep,
  type ProposalStep,
  type SeenHead,
  type SeenProposal,
  type SeenWorld,
  stateOf,
  type Wanted,
} from '../../action/retrain/next-proposal-step.ts'
import { branchOf, type ProposalMark } from '../../action/retrain/proposal-mark.ts'

const model = 'parcels'
const refreshDays = 7

interface Commit {
  readonly sha: string
  readonly parents: readonly string[]
  readonly lock: string | null
  /** Anything but the lock that it and its ancestors beyond the base change. */
  readonly others: readonly string[]
  readonly byHuman: boolean
  /** What Plumbline says in its message that it wrote. */
  readonly wrote: string | undefined
}

interface Pull {
  readonly number: number
  readonly branch: string
  state: 'open' | 'closed' | 'merged'
  body: ProposalMark | undefined
  closedBy: 'human' | 'plumbline' | undefined
}

const humanActs = [
  'merge',
  'close',
  'reopen',
  'edit another file',
  'edit the lock',
  'update branch',
  'delete branch',
  'strip the text',
  'push to base',
  'pin on base',
  'revert base',
] as const
const worldActs = [
  'a day of data',
  'a week of data',
  'data goes back',
  'reason goes',
  'reason comes',
  'cool-down',
] as const

export type HumanAct = (typeof humanActs)[number]
export type WorldAct = (typeof worldActs)[number]
export type Act =
  | { readonly kind: 'human'; readonly act: (typeof humanActs)[number] }
  | { readonly kind: 'world'; readonly act: (typeof worldActs)[number] }
  /** A whole run, a step of one with an act between looking and doing, or a whole run by force. */
  | { readonly kind: 'run' }
  | { readonly kind: 'forced run' }
  | { readonly kind: 'step'; readonly meanwhile: (typeof humanActs)[number] | 'another run' | undefined }

/** GitHub as far as a proposal needs it, people who do what they like, and runs of `propose` that may be cut off anywhere. */
export class ProposalModel {
  static readonly act: fc.Arbitrary<Act> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('human' as const), act: fc.constantFrom(...humanActs) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('world' as const), act: fc.constantFrom(...worldActs) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('run' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('forced run' as const) }) },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('step' as const),
        // Reopening while another is opened is the one thing that GitHub lets nobody prevent.
        meanwhile: fc.constantFrom(...humanActs.filter((act) => act !== 'reopen'), 'another run' as const, undefined),
      }),
    },
  )

  readonly #commits = new Map<string, Commit>()
  readonly #branches = new Map<string, string>()
  readonly #pulls: Pull[] = []
  readonly #records: { readonly mark: ProposalMark; readonly branch: string; readonly pull: number }[] = []
  #base: string
  #until = 10
  #digest = 1
  #newest = 1
  #fires = true
  #cools = false
  /** Digests that a person closed, and never asked for since. */
  readonly #refused = new Set<string>()
  readonly #humanCommits = new Map<string, Set<string>>()

  constructor() {
    this.#base = this.#commit([], '0', [], false, undefined)
  }

  take(act: Act): void {
    if (act.kind === 'human') this.#human(act.act)
    else if (act.kind === 'world') this.#world(act.act)
    else if (act.kind === 'run') this.runOnce()
    else if (act.kind === 'forced run') this.runOnce(true)
    else this.#step(false, undefined, act.meanwhile)
  }

  /** Runs until nothing is left to do; how much it wrote. */
  runOnce(isForced = false): number {
    let place: number | undefined
    let writes = 0
    for (let steps = 0; steps < 30; steps++) {
      const step = this.#step(isForced, place)
      if (step.kind === 'rest') return writes
      if (step.kind === 'look') place = this.#generation()
      else writes++
    }
    throw new Error('no end')
  }

  /** Without anybody else: what is left after two runs is to stay. */
  settle(): void {
    this.runOnce()
    const wanted = this.#wanted(false)
    const seen = this.#see(wanted, undefined)
    const isOpen = seen.proposal?.state === 'open' && seen.proposal.mark !== undefined
    if (!isOpen || stateOf(seen, wanted) === 'open-edited') return
    const isReasonGone = !wanted.fires && !seen.proposal.mark.isForced
    must(!isReasonGone && seen.base.lock !== wanted.lock, 'it is open without a reason')
    must(stateOf(seen, wanted) === 'open-clean', 'it is not settled')
  }

  check(): void {
    must(this.#pulls.filter(({ state }) => state === 'open').length <= 1, 'two are open')
    for (const [branch, commits] of this.#humanCommits) {
      const head = this.#branches.get(branch)
      if (head === undefined) continue
      const ancestors = this.#ancestors(head)
      for (const commit of commits) must(ancestors.has(commit), 'a person’s commit is lost')
    }
  }

  #step(
    isForced: boolean,
    generation: number | undefined,
    meanwhile?: (typeof humanActs)[number] | 'another run',
  ): ProposalStep {
    const wanted = this.#wanted(isForced)
    let seen = this.#see(wanted, generation)
    let step = nextProposalStep(seen, wanted)
    if (step.kind === 'look' && generation === undefined) {
      seen = this.#see(wanted, this.#generation())
      step = nextProposalStep(seen, wanted)
    }
    if (meanwhile === 'another run') this.runOnce()
    else if (meanwhile) this.#human(meanwhile)
    this.#apply(step, seen, wanted)
    return step
  }

  #wanted(isForced: boolean): Wanted {
    const digest = String(this.#digest)
    const isKnown = this.#records.some(({ mark }) => mark.digest === digest)
    const isPinned = this.#commits.get(this.#base)?.lock === digest
    return {
      digest,
      lock: digest,
      until: new Date(this.#until * 86_400_000).toISOString(),
      fires: this.#fires || isForced,
      goes: !isPinned && (isForced || (this.#fires && !this.#cools && !isKnown)),
      isForced,
      refreshMs: refreshDays * 86_400_000,
    }
  }

  #see(wanted: Wanted, generation: number | undefined): SeenWorld {
    const base = this.#read(this.#base)
    const pull = this.#proposal()
    const proposal = pull && this.#seenPull(pull)
    const branch = generation === undefined ? undefined : branchOf(model, generation)
    const at = branch === undefined ? undefined : this.#branches.get(branch)
    const record = pull && this.#records.findLast(({ pull: number }) => number === pull.number)
    return {
      base: { sha: base.sha, lock: base.lock, digest: base.lock },
      proposal,
      spareIssue: undefined,
      place: branch === undefined ? undefined : { branch, head: at === undefined ? undefined : this.#seenHead(at) },
      mayOpenPulls: true,
      isRecorded:
        !proposal?.mark ||
        (record?.mark.digest === proposal.mark.digest && record.mark.commit === proposal.mark.commit),
      isCurrent: true,
    }
  }

  #proposal(): Pull | undefined {
    return this.#pulls.find(({ state }) => state === 'open') ?? this.#pulls.at(-1)
  }

  #seenPull(pull: Pull): SeenProposal {
    const head = this.#branches.get(pull.branch)
    const record = this.#records.findLast(({ pull: number }) => number === pull.number)
    return {
      kind: 'pull',
      number: pull.number,
      state: pull.state,
      branch: pull.branch,
      head: head === undefined ? { sha: '', lock: null, isOurs: false, isOnBase: undefined } : this.#seenHead(head),
      mark: pull.body ?? record?.mark,
      isMarked: pull.body !== undefined,
    }
  }

  #seenHead(sha: string): SeenHead {
    const head = this.#read(sha)
    const ancestors = this.#ancestors(sha)
    const beyond = [...ancestors].filter((one) => !this.#ancestors(this.#base).has(one)).map((one) => this.#read(one))
    const isOurs = head.others.length === 0 && beyond.some(({ wrote }) => wrote !== undefined && wrote === head.lock)
    return { sha, lock: head.lock, isOurs, isOnBase: ancestors.has(this.#base) }
  }

  /** The generation of a new proposal: past every pull request that was closed, and every branch of somebody else’s. */
  #generation(): number {
    for (let generation = 1; ; generation++) {
      const branch = branchOf(model, generation)
      if (this.#pulls.some((pull) => pull.branch === branch && pull.state === 'closed')) continue
      const head = this.#branches.get(branch)
      if (head === undefined || this.#seenHead(head).isOurs) return generation
    }
  }

  #apply(step: ProposalStep, seen: SeenWorld, wanted: Wanted): void {
    switch (step.kind) {
      case 'rest':
      case 'look':
        return
      case 'write-branch': {
        const { proposal } = seen
        if (proposal?.state === 'open') this.#checkRefresh(seen, proposal, wanted)
        if (this.#branches.get(step.branch) !== step.from) return
        this.#branches.set(step.branch, this.#commit([seen.base.sha], wanted.lock, [], false, wanted.lock))
        return
      }
      case 'open': {
        const head = this.#branches.get(step.branch)
        const isTaken = this.#pulls.some(({ branch, state }) => branch === step.branch && state === 'open')
        if (head === undefined || isTaken) return
        if (!wanted.isForced) must(!this.#refused.has(wanted.digest), 'what was closed is opened again')
        this.#refused.delete(wanted.digest)
        const body = this.#mark(step.commit, wanted, seen.base.lock)
        this.#pulls.push({
          number: this.#pulls.length + 1,
          branch: step.branch,
          state: 'open',
          body,
          closedBy: undefined,
        })
        return
      }
      case 'tell': {
        const pull = this.#pulls.find(({ number }) => number === step.proposal.number)
        if (pull) pull.body = this.#mark(step.proposal.head.sha, wanted, seen.base.lock)
        return
      }
      case 'tell-judged': {
        const pull = this.#pulls.find(({ number }) => number === step.proposal.number)
        if (pull) pull.body = { ...step.mark, judged: 1 }
        return
      }
      case 'record': {
        const { proposal, mark } = step
        const last = this.#records.findLast(({ pull }) => pull === proposal.number)
        if (last?.mark.digest !== mark.digest || last.mark.commit !== mark.commit)
          this.#records.push({ mark, branch: proposal.branch, pull: proposal.number })
        return
      }
      case 'close': {
        must(stateOf(seen, wanted) !== 'open-edited', 'an edited one is closed')
        const pull = this.#pulls.find(({ number }) => number === step.proposal.number)
        if (pull?.state !== 'open') return
        pull.state = 'closed'
        pull.closedBy = 'plumbline'
        return
      }
      case 'close-issue':
        throw new Error('there is no issue')
    }
  }

  #checkRefresh({ base }: SeenWorld, { mark }: SeenProposal, wanted: Wanted): void {
    const days = (Date.parse(wanted.until ?? '') - Date.parse(mark?.until ?? '')) / 86_400_000
    const isDue = mark?.base !== base.lock || days >= refreshDays || wanted.isForced
    must(isDue, 'made anew without need')
  }

  #mark(commit: string, { digest, lock, until, isForced }: Wanted, base: string | null): ProposalMark {
    return { model, digest, generation: 1, commit, lock, base, until, isForced, text: '' }
  }

  #world(act: (typeof worldActs)[number]): void {
    if (act === 'a day of data' || act === 'a week of data') {
      this.#digest = ++this.#newest
      this.#until += act === 'a day of data' ? 1 : refreshDays
      this.#cools = false
    } else if (act === 'data goes back') this.#digest = Math.max(1, this.#digest - 1)
    else if (act === 'cool-down') this.#cools = true
    else this.#fires = act === 'reason comes'
  }

  #human(act: (typeof humanActs)[number]): void {
    const pull = this.#proposal()
    const head = pull && this.#branches.get(pull.branch)
    const base = this.#read(this.#base)
    const onBase = { 'push to base': base.lock, 'pin on base': String(this.#digest), 'revert base': '0' }
    if (act === 'push to base' || act === 'pin on base' || act === 'revert base') {
      this.#base = this.#commit([this.#base], onBase[act], [], true, undefined)
    } else if (pull) this.#onPull(act, pull, head)
  }

  #onPull(act: (typeof humanActs)[number], pull: Pull, sha: string | undefined): void {
    const head = sha === undefined ? undefined : this.#read(sha)
    const base = this.#read(this.#base)
    if (act === 'delete branch') {
      if (pull.state === 'open') this.#close(pull)
      this.#branches.delete(pull.branch)
      this.#humanCommits.delete(pull.branch)
    } else if (act === 'reopen') {
      if (pull.state !== 'closed' || head === undefined) return
      pull.state = 'open'
      this.#refused.clear()
    } else if (pull.state !== 'open' || head === undefined) return
    else if (act === 'close') this.#close(pull)
    else if (act === 'strip the text') pull.body = undefined
    else if (act === 'merge') {
      // A conflict, where both sides changed the lock.
      if (pull.body && pull.body.base !== base.lock) return
      pull.state = 'merged'
      this.#base = this.#commit([this.#base], head.lock, [], true, undefined)
    } else if (act === 'update branch') {
      if (pull.body && pull.body.base !== base.lock) return
      this.#branches.set(pull.branch, this.#commit([head.sha, this.#base], head.lock, head.others, false, undefined))
    } else if (act === 'edit another file' || act === 'edit the lock') {
      const isLock = act === 'edit the lock'
      const [lock, others] = isLock ? [`${head.lock}′`, head.others] : [head.lock, [...head.others, 'README.md']]
      const commit = this.#commit([head.sha], lock, others, true, undefined)
      this.#branches.set(pull.branch, commit)
      this.#humanCommits.set(pull.branch, (this.#humanCommits.get(pull.branch) ?? new Set()).add(commit))
    }
  }

  #close(pull: Pull): void {
    pull.state = 'closed'
    pull.closedBy = 'human'
    const digest = this.#seenPull(pull).mark?.digest
    if (digest !== undefined) this.#refused.add(digest)
  }

  #commit(
    parents: readonly string[],
    lock: string | null,
    others: readonly string[],
    byHuman: boolean,
    wrote: string | undefined,
  ): string {
    // Plumbline's commits are made of their content alone; people's are never the same.
    const sha = byHuman || wrote === undefined ? `h${this.#commits.size}` : `p${parents.join()}-${lock}`
    this.#commits.set(sha, { sha, parents, lock, others, byHuman, wrote })
    return sha
  }

  #read(sha: string): Commit {
    const commit = this.#commits.get(sha)
    if (!commit) throw new Error(`no commit ${sha}`)
    return commit
  }

  #ancestors(sha: string): ReadonlySet<string> {
    const found = new Set<string>()
    const open = [sha]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (found.has(next)) continue
      found.add(next)
      open.push(...this.#read(next).parents)
    }
    return found
  }
}

function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}
