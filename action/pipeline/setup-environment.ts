import { copyFile, mkdir, rm } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'

import { canonicalJson } from '../base/canonical-json.ts'
import { Fault } from '../base/fault.ts'
import { textsToMask } from '../base/mask-secrets.ts'
import type { Progress } from '../base/progress.ts'
import { sha256, sha256OfFile } from '../base/sha256.ts'
import { startStopwatch } from '../base/stopwatch.ts'
import type { Project } from '../project/project.ts'
import { wordSetUp } from '../report/word-environment.ts'
import { builderEnvironment } from './builder-environment.ts'
import { keepEnvironment } from './keep-environment.ts'
import type { PythonEnvironment } from './python-environment.ts'
import { type ProgramEnd, runProgram } from './run-program.ts'

/** `environment.setup` and the files that its commands read, as they are now. */
export interface Setup {
  readonly commands: readonly string[]
  /** Path relative to the project → SHA-256. */
  readonly locks: Readonly<Record<string, string>>
  /** Files under `environment.lock` that are not there. */
  readonly missing: readonly string[]
}

export interface SetupWish {
  readonly setup: Setup
  /** The project's folder. */
  readonly from: string
  /** What was built before it, which its commands find on PATH. */
  readonly python: PythonEnvironment | undefined
  readonly caller: Readonly<Record<string, string | undefined>>
  readonly logFile: string
  readonly progress: Progress
  readonly signal: AbortSignal
}

/** Null where a project sets nothing up. */
export async function describeSetup({ folder, environment }: Project): Promise<Setup | null> {
  if (environment.setup.length === 0) return null
  const locks: Record<string, string> = {}
  const missing: string[] = []
  for (const path of environment.lock) {
    const digest = await sha256OfFile(join(folder, path)).catch(() => undefined)
    if (digest === undefined) missing.push(path)
    else locks[path] = digest
  }
  return { commands: environment.setup, locks, missing }
}

/** Of commands and lock files: what a key holds of a setup. */
export function setupDigest({ commands, locks }: Setup): string {
  return sha256(canonicalJson({ commands: [...commands], locks: { ...locks } }))
}

/**
 * The folder that the commands of `environment.setup` filled, run once for their text, their lock files and the system.
 * They start in it, beside copies of the lock files, and find it in PLUMBLINE_ENVIRONMENT_DIR.
 */
export async function setupEnvironment(wish: SetupWish): Promise<string> {
  const { setup, python, caller, progress, signal } = wish
  const digest = sha256(
    canonicalJson({
      setup: setupDigest(setup),
      python: python?.digest ?? null,
      system: `${process.platform} ${process.arch}`,
    }),
  )
  return keepEnvironment({ digest, caller, progress, signal, build: (folder) => buildSetup(folder, wish) })
}

async function buildSetup(folder: string, wish: SetupWish): Promise<void> {
  const { setup, from, logFile, progress } = wish
  const seconds = startStopwatch()
  progress.started('environment')
  try {
    for (const path of Object.keys(setup.locks)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await copyFile(join(from, path), join(folder, path))
    }
    await mkdir(dirname(logFile), { recursive: true })
    await rm(logFile, { force: true })
    for (const command of setup.commands) await runCommand(command, folder, wish)
    progress.finished('environment', 'done', wordSetUp(setup.commands.length), seconds())
  } catch (error) {
    progress.finished('environment', 'failed', '', seconds())
    throw error
  }
}

async function runCommand(command: string, folder: string, wish: SetupWish): Promise<void> {
  const { python, caller, logFile, progress, signal } = wish
  const environment = builderEnvironment(caller)
  const path = [...(python ? [python.binFolder] : []), environment['PATH'] ?? ''].join(delimiter)
  const { end } = await runProgram({
    command,
    folder,
    room: folder,
    environment: { ...environment, PATH: path, PLUMBLINE_ENVIRONMENT_DIR: folder },
    logFile,
    masked: passwordsIn(environment),
    signal,
    tell: (line) => progress.update('environment', line),
  })
  if (end.kind !== 'done') throw failure(command, end, logFile)
}

/** What gets a builder into an index is in its environment, and in no log. */
function passwordsIn(environment: Readonly<Record<string, string>>): readonly string[] {
  const named = Object.entries(environment).filter(([name]) => /password|token|_auth/i.test(name))
  return textsToMask(named.map(([, value]) => value))
}

function failure(command: string, end: Exclude<ProgramEnd, { kind: 'done' }>, logFile: string): Fault {
  if (end.kind === 'interrupted') {
    return new Fault('interrupted', 'Cannot set the environment up: interrupted', { remedy: 'Run again.' })
  }
  const tail = end.lastLines.map((line) => `    ${line}`).join('\n')
  const state =
    end.kind === 'failed' && end.signal === null ? `it ended with code ${end.code}; expected 0` : 'it was killed'
  return new Fault(
    'pipeline/setup',
    `Cannot set the environment up with "${command}": ${state}${tail ? `\n${tail}` : ''}`,
    {
      remedy: `Its whole log: ${logFile}`,
    },
  )
}
