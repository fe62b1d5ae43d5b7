import type { Trigger } from './run-record.ts'

/** What started this run, from the runner's variables; outside a workflow it is a person at a terminal. */
export function readTrigger(environment: Readonly<Record<string, string | undefined>>, localUser: string): Trigger {
  const { GITHUB_ACTIONS, GITHUB_EVENT_NAME, GITHUB_ACTOR, GITHUB_REF_NAME } = environment
  if (GITHUB_ACTIONS !== 'true') return { kind: 'manual', actor: localUser, reason: 'on a terminal' }

  const actor = GITHUB_ACTOR ?? 'unknown'
  const where = GITHUB_REF_NAME ? ` of ${GITHUB_REF_NAME}` : ''
  if (GITHUB_EVENT_NAME === 'schedule') return { kind: 'schedule', actor, reason: 'cron' }
  if (GITHUB_EVENT_NAME === 'workflow_dispatch' || GITHUB_EVENT_NAME === 'repository_dispatch') {
    return { kind: 'manual', actor, reason: `${GITHUB_EVENT_NAME}${where}` }
  }
  return { kind: 'commit', actor, reason: `${GITHUB_EVENT_NAME ?? 'push'}${where}` }
}

/** What the ledger says of the data that a run is of. */
export interface ProposedWhy {
  readonly trigger: Trigger['kind']
  /** In words, one line. */
  readonly reason: string
  /** Number of the pull request. */
  readonly pull: number | null
}

/** A change that a retrain pull request brings was started by its reason; whoever merged it, or opened it, stays the actor. */
export function triggerOf(trigger: Trigger, proposed: ProposedWhy | undefined): Trigger {
  if (trigger.kind !== 'commit' || proposed === undefined) return trigger
  const where = proposed.pull === null ? '' : ` (#${proposed.pull})`
  return { kind: proposed.trigger, actor: trigger.actor, reason: `${proposed.reason}${where}` }
}

/** Whether a run may be of a retrain pull request: its own checks, or a push, such as that of its merge. */
export function mayBeProposed({ GITHUB_ACTIONS, GITHUB_EVENT_NAME, GITHUB_HEAD_REF }: Environment): boolean {
  if (GITHUB_ACTIONS !== 'true') return false
  return GITHUB_EVENT_NAME === 'push' || GITHUB_HEAD_REF?.startsWith('plumbline/retrain/') === true
}

type Environment = Readonly<Record<string, string | undefined>>
