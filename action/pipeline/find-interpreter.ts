import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { Fault } from '../base/fault.ts'

export interface Interpreter {
  readonly path: string
  /** `3.12.4` */
  readonly version: string
}

const oldestMinor = 10
const question = 'import sys; print(sys.executable); print("%d.%d.%d" % sys.version_info[:3])'

/** The Python that a project asks for, on PATH; without a wish the first that is new enough. */
export async function findInterpreter(
  environment: Readonly<Record<string, string | undefined>>,
  wanted: string | undefined,
): Promise<Interpreter> {
  const names = wanted ? [`python${wanted}`, 'python3', 'python'] : ['python3', 'python']
  const found: Interpreter[] = []
  for (const name of names) {
    const interpreter = await ask(name, environment)
    if (!interpreter) continue
    found.push(interpreter)
    if (fits(interpreter.version, wanted)) return interpreter
  }
  throw refusal(found, wanted)
}

async function ask(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Interpreter | undefined> {
  try {
    const { stdout } = await promisify(execFile)(name, ['-c', question], { env: { ...environment }, timeout: 30_000 })
    const [path, version] = stdout.trim().split(/\r?\n/)
    return path && version && /^\d+\.\d+\.\d+$/.test(version) ? { path, version } : undefined
  } catch {
    return undefined
  }
}

function fits(version: string, wanted: string | undefined): boolean {
  const [major, minor] = version.split('.').map(Number)
  if (wanted !== undefined) return `${major}.${minor}` === wanted
  return major === 3 && (minor ?? 0) >= oldestMinor
}

function refusal(found: readonly Interpreter[], wanted: string | undefined): Fault {
  const expected = wanted ? `Python ${wanted}` : `Python 3.${oldestMinor} or newer`
  if (found.length === 0) {
    return new Fault('pipeline/no-python', `Cannot run the stages: no Python on PATH; expected ${expected}`, {
      remedy: 'Install Python and try again; in a workflow, add a setup-python step.',
    })
  }
  const versions = [...new Set(found.map(({ version, path }) => `${version} (${path})`))].join(', ')
  return new Fault('pipeline/wrong-python', `Cannot run the stages: found Python ${versions}; expected ${expected}`, {
    remedy: wanted
      ? `Install Python ${wanted}, or change python-version: under environment: and run again.`
      : 'Install a newer Python and put it on PATH.',
  })
}
