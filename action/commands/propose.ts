import { Fault } from '../base/fault.ts'
import type { GitHubClient } from '../github/client.ts'
import type { TokenMode } from '../github/token-mode.ts'
import type { ProposalReport } from '../report/report-proposal.ts'
import type { KeptProposal, ProposalRequest } from '../retrain/keep-proposal.ts'
import type { SeenProposal } from '../retrain/next-proposal-step.ts'
import type { Checks } from '../retrain/start-checks.ts'
import type { CommandContext } from './define-command.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { flag } from './fields.ts'
import { forceFields, readForce } from './force-fields.ts'
import type { Known, SeenData } from './retrain-facts.ts'

const permissions = { contents: 'write', 'pull-requests': 'write', issues: 'write', actions: 'write' } as const

export const propose = defineCommand({
  name: 'propose',
  group: 'retrain',
  summary: 'Keep the one pull request that retrains the model as it should be: open, renewed, closed or none.',
  example: 'plumbline propose',
  inputs: {
    ...forceFields,
    'no-fetch': flag({ description: 'Takes the files of remote sources as they lie there, without fetching' }),
  },
  outputs: {
    verdict: '`open` where a proposal is open now, else `wait`',
    proposal: 'What this step did: `opened`, `renewed`, `closed` or `nothing`',
    'proposal-number': 'Number of the pull request, or of the issue that stands in for it; empty where there is none',
    'proposal-url': 'Its address',
    'landed-data': 'SHA-256 of the data that lies there now',
    reason: 'Why, in one line',
  },
  permissions,
  effects: ['reads-repository', 'writes-files', 'runs-user-code', 'pushes-commits'],

  async run({ force, reason, 'no-fetch': noFetch }, context): Promise<Outcome<ProposalReport>> {
    const { openGitHubClient } = await import('../github/client.ts')
    const { pushHead, repositoryFolder } = await import('../registry/local-git.ts')
    const { readCheckout } = await import('../retrain/checkout-state.ts')
    const { decideRetrain } = await import('../retrain/decide-retrain.ts')
    const { gatherFacts, seeData } = await import('./retrain-facts.ts')
    const forced = readForce({ force, reason })
    const seen = await seeData(context, !noFetch)
    if (!seen.ok) return { kind: 'diagnosed', diagnostics: seen.diagnostics }
    const { project, snapshot } = seen.value
    const checkout = await readCheckout(project)

    await using connection = await context.openGitHub(await repositoryFolder(context.folder))
    if (connection.isEmbedded) await pushHead(connection, context.folder)
    const client = await openGitHubClient(connection, context.signal)
    const known = await gatherFacts(context, client, seen.value)
    if (!known.ok) return { kind: 'diagnosed', diagnostics: known.diagnostics }
    const decision = decideRetrain(project.retrain, known.value.facts, forced)
    const place = await placeOf(client, seen.value, checkout)
    const token = tokenOf(client, context)
    const checks: { known?: Checks } = {}
    const work = { seen: seen.value, known: known.value, decision, place, checkout, token, checks }
    const kept = await keep(client, context, work)
    const { added, removed, changed } = snapshot
    const { owner, repository } = client.connection
    return {
      kind: 'done',
      result: {
        ...kept,
        model: project.model.name,
        decision,
        facts: known.value.facts,
        changes: { added, removed, changed },
        where: { isEmbedded: connection.isEmbedded, name: `${owner}/${repository}` },
        token: await token.known(),
        checks: checks.known ?? null,
        base: place.baseBranch,
        calls: client.calls(),
      },
    }
  },

  async report(result) {
    const { reportProposal } = await import('../report/report-proposal.ts')
    return reportProposal(result)
  },
})

interface Checkout {
  readonly head: string
  readonly date: string
  readonly prefix: string
  readonly lock: string | null
}

/** Where the proposal is made, and whether this checkout is what the default branch has now. */
async function placeOf(client: GitHubClient, seen: SeenData, checkout: Checkout): Promise<ProposalRequest['place']> {
  const { readBranch } = await import('../github/git-data.ts')
  const { readRepository } = await import('../github/repository.ts')
  const { dataDigest, dataLockFile } = await import('../project/data-lock.ts')
  const { defaultBranch, mayPush } = await readRepository(client)
  const sha = (await readBranch(client, defaultBranch)) ?? ''
  return {
    model: seen.project.model.name,
    lockPath: `${checkout.prefix}${dataLockFile}`,
    base: { sha, lock: checkout.lock, digest: seen.pinned ? dataDigest(seen.pinned) : null },
    isCurrent: sha === checkout.head && mayPush !== false,
    baseBranch: defaultBranch,
  }
}

interface Token {
  /** Asked for once, before the first write. */
  readonly ask: () => Promise<TokenMode>
  readonly known: () => Promise<TokenMode | null>
}

function tokenOf(client: GitHubClient, context: CommandContext): Token {
  let asked: Promise<TokenMode> | undefined
  const ask = async () => {
    const { readTokenMode } = await import('../github/read-token-mode.ts')
    const { readJobPermissions } = await import('../project/read-job-permissions.ts')
    return await readTokenMode(client, context.environment, await readJobPermissions(context.environment))
  }
  return {
    ask: () => (asked ??= ask()),
    known: async () => (await asked) ?? null,
  }
}

/**
 * In a workflow, where the token may be one that starts no checks. Before the proposal goes on record: whoever is killed on the
 * way records it next time, and looks at its checks again; what is on record is asked of no more.
 */
