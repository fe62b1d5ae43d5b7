import type { RolloutResult } from '../report/report-rollout.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { changeFields, changeRollout, rolloutFields, rolloutOutputs, shareBelow100 } from './rollout-fields.ts'

const firstShare = 5

export const rolloutStart = defineCommand({
  name: 'rollout start',
  group: 'rollout',
  summary: 'Let a release answer a share of the rows beside the one that is live; the first one is live at once.',
  example: 'plumbline rollout start parcels-v12 --share 5',
  inputs: { ...changeFields, release: rolloutFields.release, share: rolloutFields.share },
  outputs: rolloutOutputs,
  permissions: { contents: 'write' },
  effects: ['reads-repository', 'pushes-commits'],

  async run({ share, ...asked }, context): Promise<Outcome<RolloutResult>> {
    const wished = shareBelow100(share) ?? firstShare
    const result = await changeRollout(
      { ...asked, wishOf: (tag = '') => ({ kind: 'start', tag, share: wished }) },
      context,
    )
    return { kind: 'done', result }
  },

  async report(result) {
    const { reportRollout } = await import('../report/report-rollout.ts')
    return reportRollout(result)
  },
})
