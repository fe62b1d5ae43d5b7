import { Fault } from '../base/fault.ts'
import { type HiddenTexts, openHiddenTexts } from '../base/hidden-texts.ts'
import type { Progress } from '../base/progress.ts'
import type { GitHubConnection } from '../github/connection.ts'
import type { ArtifactStore } from '../github/runner/artifact-store.ts'
import { logText } from '../github/runner/log-text.ts'
import type { SharedCache } from '../github/runner/shared-cache.ts'
import type { Traffic } from '../github/watch.ts'
import { type Ending, exitCodeOf } from '../report/ending.ts'
import { type Annotation, annotation, diagnosticAnnotations, warningAnnotations } from '../report/annotations.ts'
import { plain } from '../report/paint.ts'
import type { JsonLog } from '../report/progress-json.ts'
import { progressLines } from '../report/progress-lines.ts'
import { wordEnding } from '../report/word-ending.ts'
import type { Command, CommandContext, CommandTable } from './define-command.ts'
import { findCommand } from './find-command.ts'
import { requireLogFormat } from './read-command-line.ts'
import { doorInput, readWorkflowInputs } from './read-workflow-inputs.ts'
import { runCommand, settle } from './settle.ts'

export interface WorkflowStep {
  readonly table: CommandTable
  readonly folder: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly write: (text: string) => void
  readonly signal: AbortSignal
  readonly artifacts: ArtifactStore
  readonly sharedCache?: SharedCache
  readonly openGitHub: (repositoryFolder: string) => Promise<GitHubConnection>
}

/** Runs the command of a step, leaves outputs, a summary and annotations with the runner, and returns the exit code. */
export async function answerWorkflow(step: WorkflowStep): Promise<number> {
  const hidden = openHiddenTexts(async (secret) => {
    const { maskSecret } = await import('../github/runner/outputs.ts')
    await maskSecret(secret)
  })
  const log = (text: string) => step.write(logText(hidden.text(text)))
  let command: Command | undefined
  let asked: Asked | undefined
  let jsonLog: JsonLog | undefined
  const traffic: Traffic = { calls: 0, cached: 0 }
  const warnings = warningAnnotations()
  const settled = await settle(
    async () => {
      await hidden.hide(tokenOf(step))
      const name = commandName(step)
      jsonLog = await openLog(step, name, log)
      command = await findCommand(name, step.table)
      if (command.isTerminalOnly) throw terminalOnly(name)
      const inputs = readWorkflowInputs(command, step.environment)
      const lines = progressLines({ write: log, now: () => performance.now() })
      const progress = jsonLog ?? (await markWarnings(lines, warnings, hidden))
      const context = contextOf(step, progress, hidden, traffic)
      if (inputs['comment'] === true) asked = { command: command.name, context }
      const ran = await runCommand(command, inputs, context)
      const { requireShortOutputs } = await import('../github/runner/outputs.ts')
      requireShortOutputs(outputsOf(ran))
      return ran
    },
    step.signal,
    hidden,
  )
  let comment: string | undefined
  const commented = async (wish: Asked) => {
    const { commentReport } = await import('./comment-report.ts')
    comment = await commentReport(wish.context, wish.command, settled)
    return settled
  }
  const wanted = asked
  const ended = wanted ? await settle(() => commented(wanted), step.signal, hidden) : settled
  const ending: Ending = traffic.calls > 0 ? { ...ended, github: traffic } : ended

  const { stdout, stderr } = wordEnding(ending, plain, false)
  jsonLog?.ended(ending)
  log(jsonLog ? stdout : `${stdout}${stderr}`)
  if (comment !== undefined) log(`${comment}\n`)
  const name = command?.name ?? doorInput('command', step.environment) ?? 'plumbline'
  await tellRunner({ name, ending, lastWarning: warnings.last(), comment }, step)
  return ending.kind === 'no' && command?.isAdvisory === true ? 0 : exitCodeOf(ending)
}

function terminalOnly(name: string): Fault {
  return new Fault(
    'cli/terminal-only',
    `Cannot run "${name}" in a workflow: it serves a person who looks at it; expected a terminal`,
    { remedy: `Remove the step; on a laptop: plumbline ${name}` },
  )
}

