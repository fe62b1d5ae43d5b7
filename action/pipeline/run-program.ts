import { type SpawnOptions, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'

/** How a user's program ended. */
export type ProgramEnd =
  | { readonly kind: 'done' }
  | {
      readonly kind: 'failed'
      readonly code: number | null
      readonly signal: string | null
      readonly lastLines: readonly string[]
    }
  | { readonly kind: 'timed-out'; readonly lastLines: readonly string[] }
  | { readonly kind: 'interrupted' }

/** A command for the shell, or a program with its arguments: the engine that runs the command in a container. */
export type Command = string | { readonly file: string; readonly args: readonly string[] }

interface Program {
  readonly command: Command
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  readonly logFile: string
  /** Texts that no log may show; one that holds another stands before it. */
  readonly masked: readonly string[]
  readonly timeoutMs?: number
  readonly signal: AbortSignal
  readonly tell: (line: string) => void
}

const graceMs = 10_000
/** For what a program left running: trackers of shared memory end by themselves a moment after it. */
const leftoverGraceMs = 1000
const linesKept = 15
/** What is told and kept of one line; the log holds all of it. */
const longestLine = 2000

/**
 * Runs a command in a process group of its own, its output line by line into a log; stopped, it gets SIGTERM, then
 * SIGKILL. What it leaves running behind itself is killed, so that nothing changes its files any more.
 */
export async function runProgram(program: Program): Promise<ProgramEnd> {
  const { command, folder, environment, timeoutMs, signal } = program
  if (signal.aborted) return { kind: 'interrupted' }
  const isPosix = process.platform !== 'win32'
  const child = start(command, { cwd: folder, env: { ...environment }, detached: isPosix })
  const { lastLines, logged } = follow(program, [child.stdout, child.stderr])

  let stopped: 'timed-out' | 'interrupted' | undefined
  let killTimer: NodeJS.Timeout | undefined
  const send = (name: NodeJS.Signals) => {
    try {
      if (isPosix && child.pid !== undefined) process.kill(-child.pid, name)
      else child.kill(name)
    } catch {
      // Already gone.
    }
  }
  const stop = (reason: 'timed-out' | 'interrupted') => {
    stopped ??= reason
    send('SIGTERM')
    killTimer = setTimeout(() => send('SIGKILL'), graceMs)
  }
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => stop('timed-out'), timeoutMs)
  let leftoverTimer: NodeJS.Timeout | undefined
  child.once('exit', () => {
    leftoverTimer = setTimeout(() => send('SIGKILL'), leftoverGraceMs)
  })
  const interrupt = () => stop('interrupted')
  signal.addEventListener('abort', interrupt, { once: true })

  try {
    const [code, killedBy] = await new Promise<[number | null, string | null]>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (exitCode, exitSignal) => resolve([exitCode, exitSignal]))
    })
    await logged
    if (stopped === 'interrupted') return { kind: 'interrupted' }
    if (stopped === 'timed-out') return { kind: 'timed-out', lastLines }
    return code === 0 ? { kind: 'done' } : { kind: 'failed', code, signal: killedBy, lastLines }
  } finally {
    clearTimeout(timer)
    clearTimeout(killTimer)
    clearTimeout(leftoverTimer)
    send('SIGKILL')
    signal.removeEventListener('abort', interrupt)
  }
}

function start(command: Command, options: Pick<SpawnOptions, 'cwd' | 'env' | 'detached'>) {
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe']
  if (typeof command === 'string') return spawn(command, { ...options, stdio, shell: true })
  return spawn(command.file, command.args, { ...options, stdio })
}

/** Copies the streams into the log and keeps the last lines. */
function follow({ logFile, masked, tell }: Program, streams: readonly NodeJS.ReadableStream[]) {
  const log = createWriteStream(logFile, { flags: 'a' })
  const lastLines: string[] = []
  let open = streams.length
  for (const stream of streams) {
    const lines = createInterface({ input: stream })
    lines.on('line', (raw) => {
      const line = masked.reduce((text, secret) => text.replaceAll(secret, '***'), raw)
      log.write(`${line}\n`)
      const shown = line.length > longestLine ? `${line.slice(0, longestLine)}…` : line
      lastLines.push(shown)
      if (lastLines.length > linesKept) lastLines.shift()
      tell(shown)
    })
    lines.on('close', () => {
      open -= 1
      if (open === 0) log.end()
    })
  }
  const logged = new Promise<void>((resolve) => {
    log.once('close', resolve)
  })
  return { lastLines, logged }
}
