import { execFile, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
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

/** Blob → bytes, in one call however many there are. */
export async function sizesOfBlobs(folder: string, blobs: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const lines = (await answer(folder, ['cat-file', '--batch-check'], blobs)).toString().split('\n')
  const sizes = new Map<string, number>()
  for (const line of lines) {
    const [, blob, bytes] = /^([0-9a-f]+) blob (\d+)$/.exec(line) ?? []
    if (blob !== undefined) sizes.set(blob, Number(bytes))
  }
  return sizes
}

/** Object name (a blob's, or `<commit>:<path>`) → its text, in one call; those that are not there are left out. */
export async function textsOfObjects(
  folder: string,
  names: readonly string[],
  environment?: NodeJS.ProcessEnv,
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>()
  const bytes = await answer(folder, ['cat-file', '--batch'], names, environment)
  let at = 0
  for (const name of names) {
    const end = bytes.indexOf(10, at)
    if (end === -1) break
    const [, kind, size] = / (blob|tree|commit|tag) (\d+)$/.exec(bytes.toString('utf8', at, end)) ?? []
    at = end + 1
    if (size === undefined) continue
    const length = Number(size)
    if (kind === 'blob') texts.set(name, bytes.toString('utf8', at, at + length))
    at += length + 1
  }
  return texts
}

/** What git answers to lines on its standard input; nothing where it refuses. */
async function answer(
  folder: string,
  args: readonly string[],
  lines: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Buffer> {
  if (lines.length === 0) return Buffer.alloc(0)
  const child = spawn('git', args, { cwd: folder, env, stdio: ['pipe', 'pipe', 'ignore'] })
  // A git that ends early closes the pipe; what it answered says enough.
  child.stdin.on('error', () => {})
  child.on('error', () => {})
  child.stdin.end(`${lines.join('\n')}\n`)
  return await buffer(child.stdout)
}
