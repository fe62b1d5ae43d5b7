import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { packageFolder } from '../../action/base/package-folder.ts'
import { silent } from '../../action/base/progress.ts'
import { findInterpreter } from '../../action/pipeline/find-interpreter.ts'
import { pythonEnvironment } from '../../action/pipeline/python-environment.ts'

export const templateFolder = join(packageFolder(), 'template')

/** The Python of the template's own environment, made once a machine. */
export async function starterPython(): Promise<string> {
  const { binFolder } = await pythonEnvironment({
    requirements: readFileSync(join(templateFolder, 'requirements.txt'), 'utf8'),
    file: 'requirements.txt',
    interpreter: await findInterpreter(process.env, undefined),
    caller: process.env,
    progress: silent,
    signal: new AbortController().signal,
  })
  return join(binFolder, 'python')
}

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs Python to its end, whatever that is. */
export async function runPython(
  python: string,
  words: readonly string[],
  folder: string,
  variables: Readonly<Record<string, string>>,
): Promise<Ended> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, ...variables }
  try {
    const { stdout, stderr } = await promisify(execFile)(python, words, { cwd: folder, env })
    return { code: 0, stdout, stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as Ended
    return { code, stdout, stderr }
  }
}
