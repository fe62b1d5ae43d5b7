import type { Readable, Writable } from 'node:stream'

import type { Ask } from '../base/ask.ts'
import { type HiddenTexts, openHiddenTexts } from '../base/hidden-texts.ts'
import { silent } from '../base/progress.ts'
import { version } from '../base/version.ts'
import type { GitHubConnection } from '../github/connection.ts'
import type { Traffic } from '../github/watch.ts'
import { type Ending, exitCodeOf } from '../report/ending.ts'
import { paintFor } from '../report/paint.ts'
import type { JsonLog } from '../report/progress-json.ts'
import { progressLines } from '../report/progress-lines.ts'
import { progressLive } from '../report/progress-live.ts'
import { jsonEnding, wordEnding } from '../report/word-ending.ts'
import type { CommandContext, CommandSummary, CommandTable, ServeGitHub } from './define-command.ts'
import { findCommand, splitName } from './find-command.ts'
import { helpAll, helpOne } from './help.ts'
import { type CommandLine, readCommandLine, splitCommandLine } from './read-command-line.ts'
import { runCommand, settle } from './settle.ts'

/** One of the process's two output streams. */
export interface TerminalStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

export interface Terminal {
  readonly table: CommandTable
  /** What `--help` shows of the commands of the table, without loading them. */
  readonly overview: () => Promise<readonly CommandSummary[]>
  readonly folder: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly stdout: TerminalStream
  readonly stderr: TerminalStream
  readonly signal: AbortSignal
  /** The process's input and error output, as something to ask on; only where both are terminals. */
  readonly openDialogue?: () => { readonly input: Readable; readonly output: Writable } | undefined
  /** Connects to the GitHub of that API, or of the environment, or else to the embedded one. */
  readonly openGitHub: (repositoryFolder: string, apiUrl: string | undefined) => Promise<GitHubConnection>
  /** Serves the embedded GitHub with its web view. */
  readonly serveGitHub?: ServeGitHub
}

/** Runs what was typed behind `plumbline`, prints how it ended, and returns the exit code. */
export async function answerTerminal(words: readonly string[], terminal: Terminal): Promise<number> {
  let line: CommandLine | undefined
  let hasTold = false
  let log: JsonLog | undefined
  const hidden = openHiddenTexts()
  const stderr: TerminalStream = {
    ...(terminal.stderr.isTTY !== undefined && { isTTY: terminal.stderr.isTTY }),
    get columns() {
      return terminal.stderr.columns ?? 80
    },
    write(text) {
      hasTold = true
      return terminal.stderr.write(hidden.text(text))
    },
  }
  const traffic: Traffic = { calls: 0, cached: 0 }
  const settled = await settle(
    async () => {
      line = splitCommandLine(words)
      if (line.wantsVersion) return answerVersion()
      const isHelp = line.wantsHelp || line.words.length === 0 || line.words[0] === 'help'
      if (isHelp) return await help(line, terminal)
      if (line.isJsonLog) log = await openLog(line, terminal.table, stderr)
      return await run(line, { ...terminal, stderr }, hidden, traffic, log)
    },
    terminal.signal,
    hidden,
  )
  const ending: Ending = traffic.calls > 0 ? { ...settled, github: traffic } : settled

  log?.ended(ending)
  if (line?.isJson === true || words.includes('--json')) {
    terminal.stdout.write(
      jsonEnding(line && line.words.length > 0 ? splitName(line.words, terminal.table).name : null, ending),
    )
    return await stayed(ending, terminal, hidden)
  }
  const worded = wordEnding(ending, paintFor(terminal.environment, terminal.stdout), line?.isQuiet === true)
  // On one screen, a line between the work and what it came to.
  if (hasTold && !log && terminal.stderr.isTTY && terminal.stdout.isTTY) terminal.stderr.write('\n')
  if (worded.stdout !== '') terminal.stdout.write(hidden.text(worded.stdout))
  if (worded.stderr !== '' && !log) terminal.stderr.write(hidden.text(worded.stderr))
  return await stayed(ending, terminal, hidden)
}

