import type { RolloutResult } from '../report/report-rollout.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { requiredText } from './fields.ts'
import { changeRollout, rolloutFields, rolloutOutputs, shareBelow100 } from './rollout-fields.ts'

export const rolloutPromote = defineCommand({
  name: 'rollout promote',
  group: 'rollout',
  summary: 'Let the candidate answer more of the rows, or all of them.',
  example: 'plumbline rollout promote parcels-v12',
  inputs: {
    release: requiredText({
      description: 'A tag, a model, its version or an alias',
      example: 'parcels-v12',
      positional: true,
    }),
    share: rolloutFields.share,
    deployment: rolloutFields.deployment,
    note: rolloutFields.note,
  },
  outputs: rolloutOutputs,
  permissions: { contents: 'write' },
  effects: ['reads-repository', 'pushes-commits'],

  async run({ share, ...asked }, context): Promise<Outcome<RolloutResult>> {
    const wished = shareBelow100(share)
    const wishOf = (tag = '') => ({ kind: 'promote' as const, tag, ...(wished !== undefined && { share: wished }) })
    return { kind: 'done', result: await changeRollout({ ...asked, wishOf }, context) }
  },

  async report(result) {
    const { reportRollout } = await import('../report/report-rollout.ts')
    return reportRollout(result)
  },
})
