import { availableParallelism } from 'node:os'
import { sha256OfFile } from '../base/sha256.ts'
import { type AskedWorker, type AskedWorkerOptions, askWorker } from './ask-worker.ts'
import { mapInParallel } from './map-in-parallel.ts'
import type { SourceFile } from './source-file.ts'

/** Starting a thread takes as long as hashing so much. */
const bytesWorthAThread = 64 << 20

/**
 * Calls `work` for each file with what hashes it, as many at a time as there are cores: one here, each other in a thread.
 * The largest come first, so that no core is left with one of them at the end.
 */
export async function hashLargeFiles(
  files: readonly SourceFile[],
  work: (file: SourceFile, sha256Of: (path: string) => Promise<string>) => Promise<void>,
  options: AskedWorkerOptions,
): Promise<void> {
  const { signal, onBytes } = options
  const bySize = [...files].sort((a, b) => b.bytes - a.bytes)
  await using threads = startThreads(bySize, options)
  const here = async (path: string) => await sha256OfFile(path, signal, onBytes)
  const inThread = (thread: AskedWorker<string, string>) => async (path: string) =>
    (await thread.ask(path)) ?? (await here(path))
  const free = [here, ...threads.all.map(inThread)]
  await mapInParallel(bySize, free.length, async (file) => {
    const sha256Of = free.pop() ?? here
    try {
      await work(file, sha256Of)
    } finally {
      free.push(sha256Of)
    }
  })
}

function startThreads([, ...others]: readonly SourceFile[], options: AskedWorkerOptions) {
  const bytes = others.reduce((sum, file) => sum + file.bytes, 0)
  const length = Math.min(availableParallelism() - 1, others.length, Math.floor(bytes / bytesWorthAThread))
  const all = Array.from({ length }, () => askWorker<string, string>('hash-worker', options))
  const end = async () => void (await Promise.all(all.map((thread) => thread[Symbol.asyncDispose]())))
  return { all, [Symbol.asyncDispose]: end }
}
