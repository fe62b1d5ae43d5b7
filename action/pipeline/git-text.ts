import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const maxBytes = 16_000_000

/** What git says on its standard output; undefined where it refuses, or where there is no git. */
export async function gitText(folder: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return (await promisify(execFile)('git', args, { cwd: folder, maxBuffer: maxBytes })).stdout
  } catch {
    return undefined
  }
}

/** The commit that a branch, a tag or an expression such as `HEAD~3` means. */
export async function commitOf(folder: string, revision: string): Promise<string | undefined> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]
  return (await gitText(folder, args))?.trim() || undefined
}
