import type { RunPlan } from '../pipeline/plan-run.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { runFields, runWishes } from './run-fields.ts'

export const plan = defineCommand({
  name: 'plan',
  group: 'model',
  summary: 'Say what a run would do and why, without doing it.',
  example: 'plumbline plan --to train',
  inputs: runFields,
  outputs: {
    verdict: '`pass`',
    'run-key': 'SHA-256 over what makes the model’s bytes',
    'data-digest': 'SHA-256 of the pinned snapshot',
  },
  permissions: { contents: 'read' },
  effects: ['reads-repository'],

  async run(given, context): Promise<Outcome<RunPlan>> {
    const { planRun } = await import('../pipeline/plan-run.ts')
    const planned = await planRun({ ...context, ...runWishes(given) })
    return planned.ok
      ? { kind: 'done', result: planned.value }
      : { kind: 'diagnosed', diagnostics: planned.diagnostics }
  },

  async report(result: RunPlan) {
    const { reportPlan } = await import('../report/report-plan.ts')
    return reportPlan(result)
  },
})
