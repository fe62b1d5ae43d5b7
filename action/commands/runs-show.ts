import type { RunShown } from '../report/report-run-record.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { runsFields } from './runs-fields.ts'

export const runsShow = defineCommand({
  name: 'runs show',
  group: 'model',
  summary: 'Show everything that one run was made of, came to and took.',
  example: 'plumbline runs show latest',
  inputs: {
    run: runsFields.run,
    local: runsFields.local,
  },
  outputs: { 'run-key': 'SHA-256 over what makes the model’s bytes' },
  permissions: { contents: 'read' },
  effects: ['reads-repository'],

  async run({ run: asked, local }, context): Promise<Outcome<RunShown>> {
    const { runsOfProject } = await import('./known-runs.ts')
    const { findRun } = await import('../pipeline/find-run.ts')
    const { showRun } = await import('../pipeline/show-run.ts')
    const { runs, named, sources, prices } = await runsOfProject(context, local)
    const shown = showRun(findRun(runs, named(asked ?? 'latest')), prices)
    return { kind: 'done', result: { ...shown, currency: prices.currency, sources } }
  },

  async report(shown) {
    const { reportRunRecord } = await import('../report/report-run-record.ts')
    return reportRunRecord(shown)
  },
})
