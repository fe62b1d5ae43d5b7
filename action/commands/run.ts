import { Fault } from '../base/fault.ts'
import type { RunRecord } from '../pipeline/run-record.ts'
import type { Job } from '../pipeline/run-session.ts'
import type { RunResult } from '../report/report-plan.ts'
import { commentField, refuseCommentHere } from './comment-report.ts'
import { type CommandContext, defineCommand, type Outcome } from './define-command.ts'
import { choice, flag, text } from './fields.ts'
import { runFields, runWishes } from './run-fields.ts'
import { whyProposed } from './why-proposed.ts'

export const run = defineCommand({
  name: 'run',
  group: 'model',
  summary: 'Validate, train, judge and refit on the pinned snapshot.',
  example: 'plumbline run',
  inputs: {
    job: choice(['prepare', 'train', 'judge', 'refit', 'hooks'], {
      description: 'Only the stages of this job of the workflow; it takes the results of earlier jobs over',
      example: 'train',
    }),
    outcome: choice(['passed', 'failed', 'interrupted'], {
      description: 'With `job: hooks`: what the workflow’s other jobs came to',
      example: 'failed',
    }),
    ...runFields,
    stage: text({ description: 'This stage alone, from the results that are here', example: 'train' }),
    in: text({
      description:
        'Folder with the inputs of --stage, in place of results: features.parquet, or a folder for each need',
      example: 'test/fixtures',
    }),
    'dry-run': flag({ description: 'Changes nothing; only says what would be done' }),
    ...commentField,
  },
  outputs: {
    verdict: '`pass`, or `no` where a gate refuses',
    'run-key': 'SHA-256 over what makes the model’s bytes',
    'data-digest': 'SHA-256 of the pinned snapshot',
  },
  permissions: { contents: 'read' },
  effects: ['reads-repository', 'writes-files', 'runs-user-code'],

  async run(
    { job, outcome, stage, in: inputs, 'dry-run': isDry, comment, ...given },
    context,
  ): Promise<Outcome<RunResult>> {
    refuseCommentHere(comment, context)
    refuseMixed({ job, outcome, stage, in: inputs, from: given.from, to: given.to })
    const wishes = { ...runWishes(given), ...(stage !== undefined && { stage }) }
    if (isDry) {
      const { planRun } = await import('../pipeline/plan-run.ts')
      const planned = await planRun({ ...context, ...wishes, ...(job && job !== 'hooks' && { job }) })
      if (!planned.ok) return { kind: 'diagnosed', diagnostics: planned.diagnostics }
      return { kind: 'done', result: { kind: 'plan', ...planned.value } }
    }
    if (stage !== undefined && inputs !== undefined) {
      const { runOnFixtures } = await import('../pipeline/run-on-fixtures.ts')
      const ran = await runOnFixtures({ ...context, ...wishes, stage, in: inputs })
      if (!ran.ok) return { kind: 'diagnosed', diagnostics: ran.diagnostics }
      return { kind: 'done', result: { kind: 'fixture', ...ran.value } }
    }
    if (job === 'hooks') return await runHooksAlone({ ...context, ...wishes }, outcome ?? 'passed')
    return await runWhole({ ...context, ...wishes }, job)
  },

  async report(result: RunResult) {
    const { reportFixture, reportHooks, reportPlan } = await import('../report/report-plan.ts')
    const { reportRun } = await import('../report/report-run.ts')
    if (result.kind === 'plan') return reportPlan(result)
    if (result.kind === 'fixture') return reportFixture(result)
    return result.kind === 'hooks' ? reportHooks(result) : reportRun(result)
  },
})

type Whole = CommandContext & ReturnType<typeof runWishes> & { readonly stage?: string }

async function runWhole(request: Whole, job: Job | undefined): Promise<Outcome<RunResult>> {
  const { runPipeline } = await import('../pipeline/run-pipeline.ts')
  const { openExchange, receiveResults, sendResults } = await import('../pipeline/exchange-results.ts')
  const exchange = job && (await openExchange(request))
  if (exchange) await receiveResults(job, exchange)
  try {
    const end = await runPipeline({
      ...request,
      executions: () => ledgerExecutions(request),
      proposed: (...of) => whyProposed(request, of),
      ...(job && { job }),
    })
    if (end.kind === 'diagnosed') return end
    return { kind: end.kind === 'passed' ? 'done' : 'no', result: { kind: 'run', ...end.record } }
  } finally {
    if (exchange) await sendResults(job, exchange)
  }
}

/** Asked for where a budget is to be kept: most runs have none. */
async function ledgerExecutions(request: Whole): Promise<readonly RunRecord[]> {
  const { ledgerRuns, parseBodies } = await import('./known-runs.ts')
  const { mergeRuns } = await import('../pipeline/merge-runs.ts')
  const { records } = await parseBodies(await ledgerRuns(request))
  return mergeRuns([], records, []).flatMap(({ executions }) => executions)
}

async function runHooksAlone(
  request: Whole,
  outcome: 'passed' | 'failed' | 'interrupted',
): Promise<Outcome<RunResult>> {
  const { callHooks } = await import('../pipeline/call-hooks.ts')
  const { openExchange, receiveResults } = await import('../pipeline/exchange-results.ts')
  const exchange = await openExchange(request)
  if (exchange) await receiveResults('publish', exchange)
  const called = await callHooks({ ...request, outcome })
  if (!called.ok) return { kind: 'diagnosed', diagnostics: called.diagnostics }
  return { kind: 'done', result: { kind: 'hooks', hooks: called.value } }
}

type Mixed = Readonly<Record<'job' | 'outcome' | 'stage' | 'in' | 'from' | 'to', string | undefined>>

/** What contradicts itself would else be guessed at. */
function refuseMixed({ job, outcome, stage, in: inputs, from, to }: Mixed): void {
  const refuse = (what: string, why: string, remedy: string) =>
    new Fault('cli/bad-input', `Cannot run with ${what}: ${why}`, { remedy })
  if (inputs !== undefined && stage === undefined) {
    throw refuse('--in', 'inputs are those of one stage', 'Name it: --stage train')
  }
  if (stage !== undefined && (from ?? to) !== undefined) {
    throw refuse(
      `--stage and --${from === undefined ? 'to' : 'from'}`,
      '--stage is one stage alone',
      'Take out one of them.',
    )
  }
  if ((job === 'hooks') !== (outcome !== undefined)) {
    const [given, other] = job === 'hooks' ? ['--job hooks', '--outcome'] : ['--outcome', '--job hooks']
    throw refuse(given, `it goes with ${other}`, 'Give both: --job hooks --outcome failed')
  }
  const part = Object.entries({ stage, from, to }).find(([, value]) => value !== undefined)?.[0]
  if (job !== undefined && part !== undefined) {
    throw refuse(`--job and --${part}`, 'a job has its own stages', 'Take out one of them.')
  }
}
