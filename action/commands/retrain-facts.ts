import type { Read } from '../base/diagnostic.ts'
import type { Snapshot } from '../data/take-snapshot.ts'
import type { GitHubClient } from '../github/client.ts'
import type { RunRecord } from '../pipeline/run-record.ts'
import type { DataLock } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'
import type { DataContracts } from '../project/read-contract.ts'
import type { ProposedRecord } from '../registry/record-proposed.ts'
import type { NewestRelease } from '../report/word-judgement.ts'
import type { RefusedRun, RetrainFacts } from '../retrain/retrain-facts.ts'
import type { BadEnd } from '../retrain/retrain-history.ts'
import type { CommandContext } from './define-command.ts'

/** The data that lies there now beside what is pinned. */
export interface SeenSnapshot {
  readonly project: Project
  readonly contracts: DataContracts
  readonly pinned: DataLock | undefined
  readonly snapshot: Snapshot
}

export interface SeenData extends SeenSnapshot {
  readonly newRows: { readonly added: number; readonly labelled: number }
}

/** The same, with its new rows counted. */
export async function seeData(context: CommandContext, isFetched: boolean): Promise<Read<SeenData>> {
  const { countNewRows } = await import('../data/count-new-rows.ts')
  const { dataDigest } = await import('../project/data-lock.ts')
  const seen = await seeSnapshot(context, isFetched)
  if (!seen.ok) return seen
  const { project, contracts, pinned, snapshot } = seen.value
  const isSame = pinned !== undefined && dataDigest(pinned) === snapshot.digest
  const newRows = isSame
    ? { ok: true as const, value: { added: 0, labelled: 0 } }
    : await countNewRows(project, contracts, snapshot, pinned, context.signal, context)
  return newRows.ok ? { ok: true, value: { ...seen.value, newRows: newRows.value } } : newRows
}

/** Fetches what is remote, unless told not to, and looks at what lies there; writes no lock. */
export async function seeSnapshot(context: CommandContext, isFetched: boolean): Promise<Read<SeenSnapshot>> {
  const { readProject } = await import('../project/read-project.ts')
  const { readContracts } = await import('../project/read-contract.ts')
  const { isFetched: isRemote } = await import('../project/read-sources.ts')
  const { readPinned } = await import('../data/pin-snapshot.ts')
  const { takeSnapshot } = await import('../data/take-snapshot.ts')

  const read = await readProject(context.folder)
  if (!read.ok) return read
  const project = read.value
  const contracts = await readContracts(project)
  if (!contracts.ok) return contracts
  const lock = await readPinned(project)
  if (lock?.ok === false) return lock
  const pinned = lock?.value
  if (isFetched && project.data.sources.some(isRemote)) {
    const { landSources } = await import('../pipeline/land-sources.ts')
    // In a workflow, where stores have credentials, programs run in a job of their own.
    await takeLanded(context, project)
    await landSources({ ...context, project, runsPrograms: context.artifacts === undefined })
  }
  const { progress, signal } = context
  const snapshot = await takeSnapshot(project, contracts.value.whole, pinned, signal, { progress, isCheck: true })
  if (!snapshot.ok) return snapshot
  return { ok: true, value: { project, contracts: contracts.value, pinned, snapshot: snapshot.value } }
}

async function takeLanded(context: CommandContext, { data }: Project): Promise<void> {
  const hasProgram = data.sources.some(({ places }) => places.some(({ kind }) => kind === 'program'))
  if (!hasProgram || context.artifacts === undefined) return
  const { openExchange } = await import('../pipeline/exchange-results.ts')
  const { receiveLanded } = await import('../pipeline/exchange-landed.ts')
  const exchange = await openExchange(context)
  if (exchange) await receiveLanded(exchange)
}

export interface Known {
  readonly facts: RetrainFacts
  /** Of the model, newest first. */
  readonly runs: readonly RunRecord[]
  readonly proposals: readonly ProposedRecord[]
  readonly newest: NewestRelease | undefined
}

