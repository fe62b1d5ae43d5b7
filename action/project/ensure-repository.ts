import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { Fault } from '../base/fault.ts'

/** Makes a git repository of a folder that is in none, and commits nothing; says whether it did. */
export async function ensureRepository(folder: string): Promise<boolean> {
  if (await succeeds(folder, ['rev-parse', '--is-inside-work-tree'])) return false
  if (await succeeds(folder, ['init', '--quiet', '--initial-branch=main'])) return true
  throw new Fault(
    'project/no-git',
    `Cannot start a git repository in "${folder}": git is not there or refuses; expected git 2.28 or newer`,
    {
      remedy: 'Install git, run git init, and go on with plumbline snapshot.',
      stays: 'the files of the project are written',
    },
  )
}

/** Where a folder lies in its git repository: `models/a/`; empty at the root, and outside of any. */
export async function placeInRepository(folder: string): Promise<string> {
  return promisify(execFile)('git', ['rev-parse', '--show-prefix'], { cwd: folder }).then(
    ({ stdout }) => stdout.replace(/\n$/, ''),
    () => '',
  )
}

async function succeeds(folder: string, words: readonly string[]): Promise<boolean> {
  return promisify(execFile)('git', words, { cwd: folder }).then(
    () => true,
    () => false,
  )
}