/** Undefined where progress is told in words. */
async function openLog(
  { environment }: WorkflowStep,
  command: string,
  write: (text: string) => void,
): Promise<JsonLog | undefined> {
  const format = doorInput('log', environment)
  if (format === undefined) return undefined
  requireLogFormat(format, 'log')
  if (format !== 'json') return undefined
  const { progressJson } = await import('../report/progress-json.ts')
  return progressJson({ write, command, now: () => new Date(), clock: () => performance.now() })
}

function contextOf(step: WorkflowStep, progress: Progress, hidden: HiddenTexts, traffic: Traffic): CommandContext {
  return {
    folder: step.folder,
    environment: step.environment,
    progress,
    signal: step.signal,
    now: () => new Date(),
    openGitHub: async (folder) => {
      const { watchGitHub } = await import('./watch-github.ts')
      const connection = await step.openGitHub(folder)
      progress.note(`GitHub: ${connection.apiUrl} as ${connection.owner}/${connection.repository}`)
      return await watchGitHub(connection, folder, progress, traffic)
    },
    artifacts: step.artifacts,
    ...(step.sharedCache && { sharedCache: step.sharedCache }),
    hidden,
  }
}

/** Warnings stand in the log as marks, as far as GitHub shows them, else as lines. */
async function markWarnings(
  progress: Progress,
  warnings: ReturnType<typeof warningAnnotations>,
  hidden: HiddenTexts,
): Promise<Progress> {
  const { openAnnotations } = await import('../github/runner/annotations.ts')
  const annotate = await openAnnotations()
  return {
    ...progress,
    warn(text) {
      const mark = warnings.next(hidden.text(text))
      if (mark) annotate(mark)
      else progress.warn(text)
    },
  }
}

/** A report that is wanted as a comment. */
interface Asked {
  readonly command: string
  readonly context: CommandContext
}

/** What came of a command, for the pages of GitHub. */
interface Told {
  readonly name: string
  readonly ending: Ending
  readonly lastWarning: Annotation | undefined
  /** What became of the comment. */
  readonly comment: string | undefined
}

async function tellRunner({ name, ending, lastWarning, comment }: Told, { environment }: WorkflowStep): Promise<void> {
  const { markdownText } = await import('../report/markdown.ts')
  const { markdownEnding } = await import('../report/markdown-ending.ts')
  const { fitMarkdown, summaryBudget } = await import('../report/fit-markdown.ts')
  const { openAnnotations } = await import('../github/runner/annotations.ts')
  const { writeOutputs } = await import('../github/runner/outputs.ts')
  const { writeSummary } = await import('../github/runner/summary.ts')

  const annotate = await openAnnotations()
  for (const mark of [...(lastWarning ? [lastWarning] : []), ...marksOf(ending)]) annotate(mark)
  await writeOutputs(outputsOf(ending))
  const line = comment === undefined ? '' : `\n${markdownText(comment)}\n`
  const budget = { ...summaryBudget, limit: summaryBudget.limit - summaryBudget.size(line) }
  const markdown = fitMarkdown(markdownEnding(name, ending), budget, 'The log has all of it.')
  await writeSummary(markdown + line, environment)
}

function marksOf(ending: Ending): readonly Annotation[] {
  if (ending.kind === 'diagnosed') return diagnosticAnnotations(ending.diagnostics)
  if (ending.kind !== 'fault') return []
  const { code, message, remedy } = ending.fault
  return [annotation('error', code, `${message}\n→ ${remedy}`)]
}

function outputsOf(ending: Ending): Readonly<Record<string, string>> {
  return { verdict: ending.kind, ...(ending.kind === 'fault' ? {} : ending.report?.outputs) }
}

function tokenOf({ environment }: WorkflowStep): readonly string[] {
  const token = doorInput('token', environment)
  return token === undefined ? [] : [token]
}

function commandName({ environment, table }: WorkflowStep): string {
  const name = doorInput('command', environment)
  if (name !== undefined) return name
  throw new Fault('cli/missing-input', 'Cannot run the step: the input "command" is missing', {
    remedy: `Add it under "with:", one of: ${Object.keys(table).join(', ')}.`,
  })
}
