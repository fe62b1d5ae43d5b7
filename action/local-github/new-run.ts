import type { Forge } from './exchange.ts'
import { readCommit, timestamp } from './git-commits.ts'
import type { State } from './state.ts'
import type { StoredRun } from './stored-runs.ts'

/** What has to be known of a run that begins. */
export interface NewRun {
  /** `.github/workflows/plumbline.yml` */
  readonly workflow: string
  readonly name: string
  readonly event: string
  readonly branch: string | null
  readonly sha: string
  readonly actor: string
  readonly pulls?: readonly number[]
  readonly fork?: string
  readonly inputs?: Readonly<Record<string, string>>
  /** It waits for somebody who may write to let it run. */
  readonly needsApproval?: boolean
}

/** The state with one more run, which waits for whoever executes workflows. */
export async function withNewRun(forge: Forge, state: State, run: NewRun): Promise<{ state: State; run: StoredRun }> {
  const { message } = await readCommit(forge.git, run.sha)
  const { runs } = state.platform
  const now = timestamp(new Date())
  const made: StoredRun = {
    id: state.nextId,
    workflow: run.workflow,
    name: run.name,
    number: 1 + runs.filter(({ workflow }) => workflow === run.workflow).length,
    attempt: 1,
    event: run.event,
    status: run.needsApproval === true ? 'completed' : 'queued',
    conclusion: run.needsApproval === true ? 'action_required' : null,
    branch: run.branch,
    sha: run.sha,
    title: run.event === 'workflow_dispatch' ? run.name : (message.split('\n')[0] ?? run.name),
    actor: run.actor,
    triggeredBy: run.actor,
    pulls: run.pulls ?? [],
    ...(run.fork !== undefined && { fork: run.fork }),
    inputs: run.inputs ?? {},
    jobs: [],
    artifacts: [],
    waitsFor: [],
    approvals: [],
    createdAt: now,
    updatedAt: now,
    startedAt: now,
  }
  const platform = { ...state.platform, runs: [...runs, made] }
  return { state: { ...state, nextId: state.nextId + 1, platform }, run: made }
}

/** The state with a run as it is now. */
export function withRun(state: State, run: StoredRun): State {
  const runs = state.platform.runs.map((known) => (known.id === run.id ? run : known))
  return { ...state, platform: { ...state.platform, runs } }
}
