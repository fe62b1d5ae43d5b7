import { delimiter } from 'node:path'

export interface ProgramSurroundings {
  /** The caller's environment, of which only the allow-list passes. */
  readonly caller: Readonly<Record<string, string | undefined>>
  /** The folders with the interpreter's programs, put in front of PATH. */
  readonly binFolders: readonly string[]
  readonly home: string
  readonly temp: string
  /** `env:` of the stage. */
  readonly env: Readonly<Record<string, string>>
  /** `secrets:` of the stage. */
  readonly secrets: readonly string[]
  /** `PLUMBLINE_*`. */
  readonly plumbline: Readonly<Record<string, string>>
}

/** What a program needs of the caller to run at all, on each system. */
const passedOn = ['PATH', 'LANG', 'LC_ALL', 'SYSTEMROOT', 'SystemRoot', 'ComSpec', 'PATHEXT'] as const

/**
 * The environment of a user's program: an allow-list, never the caller's. What is not named here does not exist there,
 * least of all `GITHUB_*`, `ACTIONS_*` and `INPUT_*`.
 */
export function programEnvironment(surroundings: ProgramSurroundings): Record<string, string> {
  const { caller, binFolders, home, temp, env, secrets, plumbline } = surroundings
  const environment: Record<string, string> = {}
  for (const name of [...passedOn, ...secrets]) {
    const value = caller[name]
    if (value !== undefined) environment[name] = value
  }
  const path = [...binFolders, environment['PATH'] ?? ''].filter((folder) => folder !== '').join(delimiter)
  return {
    LANG: 'C.UTF-8',
    ...environment,
    PATH: path,
    HOME: home,
    TMP: temp,
    TMPDIR: temp,
    TEMP: temp,
    ...env,
    ...plumbline,
  }
}

/** `max-depth` → `MAX_DEPTH`, for `PLUMBLINE_IN_…` and `PLUMBLINE_OUT_…`. */
export function variableName(name: string): string {
  return name.toUpperCase().replaceAll('-', '_')
}
