import type { CostReport } from '../report/report-cost.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { choice, text } from './fields.ts'
import { runsFields } from './runs-fields.ts'

export const cost = defineCommand({
  name: 'cost',
  group: 'model',
  summary: 'Show what runs took in minutes and money, and what is left of the budget.',
  example: 'plumbline cost --by trigger --since 2025-01',
  inputs: {
    by: choice(['model', 'month', 'trigger'], { description: 'What a line adds up', default: 'month' }),
    since: text({ description: 'From this day or month on, in UTC', example: '2025-01' }),
    until: text({ description: 'Up to the end of this day or month, in UTC', example: '2025-03-15' }),
    local: runsFields.local,
  },
  outputs: {
    minutes: 'Billed minutes of workflows',
    money: 'What they cost, in the currency of plumbline.yaml; empty where nothing has a price',
    budget: '`within`, `spent`, or `cannot see` where the ledger was not read; empty where no budget is set',
  },
  permissions: { contents: 'read' },
  effects: ['reads-repository'],

  async run({ by, since, until, local }, context): Promise<Outcome<CostReport>> {
    const { knownRuns } = await import('./known-runs.ts')
    const { decideBudget } = await import('../pipeline/decide-budget.ts')
    const { readPeriod } = await import('../pipeline/read-period.ts')
    const { sumCosts } = await import('../pipeline/sum-costs.ts')
    const { readProject } = await import('../project/read-project.ts')
    const period = readPeriod({ since, until })
    const project = await readProject(context.folder)
    if (!project.ok) return { kind: 'diagnosed', diagnostics: project.diagnostics }
    const { cost: policy, model } = project.value
    const { runs, sources } = await knownRuns(context, { isLocal: local })
    const executions = runs.flatMap((run) => run.executions)
    const own = executions.filter((record) => record.model === model.name)
    const budget = policy.budget ? decideBudget(own, policy.budget, context.now()) : null
    const sums = sumCosts(executions, by ?? 'month', policy, period)
    const result = {
      ...sums,
      by: by ?? 'month',
      ...period,
      currency: policy.currency,
      model: model.name,
      budget,
      sources,
    }
    return { kind: 'done', result }
  },

  async report(result) {
    const { reportCost } = await import('../report/report-cost.ts')
    return reportCost(result)
  },
})
