import type { StageReason } from '../pipeline/explain-stage.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { requiredText } from './fields.ts'
import { runFields, runWishes } from './run-fields.ts'

const { data, param, sample } = runFields

export const why = defineCommand({
  name: 'why',
  group: 'model',
  summary: 'Say why a stage would run or come from the cache, input by input.',
  example: 'plumbline why train',
  inputs: {
    stage: requiredText({
      description: 'This stage alone, from the results that are here',
      example: 'train',
      positional: true,
    }),
    data,
    param,
    sample,
  },
  outputs: { verdict: '`pass`' },
  permissions: { contents: 'read' },
  effects: ['reads-repository'],

  async run({ stage, ...given }, context): Promise<Outcome<StageReason>> {
    const { explainStage } = await import('../pipeline/explain-stage.ts')
    const wishes = runWishes({ ...given, from: undefined, to: undefined, force: false })
    const found = await explainStage({ ...context, ...wishes }, stage)
    return found.ok ? { kind: 'done', result: found.value } : { kind: 'diagnosed', diagnostics: found.diagnostics }
  },

  async report(result: StageReason) {
    const { reportReason } = await import('../report/report-reason.ts')
    return reportReason(result)
  },
})
