import type { CommentResult } from '../report/report-comment.ts'
import { defineCommand, type Outcome } from './define-command.ts'
import { integer, text } from './fields.ts'

const checkWorkflow = '.github/workflows/plumbline.yml'

export const comment = defineCommand({
  name: 'comment',
  group: 'model',
  summary:
    'Write the report that a pull request’s run left, whose own token only reads, as the comment of the pull request.',
  example: 'plumbline comment --workflow-run 8812',
  inputs: {
    'workflow-run': integer({
      description: 'Number of the finished workflow run',
      default: 'the one that the event workflow_run is about',
      example: '8812',
      minimum: 1,
    }),
    workflow: text({
      description: 'File of the workflow whose runs are reported; a run of another one is not',
      default: checkWorkflow,
      example: checkWorkflow,
    }),
  },
  outputs: {
    'comment-pull': 'Number of the pull request that the run is of; empty where none is found',
    comments: 'How many reports of the run stand there now',
  },
  permissions: { actions: 'read', 'pull-requests': 'write' },
  effects: ['writes-comments'],

  async run(inputs, context): Promise<Outcome<CommentResult>> {
    const { openGitHubClient } = await import('../github/client.ts')
    const { commentRun } = await import('./comment-run.ts')
    const { runOfEvent } = await import('./run-of-event.ts')
    const run = inputs['workflow-run'] ?? (await runOfEvent(context.environment))
    await using connection = await context.openGitHub(await folderOf(context))
    const client = await openGitHubClient(connection, context.signal)
    const { diagnostics, result } = await commentRun(context, client, run, inputs.workflow ?? checkWorkflow)
    return diagnostics.length === 0 ? { kind: 'done', result } : { kind: 'diagnosed', diagnostics, result }
  },

  async report(result) {
    const { reportComment } = await import('../report/report-comment.ts')
    return reportComment(result)
  },
})

/** A workflow has nothing checked out: whose GitHub it is stands in its environment. */
async function folderOf({
  folder,
  environment,
}: {
  folder: string
  environment: Readonly<Record<string, string | undefined>>
}) {
  if (environment['GITHUB_ACTIONS'] === 'true') return folder
  const { repositoryFolder } = await import('../registry/local-git.ts')
  return await repositoryFolder(folder)
}
