import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

import type { ResourceLimits } from '../project/project.ts'
import { diskUse } from './disk-use.ts'
import { followOutput } from './follow-output.ts'
import { countOomKills } from './oom-kills.ts'
import { roomVariable } from './process-table.ts'
import { type LogEnd, type LogSize, openProgramLog, type ProgramLog } from './program-log.ts'
import type { StageResources } from './run-record.ts'
import type { OverLimit } from './stage-resources.ts'
import { readTimes, signalOf, supervise } from './supervise.ts'
import { type Watch, watchProcesses } from './watch-processes.ts'

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
  | { readonly kind: 'over-limit'; readonly over: OverLimit; readonly lastLines: readonly string[] }
  | { readonly kind: 'interrupted' }

/** What a program's execution came to. */
export interface ProgramRun {
  readonly end: ProgramEnd
  /** Absent where the system tells nothing. */
  readonly resources?: StageResources
  readonly log: LogEnd
  /** Names of the processes that it left running, which were killed. */
  readonly left: readonly string[]
  /** Whether the system killed processes for want of memory meanwhile. */
  readonly hadOomKills: boolean
}

/** A command for the shell, or a program with its arguments: the engine that runs the command in a container. */
export type Command = string | { readonly file: string; readonly args: readonly string[] }

export interface Program {
  readonly command: Command
  /** Where it starts. */
  readonly folder: string
  /** The folder that holds this and all else that it may write to; by `PLUMBLINE_ROOM` its processes are known. */
  readonly room: string
  readonly environment: Readonly<Record<string, string>>
  readonly logFile: string
  readonly logSize?: LogSize
  /** Texts that no log may show; one that holds another stands before it. */
  readonly masked: readonly string[]
  readonly timeoutMs?: number
  readonly limits?: ResourceLimits
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs?: number
  readonly signal: AbortSignal
  readonly tell: (line: string) => void
}

type StopReason =
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'over-limit'; readonly over: OverLimit }
  | { readonly kind: 'interrupted' }

const defaultGraceMs = 10_000
/** For what a program left running: trackers of shared memory end by themselves a moment after it. */
const leftoverGraceMs = 1000
/** For reading what a program that is gone has printed. */
const drainMs = 5000
const linesKept = 15
const retryMs = 20
const isPosix = process.platform !== 'win32'

/**
 * Runs a command in a session of its own, its output into a log; stopped, it gets SIGTERM, then SIGKILL. What it
 * leaves running behind itself is killed, so that nothing changes its files any more.
 */
export async function runProgram(program: Program): Promise<ProgramRun> {
  const { room, limits = {}, graceMs = defaultGraceMs, timeoutMs, signal } = program
  if (signal.aborted) {
    return { end: { kind: 'interrupted' }, log: { droppedBytes: 0 }, left: [], hadOomKills: false }
  }
  const oomKills = countOomKills()
  const laidBytes = await diskUse(room)
  const log = await openProgramLog(program.logFile, program.logSize)
  const child = start(program)
  const exit = once(child, 'exit')
  const [output, counted] = [follow(program, child, log), readCount(child)]
  const root = await pidOf(child, exit)

  let stopped: StopReason | undefined
  const stop = (reason: StopReason) => {
    if (stopped) return
    stopped = reason
    void stopProcesses(root, watch, graceMs, exit)
  }
  const watch = watchProcesses({
    root,
    room,
    laidBytes,
    limits,
    onOver: (over) => stop({ kind: 'over-limit', over }),
  })
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => stop({ kind: 'timed-out' }), timeoutMs)
  const interrupt = () => stop({ kind: 'interrupted' })
  signal.addEventListener('abort', interrupt, { once: true })
  if (signal.aborted) interrupt()

  try {
    const [code, killedBy] = (await exit) as [number | null, string | null]
    const left = await watch.clear(leftoverGraceMs)
    if (left.length > 0) await log.write(`… plumbline killed what the program left running: ${left.join(', ')} …\n`)
    const lastLines = await output.close(() => killGroup(root))
    const resources = await watch.close(readTimes(await counted))
    return {
      end: endOf(stopped, code, killedBy, lastLines),
      // An engine that runs a container is not what the container takes.
      ...(resources && typeof program.command === 'string' && { resources }),
      log: await log.close(),
      left,
      hadOomKills: oomKills !== undefined && (countOomKills() ?? 0) > oomKills,
    }
  } finally {
    running.delete(root)
    if (running.size === 0) process.off('exit', killAll)
    clearTimeout(timer)
    signal.removeEventListener('abort', interrupt)
    await watch.close(undefined)
    await log.close()
  }
}

