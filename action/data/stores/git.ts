import { execFile, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { Fault } from '../../base/fault.ts'

/** What git prints, or undefined where it refuses. Throws where there is no git. */
export async function git(folder: string, args: readonly string[], signal?: AbortSignal): Promise<string | undefined> {
  try {
    const options = { cwd: folder, maxBuffer: 1 << 30, ...(signal && { signal }) }
    const { stdout } = await promisify(execFile)('git', ['-c', 'core.quotePath=false', ...args], options)
    return stdout
  } catch (error) {
    if (signal?.aborted) throw error
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Fault('store/no-git', 'Cannot run "git": it is not on PATH; expected git 2.30 or later', {
        remedy: 'Install git, or set data.store to a folder: store: { file: PATH }.',
      })
    }
    return undefined
  }
}

/** The bytes of a blob, as a stream. */
export function readBlob(folder: string, blob: string): Readable {
  return spawn('git', ['cat-file', 'blob', blob], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] }).stdout
}
