import { readFile, realpath } from 'node:fs/promises'
import { relative, resolve } from 'node:path'

import { Fault } from '../base/fault.ts'
import type { Ending } from '../report/ending.ts'
import type { CommandContext } from './define-command.ts'
import { flag } from './fields.ts'

/** Of commands whose report is worth a comment; the door of workflows reads it. */
export const commentField = {
  comment: flag({
    description:
      'On a pull request, also writes the report as one comment that later runs keep up to date; needs the permission pull-requests: write. With a token that only reads the report is left as an artifact, which plumbline comment writes',
  }),
}

/** A terminal shows its report itself. */
export function refuseCommentHere(comment: boolean, { environment }: Pick<CommandContext, 'environment'>): void {
  if (!comment || environment['GITHUB_ACTIONS'] === 'true') return
  throw new Fault('cli/bad-input', 'Cannot comment: there is no pull request here; expected a workflow run of one', {
    remedy: 'Take out --comment.',
  })
}

/**
 * Writes the report under the pull request of the workflow run, and answers a line for the summary: where it is, or why it is not.
 * Where the token may not, or is nobody known, the report is left as an artifact, from which `plumbline comment` writes it.
 * Undefined where the run is of no pull request. What GitHub refuses is told, and fails nothing: the summary has the same report.
 */
export async function commentReport(
  context: CommandContext,
  command: string,
  ending: Ending,
): Promise<string | undefined> {
  const number = await pullNumber(context.environment)
  if (number === undefined) return undefined
  try {
    return await write(context, command, ending, number)
  } catch (error) {
    if (!(error instanceof Fault) || error.owner === 'bug' || context.signal.aborted) throw error
    const { wordNoComment } = await import('../report/word-comment.ts')
    return wordNoComment(error.message)
  }
}

async function write(context: CommandContext, command: string, ending: Ending, number: number): Promise<string> {
  const { openGitHubClient } = await import('../github/client.ts')
  const { readLogin, readTokenMode } = await import('../github/read-token-mode.ts')
  const { markerRoom, stickComment } = await import('../github/sticky-comment.ts')
  const { mayWrite } = await import('../github/token-mode.ts')
  const { readJobPermissions } = await import('../project/read-job-permissions.ts')
  const { wordComment, wordNoComment } = await import('../report/word-comment.ts')
  const { wordTokenMode } = await import('../report/word-token.ts')
  const { environment, folder, signal } = context

  await using connection = await context.openGitHub(folder)
  const client = await openGitHubClient(connection, signal)
  const mode = await readTokenMode(client, environment, await readJobPermissions(environment), false)
  const cannot = mayWrite(mode, 'pull-requests') === false && mayWrite(mode, 'issues') === false
  const login = cannot ? undefined : await readLogin(client, mode)
  const workspace = environment['GITHUB_WORKSPACE'] ?? folder
  const key = keyOf(command, relative(await realFolder(workspace), await realFolder(folder)))
  if (login === undefined) {
    const { leaveReport } = await import('./leave-report.ts')
    return wordNoComment(wordTokenMode(mode), await leaveReport(context, { command, key, ending }))
  }
  const { markdownEnding } = await import('../report/markdown-ending.ts')
  const { commentBudget, fitMarkdown } = await import('../report/fit-markdown.ts')
  const { markdownLink } = await import('../report/markdown.ts')
  const { GITHUB_RUN_ID: run = '' } = environment
  const page = `${connection.gitUrl.replace(/\.git$/, '')}/actions/runs/${run}`
  const whole = `${run === '' ? 'The job’s summary' : markdownLink('The job’s summary', page)} has all of it.`
  const budget = { ...commentBudget, limit: commentBudget.limit - markerRoom }
  const done = await stickComment(client, {
    number,
    key,
    markdown: fitMarkdown(markdownEnding(command, ending), budget, whole),
    login,
    ...(/^\d+$/.test(run) && { run: Number(run) }),
  })
  return wordComment(done)
}

/** A runner's workspace may be a link; the folder of a process never is. */
async function realFolder(folder: string): Promise<string> {
  return await realpath(folder).catch(() => resolve(folder))
}

/** One comment a command and a model: each model has a folder. */
function keyOf(command: string, folder: string): string {
  const place = folder.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  const key = (/[a-z0-9]/.test(place) ? `${command}/${place.replace(/^-/, '')}` : command).replaceAll(' ', '-')
  return key.slice(0, 100).replace(/-$/, '')
}

async function pullNumber({ GITHUB_EVENT_PATH: path }: CommandContext['environment']): Promise<number | undefined> {
  try {
    const event: unknown = JSON.parse(await readFile(path ?? '', 'utf8'))
    const pull = typeof event === 'object' && event !== null && 'pull_request' in event ? event.pull_request : undefined
    const number = typeof pull === 'object' && pull !== null && 'number' in pull ? pull.number : undefined
    return Number.isSafeInteger(number) ? Number(number) : undefined
  } catch {
    return undefined
  }
}
