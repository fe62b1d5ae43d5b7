import type { ReuseEnd } from '../pipeline/reuse-candidate.ts'
import { type CommandContext, defineCommand, type Outcome } from './define-command.ts'
import { runFields } from './run-fields.ts'
import { whyProposed } from './why-proposed.ts'

export const reuse = defineCommand({
  name: 'reuse',
  group: 'model',
  summary: 'Take the candidate that a merged retrain pull request was judged by, instead of training it again.',
  example: 'plumbline reuse',
  inputs: { param: runFields.param },
  outputs: {
    reused: '`true` where the candidate is here now, `false` where the model is to be trained',
    'reused-run': 'Number of the workflow run that made the candidate; empty where there is none',
  },
  permissions: { contents: 'read', actions: 'read', 'pull-requests': 'read' },
  effects: ['reads-repository', 'writes-files'],

  async run({ param }, context): Promise<Outcome<ReuseEnd>> {
    const { openGitHubClient } = await import('../github/client.ts')
    const { openExchange } = await import('../pipeline/exchange-results.ts')
    const { reuseCandidate } = await import('../pipeline/reuse-candidate.ts')
    const { repositoryFolder } = await import('../registry/local-git.ts')
    const root = await repositoryFolder(context.folder)
    const exchange = await openExchange(context)
    await using connection = await context.openGitHub(root)
    const { environment, folder, progress, signal, now } = context
    const end = await reuseCandidate({
      folder,
      environment,
      progress,
      signal,
      now,
      params: param,
      client: await openGitHubClient(connection, signal),
      workflow: await releasingWorkflow(context, root),
      exchange,
      proposed: (...of) => whyProposed(context, of),
    })
    if (!end.ok) return { kind: 'diagnosed', diagnostics: end.diagnostics }
    return { kind: 'done', result: end.value }
  },

  async report(result) {
    const { reportReuse } = await import('../report/report-reuse.ts')
    return reportReuse(result)
  },
})

/** The workflow that runs here; on a terminal, the one that has a step which registers. */
async function releasingWorkflow({ environment }: CommandContext, root: string): Promise<string | undefined> {
  const { GITHUB_ACTIONS, GITHUB_WORKFLOW_REF: ref } = environment
  if (GITHUB_ACTIONS === 'true') return /^[^/]+\/[^/]+\/(\.github\/workflows\/[^/@]+)@/.exec(ref ?? '')?.[1]
  const { readWorkflowFiles } = await import('../project/workflow-file.ts')
  const files = await readWorkflowFiles(root)
  const registers = files.find(({ jobs }) =>
    jobs.some(({ steps }) => steps.some(({ command }) => command === 'register')),
  )
  return registers?.path
}