/** What the ledger and the runs of this folder know, as the decision takes it. Faults: those of the client and of stores. */
export async function gatherFacts(context: CommandContext, client: GitHubClient, seen: SeenData): Promise<Read<Known>> {
  const { readLedger } = await import('../registry/ledger.ts')
  const { takenBackIn } = await import('../registry/record-deployment.ts')
  const { driftIn } = await import('../registry/record-drift.ts')
  const { performancesIn } = await import('../registry/record-performance.ts')
  const { proposedIn } = await import('../registry/record-proposed.ts')
  const { runsInLedger } = await import('../registry/runs-in-ledger.ts')
  const { decideBudget } = await import('../pipeline/decide-budget.ts')
  const { mergeRuns } = await import('../pipeline/merge-runs.ts')
  const { readLocalRuns } = await import('../pipeline/run-history.ts')
  const { dataDigest } = await import('../project/data-lock.ts')
  const { recallHistory } = await import('../retrain/retrain-history.ts')
  const { parseBodies } = await import('./known-runs.ts')

  const { project, pinned, snapshot, newRows } = seen
  const { name } = project.model
  const { records } = await readLedger(client)
  const ledger = runsInLedger(records)
  const here = await readLocalRuns(context.folder)
  const there = await parseBodies(ledger)
  const { wordProblem } = await import('../report/word-runs.ts')
  for (const problem of [...here.problems, ...there.problems]) context.progress.warn(wordProblem(problem))
  const runs = mergeRuns(here.records, there.records, ledger.releases)
    .filter(({ model }) => model === name)
    .flatMap(({ executions }) => executions)
  const proposals = proposedIn(records, name)
  const releases = ledger.releases.filter(({ model }) => model === name)
  const { badEnd, learnedUntil, ...history } = recallHistory(
    { releases, takenBack: takenBackIn(records, name), proposals, runs },
    snapshot.digest,
  )
  const refused = badEnd && (await countSince(context, seen, badEnd))
  if (refused?.ok === false) return refused

  const { limits } = project.retrain
  const { budget } = project.cost
  const now = context.now()
  const facts: RetrainFacts = {
    ...history,
    now,
    data: {
      digest: snapshot.digest,
      until: snapshot.until,
      newRows: newRows.added,
      labelledRows: newRows.labelled,
    },
    pinned: pinned ? { digest: dataDigest(pinned), until: pinned.until } : null,
    learnedUntil: learnedUntil ?? pinned?.until ?? null,
    drift: driftIn(records, name) ?? null,
    performance: performancesIn(records, name, project.metrics),
    refused: refused?.value ?? null,
    monthly: limits.runsPerMonth === undefined ? null : decideBudget(runs, { runs: limits.runsPerMonth }, now),
    budget: budget ? decideBudget(runs, budget, now) : null,
  }
  const newest = releases.toSorted((one, other) => other.version - one.version)[0]
  const made = newest && runs.find(({ runKey }) => runKey === newest.runKey)
  const released = newest && { tag: newest.tag, record: made ?? null }
  return { ok: true, value: { facts, runs, proposals, newest: released } }
}

/** Counted from the snapshot of that run where git still knows it, which mostly is the pinned one. */
async function countSince(context: CommandContext, seen: SeenData, badEnd: BadEnd): Promise<Read<RefusedRun>> {
  const { dataDigest } = await import('../project/data-lock.ts')
  const { project, contracts, pinned, snapshot, newRows } = seen
  const sincePinned = { ok: true as const, value: { ...badEnd, newRows: newRows.added } }
  if (badEnd.dataDigest === snapshot.digest) return { ok: true, value: { ...badEnd, newRows: 0 } }
  if (pinned && dataDigest(pinned) === badEnd.dataDigest) return sincePinned
  const { countNewRows } = await import('../data/count-new-rows.ts')
  const { knownSnapshots } = await import('../data/known-snapshots.ts')
  const known = (await knownSnapshots(project)).find(({ digest }) => digest === badEnd.dataDigest)
  if (!known) return sincePinned
  const since = await countNewRows(project, contracts, snapshot, known.lock, context.signal, context)
  return since.ok ? { ok: true, value: { ...badEnd, newRows: since.value.added } } : since
}