/** Waits for what goes on after the result was told. */
async function stayed(ending: Ending, { signal, stderr }: Terminal, hidden: HiddenTexts): Promise<number> {
  if (ending.kind !== 'done' || !ending.stay) return exitCodeOf(ending)
  const { stay } = ending
  const after = await settle(async () => (await stay(), ending), signal, hidden)
  if (after.kind === 'fault') stderr.write(hidden.text(wordEnding(after, paintFor({}, {}), false).stderr))
  return exitCodeOf(after)
}

function answerVersion(): Ending {
  return { kind: 'done', result: { version }, report: { text: version, markdown: version, outputs: {} } }
}

async function help({ words }: CommandLine, { table, overview }: Terminal): Promise<Ending> {
  const { name } = splitName(words[0] === 'help' ? words.slice(1) : words, table)
  const text = name === '' ? helpAll(await overview()) : helpOne(await findCommand(name, table))
  return { kind: 'done', result: { help: text }, report: { text, markdown: text, outputs: {} } }
}

async function run(
  line: CommandLine,
  terminal: Terminal,
  hidden: HiddenTexts,
  traffic: Traffic,
  log: JsonLog | undefined,
): Promise<Ending> {
  const { name, rest } = splitName(line.words, terminal.table)
  const command = await findCommand(name, terminal.table)
  const inputs = readCommandLine(command, rest)

  using progress = log ? { ...log, [Symbol.dispose]() {} } : openProgress(line, terminal)
  const ask = openAsk(line, terminal)
  const context: CommandContext = {
    folder: terminal.folder,
    environment: terminal.environment,
    progress,
    signal: terminal.signal,
    now: () => new Date(),
    hidden,
    ...(ask && { ask }),
    ...(terminal.serveGitHub && { serveGitHub: terminal.serveGitHub }),
    openGitHub: async (folder) => {
      const { watchGitHub } = await import('./watch-github.ts')
      const connection = await terminal.openGitHub(folder, line.gitHub)
      progress.note(`GitHub: ${connection.isEmbedded ? 'the embedded one, in .plumbline/github' : connection.apiUrl}`)
      return await watchGitHub(connection, folder, progress, traffic)
    },
  }
  return await runCommand(command, inputs, context)
}

async function openLog({ words }: CommandLine, table: CommandTable, stderr: TerminalStream): Promise<JsonLog> {
  const { progressJson } = await import('../report/progress-json.ts')
  return progressJson({
    write: (text) => void stderr.write(text),
    command: splitName(words, table).name,
    now: () => new Date(),
    clock: () => performance.now(),
  })
}

function openProgress({ isQuiet }: CommandLine, { stderr, environment }: Terminal) {
  if (isQuiet) return { ...silent, [Symbol.dispose]() {} }
  const options = {
    write: (text: string) => void stderr.write(text),
    paint: paintFor(environment, stderr),
    now: () => performance.now(),
  }
  const isLive = stderr.isTTY === true && environment['TERM'] !== 'dumb' && environment['CI'] === undefined
  if (isLive) return progressLive({ ...options, columns: () => stderr.columns ?? 80 })
  return { ...progressLines(options), [Symbol.dispose]() {} }
}

/** Nobody is asked in CI, or where the answer is for a program or for somebody who wants no words. */
function openAsk({ isJson, isQuiet, isJsonLog }: CommandLine, terminal: Terminal): Ask | undefined {
  const { environment, openDialogue, signal } = terminal
  if (isJson || isQuiet || isJsonLog || environment['TERM'] === 'dumb' || (environment['CI'] ?? '') !== '')
    return undefined
  const dialogue = openDialogue?.()
  if (!dialogue) return undefined
  return async (question) => {
    const { askLive } = await import('../report/ask-live.ts')
    const answer = await askLive({ ...dialogue, signal })(question)
    // What follows stands apart from the questions.
    terminal.stderr.write('')
    return answer
  }
}
