import type { RolloutResult } from '../report/report-rollout.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { text } from './fields.ts'
import { changeFields, changeRollout, releaseWords, rolloutOutputs } from './rollout-fields.ts'

export const rolloutRollback = defineCommand({
  name: 'rollout rollback',
  group: 'rollout',
  summary:
    'Take a release back, or, where none is named, the candidate, else what is live; the one before it is live again.',
  example: 'plumbline rollout rollback',
  inputs: {
    release: text(releaseWords),
    ...changeFields,
  },
  outputs: rolloutOutputs,
  permissions: { contents: 'write' },
  effects: ['reads-repository', 'pushes-commits'],

  async run(asked, context): Promise<Outcome<RolloutResult>> {
    const wishOf = (tag: string | undefined) => ({ kind: 'rollback' as const, ...(tag !== undefined && { tag }) })
    return { kind: 'done', result: await changeRollout({ ...asked, wishOf }, context) }
  },

  async report(result) {
    const { reportRollout } = await import('../report/report-rollout.ts')
    return reportRollout(result)
  },
})
