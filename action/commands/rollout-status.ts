import type { RolloutResult } from '../report/report-rollout.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { deploymentNamed, modelHere, rolloutFields, rolloutOutputs } from './rollout-fields.ts'

export const rolloutStatus = defineCommand({
  name: 'rollout status',
  group: 'rollout',
  summary: 'Show which release is live, and which is being rolled out.',
  example: 'plumbline rollout status',
  inputs: { deployment: rolloutFields.deployment },
  outputs: rolloutOutputs,
  permissions: { contents: 'read' },
  effects: ['reads-repository'],

  async run({ deployment }, context): Promise<Outcome<RolloutResult>> {
    const { openGitHubClient } = await import('../github/client.ts')
    const { repositoryFolder } = await import('../registry/local-git.ts')
    const { readDeployment } = await import('../rollout/deploy-branch.ts')
    const environment = deploymentNamed(deployment)
    const model = await modelHere(context)
    await using connection = await context.openGitHub(await repositoryFolder(context.folder))
    const client = await openGitHubClient(connection, context.signal)
    const state = await readDeployment(client, { model, environment })
    return { kind: 'done', result: { environment, model, state: state ?? null, isNew: false, calls: client.calls() } }
  },

  async report(result) {
    const { reportRollout } = await import('../report/report-rollout.ts')
    return reportRollout(result)
  },
})
