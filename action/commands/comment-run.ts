import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Diagnostic } from '../base/diagnostic.ts'
import { Fault, type FaultCode, faults } from '../base/fault.ts'
import type { GitHubClient } from '../github/client.ts'
import { listPullsFrom } from '../github/pulls.ts'
import { readLogin, readTokenMode } from '../github/read-token-mode.ts'
import { markerRoom, stickComment } from '../github/sticky-comment.ts'
import { readRun, type TriggeredRun } from '../github/workflow-runs.ts'
import { readReports } from '../pipeline/read-reports.ts'
import { type Origin, type ReportStep, reportedPull } from '../pipeline/reported-pull.ts'
import { readJobPermissions } from '../project/read-job-permissions.ts'
import type { Ending } from '../report/ending.ts'
import { commentBudget, fitMarkdown } from '../report/fit-markdown.ts'
import { markdownLink } from '../report/markdown.ts'
import { markdownEnding } from '../report/markdown-ending.ts'
import type { CommentResult, WrittenComment } from '../report/report-comment.ts'
import { wordOrigin } from '../report/word-comment.ts'
import { wordTokenMode } from '../report/word-token.ts'
import { type CommentedCommand, commentedCommands } from './commented-commands.ts'
import type { CommandContext } from './define-command.ts'

type Commands = ReadonlyMap<string, CommentedCommand>

interface Commented {
  readonly result: CommentResult
  /** What is wrong with reports that were not written. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Finds the pull request that a run is of, and writes there what the run left; what cannot be read is told and not written. */
export async function commentRun(
  context: CommandContext,
  client: GitHubClient,
  run: number,
  workflow: string,
): Promise<Commented> {
  const { owner, repository } = client.connection
  const facts = { repository: `${owner}/${repository}`, workflow, run: await readRun(client, run) }
  let step: ReportStep = reportedPull(facts)
  if (step.kind === 'ask pulls') {
    step = reportedPull({ ...facts, pulls: await listPullsFrom(client, step.owner, step.branch) })
  }
  if (step.kind === 'ask pulls') throw new Error('Cannot find the pull request of a run: it was told and is asked for')
  const told = toldOf(facts.run, step)
  if (step.kind === 'nothing') return { result: told, diagnostics: [] }
  return await writeReports(context, client, step, told)
}

function toldOf(run: TriggeredRun | undefined, step: Exclude<ReportStep, { kind: 'ask pulls' }>): CommentResult {
  return {
    run: run
      ? {
          id: run.id,
          attempt: run.attempt,
          workflow: run.workflow,
          head: run.head,
          headRepository: run.headRepository ?? null,
          page: run.page,
        }
      : null,
    state: step.kind === 'report' ? 'no report' : step.because,
    pull: step.pull ?? null,
    origin: step.kind === 'report' ? step.origin : null,
    comments: [],
  }
}

async function writeReports(
  context: CommandContext,
  client: GitHubClient,
  { run, pull, origin }: Extract<ReportStep, { kind: 'report' }>,
  told: CommentResult,
): Promise<Commented> {
  const commands = await commentedCommands()
  const left = await leftBy(context, client, run, commands)
  const diagnostics = [...left.diagnostics]
  const comments: WrittenComment[] = []
  const login = left.reports.length > 0 ? await loginOf(context, client) : ''
  for (const { key, command, report } of left.reports) {
    const ending = await endingOf(commands.get(command), report)
    if (!ending) {
      diagnostics.push(unworded(key))
      continue
    }
    const whole = `${markdownLink('The job’s summary', run.page)} has all of it.`
    const title = titleOf(origin, run)
    const budget = { ...commentBudget, limit: commentBudget.limit - markerRoom - title.length }
    const markdown = `${title}${fitMarkdown(markdownEnding(command, origin === 'repository' ? ending : withoutNext(ending)), budget, whole)}`
    const done = await stickComment(client, { number: pull, key, markdown, login, run: run.id })
    comments.push({ key, outcome: done.kind, url: done.url })
  }
  const state = comments.length > 0 ? 'written' : 'no report'
  return { result: { ...told, state, comments }, diagnostics }
}

async function leftBy({ signal }: CommandContext, client: GitHubClient, run: TriggeredRun, commands: Commands) {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-reports-'))
  try {
    return await readReports({ client, run, folder, checkOf: (command) => commands.get(command)?.check, signal })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function loginOf({ environment }: CommandContext, client: GitHubClient): Promise<string> {
  const mode = await readTokenMode(client, environment, await readJobPermissions(environment), false)
  const login = mode.kind === 'read-only' ? undefined : await readLogin(client, mode)
  if (login !== undefined) return login
  throw new Fault('github/forbidden', `Cannot comment: ${wordTokenMode(mode)}; expected one that may write comments`, {
    remedy: 'Give the job the permission pull-requests: write, and start it by workflow_run.',
  })
}

function titleOf(origin: Origin, { headRepository = '', head, page }: TriggeredRun): string {
  const words = wordOrigin(origin, headRepository, head, page)
  return words === undefined ? '' : `${words}\n\n`
}

/** Its schema has nothing against it. Undefined where it can still not be worded: whoever wrote it meant it so. */
async function endingOf(command: CommentedCommand | undefined, report: unknown): Promise<Ending | undefined> {
  const told = report as Told
  if (told.outcome === 'fault') {
    const { code, message, remedy, stays } = told.fault
    if (!isFaultCode(code)) return undefined
    return { kind: 'fault', fault: new Fault(code, message, { remedy, ...(stays !== undefined && { stays }) }) }
  }
  if (told.outcome === 'diagnosed' && told.result === undefined) {
    return { kind: 'diagnosed', diagnostics: told.diagnostics }
  }
  try {
    const worded = await (await command?.load())?.report(told.result)
    if (!worded) return undefined
    return told.outcome === 'diagnosed'
      ? { kind: 'diagnosed', diagnostics: told.diagnostics, result: told.result, report: worded }
      : { kind: told.outcome, result: told.result, report: worded }
  } catch {
    return undefined
  }
}

/** What to do next is a command to copy: not out of a report that nobody vouches for. */
function withoutNext(ending: Ending): Ending {
  if (ending.kind === 'fault' || !ending.report) return ending
  const { text, markdown, outputs } = ending.report
  return { ...ending, report: { text, markdown, outputs } }
}

/** As far as every schema of a result promises it. */
type Told =
  | { readonly outcome: 'done' | 'no'; readonly result: unknown }
  | { readonly outcome: 'diagnosed'; readonly diagnostics: readonly Diagnostic[]; readonly result?: unknown }
  | {
      readonly outcome: 'fault'
      readonly fault: {
        readonly code: string
        readonly message: string
        readonly remedy: string
        readonly stays?: string
      }
    }

function isFaultCode(code: string): code is FaultCode {
  return Object.hasOwn(faults, code)
}

function unworded(key: string): Diagnostic {
  const message = `Cannot comment with the report "${key}": its values are none that a run comes to`
  const remedy = 'Nothing of it was written. Look at the run: its code may have written this.'
  return { code: 'report/misfit', file: key, line: 1, column: 1, message, remedy }
}
