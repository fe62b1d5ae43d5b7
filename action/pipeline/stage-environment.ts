import { access } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { once } from '../base/once.ts'
import type { Progress } from '../base/progress.ts'
import type { ProgramStage, Project } from '../project/project.ts'
import type { Interpreter } from './ask-interpreter.ts'
import { findInterpreter } from './find-interpreter.ts'
import { type PythonEnvironment, pythonEnvironment } from './python-environment.ts'
import { type Setup, setupEnvironment } from './setup-environment.ts'

/** What the project's `environment:` gives to the programs that run with it. */
export interface StageEnvironment {
  /** Folders of programs, put in front of PATH. */
  readonly binFolders: readonly string[]
  /** `PLUMBLINE_*` that tell of it. */
  readonly variables: Readonly<Record<string, string>>
  /** Packages of Node, which looks for them above the folder of a program. */
  readonly modules?: string
}

/** The interpreter and the environment of a project, each found or built when first needed, and once: for stages without a container, which brings its own. */
export interface LazyEnvironment {
  readonly interpreter: (stage: Housed) => Promise<Interpreter | undefined>
  readonly environment: (stage: Housed) => Promise<StageEnvironment | undefined>
}

type Housed = Pick<ProgramStage, 'container'>

export interface EnvironmentWish {
  readonly project: Project
  /** Text of the file `environment.python`; null where there is none. */
  readonly requirements: string | null
  readonly setup: Setup | null
  readonly caller: Readonly<Record<string, string | undefined>>
  /** Gets what the commands of `environment.setup` print. */
  readonly logFile: string
  readonly progress: Progress
  readonly signal: AbortSignal
}

/** A project that asks for nothing uses what its programs find on PATH. */
export function lazyEnvironment(wish: EnvironmentWish): LazyEnvironment {
  const { folder, environment: policy } = wish.project
  const needsPython = wish.requirements !== null || policy.pythonVersion !== undefined
  const interpreter = once(async () =>
    needsPython ? findInterpreter(wish.caller, policy.pythonVersion, folder) : undefined,
  )
  const environment = once(async () => build(wish, await interpreter()))
  return {
    interpreter: async ({ container }) => (container === undefined ? interpreter() : undefined),
    environment: async ({ container }) => (container === undefined ? environment() : undefined),
  }
}

async function build(
  wish: EnvironmentWish,
  interpreter: Interpreter | undefined,
): Promise<StageEnvironment | undefined> {
  const { project, requirements, setup, caller, progress, signal } = wish
  let python: PythonEnvironment | undefined
  if (requirements !== null && interpreter) {
    const file = project.environment.python ?? 'requirements.txt'
    python = await pythonEnvironment({ requirements, file, interpreter, caller, progress, signal })
  }
  const pythonFolder = python?.binFolder ?? (interpreter && dirname(interpreter.path))
  const binFolders = pythonFolder === undefined ? [] : [pythonFolder]
  if (setup === null) return binFolders.length === 0 ? undefined : { binFolders, variables: {} }

  const folder = await setupEnvironment({ ...wish, setup, from: project.folder, python })
  const modules = join(folder, 'node_modules')
  const own = process.platform === 'win32' ? [folder, join(folder, 'Scripts')] : [join(folder, 'bin')]
  const hasModules = await access(modules).then(
    () => true,
    () => false,
  )
  return {
    binFolders: [...own, ...(hasModules ? [join(modules, '.bin')] : []), ...binFolders],
    variables: { PLUMBLINE_ENVIRONMENT_DIR: folder },
    ...(hasModules && { modules }),
  }
}
