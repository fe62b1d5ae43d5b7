import { join } from 'node:path'

import { Fault } from '../base/fault.ts'
import type { Progress } from '../base/progress.ts'
import { sha256 } from '../base/sha256.ts'
import { startStopwatch } from '../base/stopwatch.ts'
import { writeWhole } from '../base/write-whole.ts'
import { checkRequirements, countPackages } from '../project/check-requirements.ts'
import { wordBuiltEnvironment } from '../report/word-environment.ts'
import type { Interpreter } from './ask-interpreter.ts'
import { builderEnvironment } from './builder-environment.ts'
import { explainInstall } from './explain-install.ts'
import { keepEnvironment } from './keep-environment.ts'
import { runTool, ToolFailed } from './run-tool.ts'

export interface PythonEnvironment {
  /** Of all that it is made of. */
  readonly digest: string
  /** Holds `python`; goes in front of PATH. */
  readonly binFolder: string
  readonly interpreter: Interpreter
}

export interface PythonWish {
  /** Text of the hashed requirements file, and its name for messages. */
  readonly requirements: string
  readonly file: string
  readonly interpreter: Interpreter
  readonly caller: Readonly<Record<string, string | undefined>>
  readonly progress: Progress
  readonly signal: AbortSignal
}

/**
 * The environment of these requirements, built once for a digest and kept in the cache: by uv where it is on PATH, else
 * by venv and pip; every package by its hash, wheels only, so that nothing of a package runs while it is installed.
 */
export async function pythonEnvironment(wish: PythonWish): Promise<PythonEnvironment> {
  const { requirements, interpreter, caller, progress, signal } = wish
  refuseUnhashed(wish)
  const digest = sha256(
    `${requirements}\n${interpreter.version} ${interpreter.path} ${process.platform} ${process.arch}`,
  )
  const build = (folder: string, isRepair: boolean) => buildPython(folder, isRepair, wish)
  const folder = await keepEnvironment({ digest, caller, progress, signal, build })
  return { digest, binFolder: join(folder, binName), interpreter }
}

const binName = process.platform === 'win32' ? 'Scripts' : 'bin'

async function buildPython(folder: string, isRepair: boolean, wish: PythonWish): Promise<void> {
  const { interpreter, requirements, progress } = wish
  const seconds = startStopwatch()
  progress.started('environment')
  try {
    const installer = await install(folder, isRepair, wish)
    const detail = wordBuiltEnvironment(interpreter.version, countPackages(requirements), installer)
    progress.finished('environment', 'done', detail, seconds())
  } catch (error) {
    progress.finished('environment', 'failed', '', seconds())
    throw error instanceof ToolFailed ? explainInstall(wish.file, error.lastLines, error) : error
  }
}

/** Says which installer did it. */
async function install(folder: string, isRepair: boolean, wish: PythonWish): Promise<string> {
  const { interpreter, requirements, caller, signal, progress } = wish
  const environment = builderEnvironment(caller)
  const list = join(folder, 'plumbline-requirements.txt')
  const tell = (line: string) => progress.update('environment', line)
  const checked = ['--require-hashes', '--only-binary', ':all:']

  const venv = ['venv', '--quiet', '--python', interpreter.path, folder]
  const hasUv = await runTool('uv', venv, { environment, signal }).then(() => true, isNotFound)
  if (hasUv) {
    await writeWhole(list, requirements)
    // Files of an environment are links to those that uv keeps: who changed the one changed the other.
    const fresh = isRepair ? ['--no-cache'] : []
    await runTool('uv', ['pip', 'sync', ...fresh, '--python', folder, ...checked, list], { environment, signal, tell })
    return 'uv'
  }
  await runTool(interpreter.path, ['-m', 'venv', folder], { environment, signal })
  await writeWhole(list, requirements)
  const python = join(folder, binName, process.platform === 'win32' ? 'python.exe' : 'python')
  const pip = ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', '--progress-bar', 'off']
  await runTool(python, [...pip, ...checked, '-r', list], { environment, signal, tell })
  return 'pip'
}

/** False for a program that is not there; throws what else went wrong. */
function isNotFound(error: unknown): false {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
  throw error
}

/** A run's requirements are diagnosed when it is declared; whoever comes another way is stopped here, before a minute of downloading. */
function refuseUnhashed({ requirements, file }: PythonWish): void {
  const [first] = checkRequirements(file, requirements)
  if (!first) return
  const code = first.code === 'requirements/unhashed' ? 'pipeline/unhashed' : 'pipeline/environment'
  throw new Fault(code, `${first.message} (${file}:${first.line})`, { remedy: first.remedy ?? `Lock ${file} anew.` })
}
