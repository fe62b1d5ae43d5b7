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
