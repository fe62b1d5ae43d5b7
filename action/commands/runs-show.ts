import type { RunShown } from '../report/report-run-record.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { flag, text } from './fields.ts'

export const runsShow = defineCommand({
  name: 'runs show',
  group: 'model',
  summary: 'Show everything that one run was made of, came to and took.',
  example: 'plumbline runs show latest',
  inputs: {
    run: text({
      description: 'A tag, at least 4 digits of a run key, or latest',
      example: 'parcels-v12',
      default: 'latest',
      positional: true,
    }),
    local: flag({ description: 'Only what is in this folder: asks no GitHub for the ledger' }),
  },
  outputs: { 'run-key': 'SHA-256 over what makes the model’s bytes' },
  permissions: { contents: 'read' },
  effects: ['reads-repository'],

  async run({ run: asked, local }, context): Promise<Outcome<RunShown>> {
    const { knownRuns } = await import('./known-runs.ts')
    const { findRun } = await import('../pipeline/find-run.ts')
    const { showRun } = await import('../pipeline/show-run.ts')
    const { readProject } = await import('../project/read-project.ts')
    const project = await readProject(context.folder)
    const model = project.ok ? project.value.model.name : undefined
    const { runs, sources } = await knownRuns(context, { isLocal: local, ...(model !== undefined && { model }) })
    const prices = project.ok ? project.value.cost : { currency: 'USD', perMinute: {} }
    const shown = showRun(findRun(runs, asked ?? 'latest'), prices)
    return { kind: 'done', result: { ...shown, currency: prices.currency, sources } }
  },

  async report(shown) {
    const { reportRunRecord } = await import('../report/report-run-record.ts')
    return reportRunRecord(shown)
  },
})
