import type { RunRecord } from '../pipeline/run-record.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { choice } from './fields.ts'

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
  },
  outputs: {
    verdict: '`pass`, or `no` where a gate refuses',
    'run-key': 'SHA-256 over what makes the model’s bytes',
    'data-digest': 'SHA-256 of the snapshot',
  },
  permissions: { contents: 'read' },
  effects: ['reads-repository', 'writes-files', 'runs-user-code'],

  async run({ job }, context): Promise<Outcome<RunRecord>> {
    const { runPipeline } = await import('../pipeline/run-pipeline.ts')
    const { openExchange, receiveResults, sendResults } = await import('../pipeline/exchange-results.ts')
    const exchange = job && (await openExchange(context))
    if (exchange) await receiveResults(job, exchange)
    try {
      const end = await runPipeline({ ...context, ...(job && { job }) })
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