function endOf(
  stopped: StopReason | undefined,
  code: number | null,
  killedBy: string | null,
  lastLines: readonly string[],
): ProgramEnd {
  if (stopped?.kind === 'interrupted') return stopped
  if (stopped) return { ...stopped, lastLines }
  return code === 0 ? { kind: 'done' } : { kind: 'failed', code, signal: killedBy ?? signalOf(code), lastLines }
}

function start({ command, folder, room, environment, limits }: Program): ChildProcess {
  const options = { cwd: folder, env: { ...environment, [roomVariable]: room } }
  if (!isPosix) {
    const pipes: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe']
    if (typeof command === 'string') return spawn(command, { ...options, shell: true, stdio: pipes })
    return spawn(command.file, command.args, { ...options, stdio: pipes })
  }
  const words = typeof command === 'string' ? ['/bin/sh', '-c', command] : [command.file, ...command.args]
  const [file, ...args] = supervise(words, limits?.cpu)
  return spawn(file, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
}

/** Throws what the system said where the program could not be started. */
async function pidOf(child: ChildProcess, exit: Promise<unknown>): Promise<number> {
  if (child.pid === undefined) {
    await exit
    throw new Error('Cannot start a program: it has no number')
  }
  if (running.size === 0) process.on('exit', killAll)
  running.add(child.pid)
  return child.pid
}

/** What must not go on when this process ends without asking it to stop. */
const running = new Set<number>()

function killAll(): void {
  for (const root of running) killGroup(root)
}

/** What the supervising shell says of processor time; empty where it was killed. */
async function readCount({ stdio }: ChildProcess): Promise<string> {
  const [, , , stream] = stdio
  return stream instanceof Readable ? await text(stream).catch(() => '') : ''
}

/** Copies what is printed into the log and keeps the last lines. */
function follow({ masked, tell }: Program, { stdout, stderr }: ChildProcess, log: ProgramLog) {
  const lastLines: string[] = []
  let isPassing = false
  const ears = {
    masked,
    write: log.write,
    tell: (line: string, passes: boolean) => {
      if (isPassing) lastLines.pop()
      isPassing = passes
      lastLines.push(line)
      if (lastLines.length > linesKept) lastLines.shift()
      tell(line)
    },
  }
  const streams = [stdout, stderr].filter((stream) => stream !== null)
  // A stream that is given up ends with an error.
  const followed = Promise.all(streams.map((stream) => followOutput(stream, ears).catch(() => undefined)))
  return {
    /** The last lines, once all is read; whoever still holds the streams is killed, or else left behind. */
    close: async (kill: () => void): Promise<readonly string[]> => {
      const isRead = followed.then(() => true)
      if (!(await Promise.race([isRead, sleep(leftoverGraceMs, false, { ref: false })]))) kill()
      await Promise.race([isRead, sleep(drainMs, false, { ref: false })])
      for (const stream of streams) stream.destroy()
      await followed
      return lastLines
    },
  }
}

async function stopProcesses(root: number, watch: Watch, graceMs: number, exit: Promise<unknown>): Promise<void> {
  const isGone = exit.then(() => true)
  const deadline = performance.now() + graceMs
  if (!watch.canSee) killGroup(root, 'SIGTERM')
  // A program that was only just started may not be there yet.
  while (watch.canSee && !(await watch.send('SIGTERM')) && performance.now() < deadline) {
    if (await Promise.race([isGone, sleep(retryMs, false)])) return
  }
  if (await Promise.race([isGone, sleep(deadline - performance.now(), false, { ref: false })])) return
  await watch.clear(0)
  if (!(await Promise.race([isGone, sleep(leftoverGraceMs, false, { ref: false })]))) killGroup(root)
}

function killGroup(root: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(isPosix ? -root : root, signal)
  } catch {
    // Already gone.
  }
}
