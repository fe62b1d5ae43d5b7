import type { RunListing } from '../report/report-runs.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { integer, text } from './fields.ts'
import { runsFields } from './runs-fields.ts'

const shownByDefault = 20

export const runsList = defineCommand({
  name: 'runs list',
  group: 'model',
  summary: 'Show the runs of this folder and of the ledger, newest first.',
  example: 'plumbline runs list --metric roc_auc',
  inputs: {
    limit: integer({ description: 'How many are shown', default: String(shownByDefault), minimum: 1 }),
    metric: text({
      description: 'The metric that is shown',
      example: 'roc_auc',
      default: 'that of the first gate, else the task’s main one',
    }),
    local: runsFields.local,
  },
  outputs: { runs: 'How many runs are known' },
  permissions: { contents: 'read' },
  effects: ['reads-repository'],

  async run({ limit, metric, local }, context): Promise<Outcome<RunListing>> {
    const { runsOfProject } = await import('./known-runs.ts')
    const { chooseMetric, listRuns } = await import('../pipeline/list-runs.ts')
    const { runs, sources, prices } = await runsOfProject(context, local)
    const listed = listRuns(runs, { limit: limit ?? shownByDefault, metric: chooseMetric(runs, metric), prices })
    return { kind: 'done', result: { ...listed, currency: prices.currency, sources } }
  },

  async report(listing) {
    const { reportRuns } = await import('../report/report-runs.ts')
    return reportRuns(listing)
  },
})
