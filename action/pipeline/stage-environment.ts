import type { Progress } from '../base/progress.ts'
import type { Project } from '../project/project.ts'
import type { Interpreter } from './ask-interpreter.ts'
import { findInterpreter } from './find-interpreter.ts'
import { pythonEnvironment } from './python-environment.ts'

/** What the project's `environment:` gives to the programs that run with it. */
export interface StageEnvironment {
  /** Folders of programs, put in front of PATH. */
  readonly binFolders: readonly string[]
  /** `PLUMBLINE_*` that tell of it. */
  readonly variables: Readonly<Record<string, string>>
}

/** The interpreter and the environment of a project, each found or built when first needed, and once. */
export interface LazyEnvironment {
  readonly interpreter: () => Promise<Interpreter | undefined>
  readonly environment: () => Promise<StageEnvironment | undefined>
}

export interface EnvironmentWish {
  readonly project: Project
  /** Text of the file `environment.python`; null where there is none. */
  readonly requirements: string | null
  readonly caller: Readonly<Record<string, string | undefined>>
  readonly progress: Progress
  readonly signal: AbortSignal
}

/** A project without requirements uses what its programs find on PATH. */
export function lazyEnvironment({ project, requirements, caller, progress, signal }: EnvironmentWish): LazyEnvironment {
  let interpreter: Promise<Interpreter> | undefined
  let environment: Promise<StageEnvironment> | undefined
  const find = () => (interpreter ??= findInterpreter(caller, project.environment.pythonVersion, project.folder))
  return {
    interpreter: async () => (requirements === null ? undefined : find()),
    environment: async () => {
      if (requirements === null) return undefined
      const file = project.environment.python ?? 'requirements.txt'
      environment ??= find()
        .then((found) => pythonEnvironment({ requirements, file, interpreter: found, caller, progress, signal }))
        .then(({ binFolder }) => ({ binFolders: [binFolder], variables: {} }))
      return environment
    },
  }
}
