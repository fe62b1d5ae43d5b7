import { execFile } from 'node:child_process'
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Where Plumbline keeps results, stores and the embedded GitHub, beside the user's files. */
export const ownFolder = '.plumbline'

/**
 * Why `.plumbline` in a folder is not Plumbline's own, undefined where it is or is not there yet. A link would lead what is
 * written elsewhere; what a repository brings along would pass for results of this machine, or for hooks of the embedded
 * GitHub.
 */
export async function foreignOwnFolder(
  folder: string,
): Promise<'is a link' | 'is a file' | 'is committed' | undefined> {
  const found = await lstat(join(folder, ownFolder)).catch(() => undefined)
  if (!found) return undefined
  if (found.isSymbolicLink()) return 'is a link'
  if (!found.isDirectory()) return 'is a file'
  return (await isCommitted(folder)) ? 'is committed' : undefined
}

async function isCommitted(folder: string): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)('git', ['ls-files', '-z', '--', ownFolder], { cwd: folder })
    return stdout !== ''
  } catch {
    // No git, or no repository: nothing is committed.
    return false
  }
}
