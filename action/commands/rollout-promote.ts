import type { RolloutResult } from '../report/report-rollout.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { changeFields, changeRollout, rolloutFields, rolloutOutputs, shareBelow100 } from './rollout-fields.ts'

export const rolloutPromote = defineCommand({
  name: 'rollout promote',
  group: 'rollout',
  summary: 'Let the candidate answer more of the rows, or all of them.',
  example: 'plumbline rollout promote parcels-v12',
  inputs: { ...changeFields, release: rolloutFields.release, share: rolloutFields.share },
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
