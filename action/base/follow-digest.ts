import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'

import { packageFolder } from './package-folder.ts'
import { sha256OfSlice } from './sha256.ts'

/** The SHA-256 of what is being written to a file, from one of its bytes on. */
export interface FollowedDigest extends AsyncDisposable {
  /** So many bytes more are in the file, and stay as they are. */
  came(bytes: number): void
  /** What came is no longer there: begins anew. */
  restart(): Promise<void>
  /** Of all bytes that came, as the file has them. Throws what reading it throws. */
  digest(signal?: AbortSignal): Promise<string>
}

/** What a thread is told: the end of the bytes that it may read by now. */
export interface FollowStep {
  readonly upTo: number
  readonly isLast: boolean
}

/** What a thread is started with. */
export interface FollowStart {
  readonly path: string
  readonly from: number
}

/** Starting a thread takes as long as hashing so much. */
const bytesWorthAThread = 8 << 20

/**
 * Follows a file that grows: a thread hashes what is there while more comes, so that a network and a digest do not wait for each
 * other. Files up to 8 MB are hashed at their end, and so is all where no thread can be had.
 */
export function followDigest(path: string, from = 0): FollowedDigest {
  let bytes = 0
  let thread: HashingThread | undefined
  const close = async () => {
    const open = thread
    thread = undefined
    await open?.close()
  }
  return {
    came(more) {
      bytes += more
      if (bytes > bytesWorthAThread) thread ??= startThread({ path, from })
      thread?.reached(from + bytes)
    },
    async restart() {
      bytes = 0
      await close()
    },
    async digest(signal) {
      if (bytes === 0) return createHash('sha256').digest('hex')
      return (await thread?.digest(from + bytes, signal)) ?? (await sha256OfSlice(path, from, bytes, signal))
    },
    [Symbol.asyncDispose]: close,
  }
}

interface HashingThread {
  reached(place: number): void
  /** Undefined where the thread died: whoever hashes next says why. */
  digest(place: number, signal?: AbortSignal): Promise<string | undefined>
  close(): Promise<void>
}

function startThread(start: FollowStart): HashingThread | undefined {
  const program = join(packageFolder(), 'dist/digest-thread.js')
  if (!existsSync(program)) return undefined
  const worker = new Worker(program, { workerData: start })
  const ended = new Promise<string | undefined>((resolve) => {
    worker.on('message', resolve)
    worker.on('error', () => resolve(undefined))
    worker.on('exit', () => resolve(undefined))
  })
  const tell = (step: FollowStep) => worker.postMessage(step, [])
  return {
    reached: (upTo) => tell({ upTo, isLast: false }),
    async digest(upTo, signal) {
      tell({ upTo, isLast: true })
      const stop = () => void worker.terminate()
      signal?.addEventListener('abort', stop)
      try {
        const digest = await ended
        signal?.throwIfAborted()
        return digest
      } finally {
        signal?.removeEventListener('abort', stop)
      }
    },
    close: async () => void (await worker.terminate()),
  }
}
