import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { type GitHubClient, once } from '../github/client.ts'
import { mayWrite, startsWorkflows, type TokenMode } from '../github/token-mode.ts'
import { listRunsAt, type WorkflowRun } from '../github/workflow-runs.ts'
import type { WorkflowFile } from '../project/workflow-file.ts'

/** What becomes of the checks of the pull request's head. */
export type Checks =
  /** They run by themselves, or ran: an App's or a person's token starts them. */
  | { readonly kind: 'own' }
  /** This call started them, or one before it. */
  | {
      readonly kind: 'dispatched'
      readonly isNew: boolean
      readonly workflow: string
      /** More than one: a call that was killed left one that GitHub did not list yet when the next one looked. */
      readonly runs: number
    }
  /** A person has to start them. */
  | { readonly kind: 'waiting'; readonly because: 'no workflow' | 'no dispatch' | 'no permission' | 'refused' }

/** The one that trains pull requests. */
export function checkWorkflow(files: readonly WorkflowFile[]): WorkflowFile | undefined {
  return files.find(
    ({ triggers, jobs }) =>
      triggers !== undefined &&
      'pull_request' in triggers &&
      jobs.some(({ steps }) => steps.some(({ command }) => command === 'run')),
  )
}

/** Pure: what is to be done for a head, by the runs that it has. It is never dispatched twice. */
export function nextCheckStep(
  workflow: WorkflowFile | undefined,
  runs: readonly WorkflowRun[],
  mode: TokenMode | undefined,
): Checks | { readonly kind: 'ask mode' } | { readonly kind: 'dispatch'; readonly workflow: WorkflowFile } {
  if (!workflow) return { kind: 'waiting', because: 'no workflow' }
  const own = runs.filter((run) => run.workflow === workflow.path)
  const dispatched = own.filter(isDispatched)
  if (dispatched.length > 0) {
    return { kind: 'dispatched', isNew: false, workflow: workflow.name, runs: dispatched.length }
  }
  if (own.some(({ event, conclusion }) => event === 'pull_request' && conclusion !== 'action_required')) {
    return { kind: 'own' }
  }
  if (!mode) return { kind: 'ask mode' }
  if (startsWorkflows(mode) !== false) return { kind: 'own' }
  if (!workflow.triggers || !('workflow_dispatch' in workflow.triggers)) {
    return { kind: 'waiting', because: 'no dispatch' }
  }
  return mayWrite(mode, 'actions') === false
    ? { kind: 'waiting', because: 'no permission' }
    : { kind: 'dispatch', workflow }
}

/** So long another call gets that made the head and is about to start its checks. */
const patienceMs = [1000, 2000, 4000]

/**
 * Has the checks of a pull request run where its token starts none: by a dispatch of the check workflow on its branch, whose
 * jobs are then checks of its head. Whether they run is asked of the runs that GitHub has of the head, so that a call that was
 * killed on the way loses none. Of calls at once the one that made the head, `isOwn`, starts them; the others wait for that,
 * and start them if nothing comes. Needs `actions: write`.
 */
export async function startChecks(
  client: GitHubClient,
  {
    branch,
    head,
    workflows,
    isOwn,
  }: {
    readonly branch: string
    readonly head: string
    readonly workflows: readonly WorkflowFile[]
    readonly isOwn: boolean
  },
  askMode: () => Promise<TokenMode>,
  signal: AbortSignal,
): Promise<Checks> {
  const workflow = checkWorkflow(workflows)
  const runs = workflow ? await listRunsAt(client, head) : []
  let step = nextCheckStep(workflow, runs, undefined)
  if (step.kind === 'ask mode') {
    const mode = await askMode()
    step = nextCheckStep(workflow, runs, mode)
    for (const ms of isOwn ? [] : patienceMs) {
      if (step.kind !== 'dispatch') break
      // Those that wait for the same must not stop waiting in time.
      await sleep(ms * (0.75 + Math.random() / 2), undefined, { signal })
      step = nextCheckStep(workflow, await listRunsAt(client, head), mode)
    }
  }
  if (step.kind === 'ask mode')
    throw new Error('Cannot start the checks: the mode of the token was told and is asked for')
  if (step.kind !== 'dispatch') return step
  const { path, name } = step.workflow
  const done = await client.attempt('start the workflow', path, async ({ rest }, names) => {
    await rest.actions.createWorkflowDispatch({ ...names, workflow_id: basename(path), ref: branch, request: once })
    return { data: undefined }
  })
  if (done.kind === 'refused') return { kind: 'waiting', because: 'refused' }
  return { kind: 'dispatched', isNew: true, workflow: name, runs: await countStarted(client, head, path, signal) }
}

/** GitHub lists a run that was dispatched some seconds later. */
const looksAfterMs = [0, 1000, 2000, 4000]

/** How many runs of the head were dispatched, as far as they are listed by then; at least the one that was just started. */
async function countStarted(
  client: GitHubClient,
  head: string,
  workflow: string,
  signal: AbortSignal,
): Promise<number> {
  for (const ms of looksAfterMs) {
    if (ms > 0) await sleep(ms, undefined, { signal })
    const runs = (await listRunsAt(client, head)).filter((run) => isDispatched(run) && run.workflow === workflow)
    if (runs.length > 0) return runs.length
  }
  return 1
}

function isDispatched({ event }: WorkflowRun): boolean {
  return event === 'workflow_dispatch'
}