async function checksOf(
  client: GitHubClient,
  context: CommandContext,
  { kind, state, branch, head }: SeenProposal,
  token: Token,
  isOwn: boolean,
): Promise<Checks | undefined> {
  if (context.environment['GITHUB_ACTIONS'] !== 'true' || kind !== 'pull' || state !== 'open') return undefined
  const { repositoryFolder } = await import('../registry/local-git.ts')
  const { readWorkflowFiles } = await import('../project/workflow-file.ts')
  const { startChecks } = await import('../retrain/start-checks.ts')
  const workflows = await readWorkflowFiles(await repositoryFolder(context.folder))
  try {
    return await startChecks(client, { branch, head: head.sha, workflows, isOwn }, token.ask, context.signal)
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'github/forbidden') throw error
    // Workflows of before do not ask for the permission; the proposal stands, and a button starts its checks.
    return { kind: 'waiting', because: 'no permission' }
  }
}

interface Work {
  readonly seen: SeenData
  readonly known: Known
  readonly decision: ProposalReport['decision']
  readonly place: ProposalRequest['place']
  readonly checkout: Checkout
  readonly token: Token
  /** Becomes known on the way. */
  readonly checks: { known?: Checks }
}

async function keep(client: GitHubClient, context: CommandContext, work: Work): Promise<KeptProposal> {
  const { mayOpenPulls } = await import('../github/token-mode.ts')
  const { storeSnapshot } = await import('../data/store-snapshot.ts')
  const { formatDataLock } = await import('../project/data-lock.ts')
  const { blobName } = await import('../retrain/checkout-state.ts')
  const { keepProposal } = await import('../retrain/keep-proposal.ts')
  const { seen, known, decision, place, checkout, token } = work
  const { project, snapshot, newRows } = seen
  const lockText = formatDataLock(snapshot.lock)
  return await keepProposal(client, {
    place,
    wanted: {
      digest: snapshot.digest,
      lock: blobName(lockText),
      until: snapshot.until,
      fires: decision.fires || decision.forced !== null,
      goes: decision.verdict === 'retrain',
      isForced: decision.forced !== null,
      refreshMs: project.retrain.limits.refreshMs,
    },
    lockText,
    facts: {
      model: project.model.name,
      decision,
      snapshot,
      previousDigest: place.base.digest,
      newRows: newRows.added,
      labelledRows: newRows.labelled,
      gates: project.gates.map(({ name }) => name),
      refits: project.split.refit,
      minutes: await minutesOf(known),
    },
    baseDate: checkout.date,
    records: known.proposals,
    mayOpenPulls: async () => mayOpenPulls(await token.ask()) !== false,
    storeData: () =>
      storeSnapshot(project, snapshot, { world: context, progress: context.progress, signal: context.signal }),
    judgementOf: await judgementReader(client, context, work),
    newest: known.newest,
    record: await recorder(client, context, work),
    signal: context.signal,
  })
}

/** None where no workflow here trains pull requests. */
async function judgementReader(
  client: GitHubClient,
  { folder, signal }: CommandContext,
  { seen }: Work,
): Promise<ProposalRequest['judgementOf']> {
  const { readJudgement } = await import('../pipeline/read-judgement.ts')
  const { readWorkflowFiles } = await import('../project/workflow-file.ts')
  const { repositoryFolder } = await import('../registry/local-git.ts')
  const { checkWorkflow } = await import('../retrain/start-checks.ts')
  const workflow = checkWorkflow(await readWorkflowFiles(await repositoryFolder(folder)))?.path
  if (workflow === undefined) return undefined
  const model = seen.project.model.name
  return async (head, { digest }) =>
    await readJudgement(client, { model, head, dataDigest: digest, workflow }, { folder, signal })
}

/** What the newest run that trained took, wherever it ran. */
async function minutesOf({ runs }: Known): Promise<number | null> {
  const { costOf, hasTrained } = await import('../pipeline/run-cost.ts')
  const newest = runs.find((record) => record.outcome === 'passed' && hasTrained(record))
  if (!newest) return null
  const { billedMinutes, localMinutes } = costOf(newest, { perMinute: {} })
  return billedMinutes + localMinutes
}

async function recorder(
  client: GitHubClient,
  context: CommandContext,
  { seen, decision, place, token, checks }: Work,
): Promise<ProposalRequest['record']> {
  const { readCodeState } = await import('../pipeline/read-code-state.ts')
  const { readTrigger } = await import('../pipeline/read-trigger.ts')
  const { recordProposed } = await import('../registry/record-proposed.ts')
  const { wordReason } = await import('../report/word-decision.ts')
  const { findingsIn } = await import('../retrain/findings.ts')
  const { user } = await readCodeState(context.folder)
  const stamp = { at: context.now().toISOString(), actor: readTrigger(context.environment, user).actor }
  return async (proposal, mark, isOwn) => {
    const { kind, number, branch } = proposal
    const found = await checksOf(client, context, proposal, token, isOwn)
    if (found) checks.known = found
    const proposed = {
      model: seen.project.model.name,
      dataDigest: mark.digest,
      previousDigest: place.base.digest,
      trigger: decision.trigger,
      reason: wordReason({ ...decision, verdict: 'retrain' }),
      branch,
      commit: mark.commit,
      pull: kind === 'pull' ? number : null,
      issue: kind === 'issue' ? number : null,
      mark: { ...mark },
      findings: findingsIn(decision.condition),
      decision: JSON.parse(JSON.stringify(decision)),
    }
    await recordProposed(client, proposed, stamp)
    return { ...proposed, ...stamp }
  }
}
