import { Worker } from 'node:worker_threads'
import { childFile } from './child-program.ts'

/** What a thread says: how many more bytes it has dealt with, and at last its answer. */
export type WorkerWord<Answer> = { readonly bytes: number } | { readonly answer: Answer | undefined }

/** A thread that is asked one question at a time. */
export interface AskedWorker<Question, Answer> extends AsyncDisposable {
  /**
   * Undefined, too, where the thread is gone or could not read: whoever reads the file next says why. Aborted, it throws the
   * signal's reason.
   */
  ask(question: Question): Promise<Answer | undefined>
}

export interface AskedWorkerOptions {
  readonly signal?: AbortSignal | undefined
  /** Bytes that were dealt with since the last call. */
  readonly onBytes?: (bytes: number) => void
}

export function askWorker<Question, Answer>(
  program: 'csv-worker' | 'hash-worker',
  { signal, onBytes }: AskedWorkerOptions,
): AskedWorker<Question, Answer> {
  const worker = new Worker(childFile(program))
  let take: (answer: Answer | undefined) => void = () => {}
  let isGone = false
  const leave = () => {
    isGone = true
    take(undefined)
  }
  worker.on('message', (word: WorkerWord<Answer>) => {
    if ('answer' in word) take(word.answer)
    else onBytes?.(word.bytes)
  })
  worker.on('error', leave)
  worker.on('exit', leave)
  signal?.addEventListener('abort', leave)
  return {
    async ask(question) {
      signal?.throwIfAborted()
      if (isGone) return undefined
      const answer = await new Promise<Answer | undefined>((resolve) => {
        take = resolve
        worker.postMessage(question, [])
      })
      signal?.throwIfAborted()
      return answer
    },
    async [Symbol.asyncDispose]() {
      signal?.removeEventListener('abort', leave)
      await worker.terminate()
    },
  }
}
