import type { RolloutResult } from '../report/report-rollout.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { withGitHub } from './known-releases.ts'
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
    const { readDeployment } = await import('../rollout/deploy-branch.ts')
    const environment = deploymentNamed(deployment)
    const model = await modelHere(context)
    return withGitHub(context, async (client) => {
      const state = await readDeployment(client, { model, environment })
      const result = { environment, model, state: state ?? null, isNew: false, calls: client.calls() }
      return { kind: 'done', result }
    })
  },

  async report(result) {
    const { reportRollout } = await import('../report/report-rollout.ts')
    return reportRollout(result)
  },
})
