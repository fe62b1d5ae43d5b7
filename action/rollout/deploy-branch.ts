import { setTimeout as sleep } from 'node:timers/promises'

import { Fault } from '../base/fault.ts'
import type { GitHubClient } from '../github/client.ts'
import { commitFiles, readBranch, readTextFile } from '../github/git-data.ts'
import { type DeploymentState, readDeploymentState } from '../project/deployment-state.ts'

export interface Place {
  readonly model: string
  readonly environment: string
}

/** What is live of a model in an environment; undefined where nothing is. Throws `rollout/bad-state`. */
export async function readDeployment(client: GitHubClient, place: Place): Promise<DeploymentState | undefined> {
  const head = await readBranch(client, branchOf(place))
  return head === undefined ? undefined : await stateAt(client, place, head)
}

/** What a decision over a state comes to. */
export type DeploymentDecision =
  | { readonly kind: 'same'; readonly state: DeploymentState }
  | { readonly kind: 'change'; readonly state: DeploymentState; readonly message: string }

export interface Deployment {
  readonly state: DeploymentState
  /** This call changed it. */
  readonly isNew: boolean
}

/** Losing this often means that something other than other writers is in the way. */
const mostAttempts = 40

/**
 * Decides over the state as it is and writes it by compare-and-swap; where another was first, reads and decides again, so
 * that `decide` must be free of effects. Throws `rollout/bad-state`, `rollout/not-settled`, and what `decide` throws.
 */
export async function changeDeployment(
  client: GitHubClient,
  place: Place,
  decide: (state: DeploymentState | undefined) => DeploymentDecision,
): Promise<Deployment> {
  const branch = branchOf(place)
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const head = await readBranch(client, branch)
    const decision = decide(head === undefined ? undefined : await stateAt(client, place, head))
    if (decision.kind === 'same') return { state: decision.state, isNew: false }
    const { state, message } = decision
    const committed = await commitFiles(client, {
      branch,
      parent: head,
      message,
      files: { [fileOf(place)]: `${JSON.stringify(state, null, 2)}\n` },
      author: {
        name: 'Plumbline',
        email: 'plumbline@users.noreply.github.com',
        date: state.last?.at ?? '1970-01-01T00:00:00Z',
      },
    })
    if (committed.kind === 'done') return { state, isNew: true }
    await sleep(Math.random() * Math.min(20 * attempt, 400))
  }
  throw new Fault(
    'rollout/not-settled',
    `Cannot write "${branch}": the branch moved or refused ${mostAttempts} times; expected a free moment`,
    { remedy: 'Look whether a ruleset protects the branch, then run it again.' },
  )
}

function branchOf({ environment }: Place): string {
  return `plumbline/deploy/${environment}`
}

function fileOf({ model }: Place): string {
  return `models/${model}/state.json`
}

async function stateAt(client: GitHubClient, place: Place, commit: string): Promise<DeploymentState | undefined> {
  const text = await readTextFile(client, commit, fileOf(place))
  if (text === undefined) return undefined
  const read = readDeploymentState(text)
  const problem = read.ok && read.state.model !== place.model ? `it is of model "${read.state.model}"` : undefined
  if (read.ok && problem === undefined) return read.state
  throw new Fault(
    'rollout/bad-state',
    `Cannot read "${fileOf(place)}" of ${branchOf(place)}: ${read.ok ? problem : read.problem}; expected it as Plumbline wrote it`,
    { remedy: `Put the last good one back: git log ${branchOf(place)}`, stays: 'nothing was changed' },
  )
}
