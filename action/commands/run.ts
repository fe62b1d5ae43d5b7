import type { RunRecord } from '../pipeline/run-record.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { choice, text } from './fields.ts'

export const run = defineCommand({
  name: 'run',
  group: 'model',
  summary: 'Validate, train, judge and refit on the pinned snapshot.',
  example: 'plumbline run',
  inputs: {
    job: choice(['prepare', 'train', 'judge', 'refit'], {
      description: 'Only the stages of this job of the workflow; it takes the results of earlier jobs over',
      example: 'train',
    }),
    data: text({
      description:
        'Another snapshot than the pinned one: its name, a release’s tag, or at least 8 digits of its digest',
      example: 'before-outage',
    }),
  },
  outputs: {
    verdict: '`pass`, or `no` where a gate refuses',
    'run-key': 'SHA-256 over what makes the model’s bytes',
    'data-digest': 'SHA-256 of the pinned snapshot',
  },
  permissions: { contents: 'read' },
  effects: ['reads-repository', 'writes-files', 'runs-user-code'],

  async run({ job, data }, context): Promise<Outcome<RunRecord>> {
    const { runPipeline } = await import('../pipeline/run-pipeline.ts')
    const { openExchange, receiveResults, sendResults } = await import('../pipeline/exchange-results.ts')
    const exchange = job && (await openExchange(context))
    if (exchange) await receiveResults(job, exchange)
    try {
      const end = await runPipeline({ ...context, ...(job && { job }), ...(data !== undefined && { data }) })
      if (end.kind === 'diagnosed') return end
      return { kind: end.kind === 'passed' ? 'done' : 'no', result: end.record }
    } finally {
      if (exchange) await sendResults(job, exchange)
    }
  },

  async report(record: RunRecord) {
    const { reportRun } = await import('../report/report-run.ts')
    return reportRun(record)
  },
})
