import { Worker } from 'node:worker_threads'
import type { NumberComparison } from '../stats/compare-sorted.ts'
import { childFile } from './child-program.ts'
import { compareNumberPair, type NumberPair } from './number-pair.ts'

/** Threads that compare columns of numbers, which they share with their caller. */
export interface NumberThreads extends AsyncDisposable {
  /** At once, if a thread is free. The arrays belong to it until it answers, and are sorted then. */
  compare(pair: NumberPair): Promise<NumberComparison>
}

interface Task {
  readonly pair: NumberPair
  resolve(compared: NumberComparison): void
  reject(error: unknown): void
}

/** With 0 threads, columns are compared on this one. */
export function openNumberThreads(count: number): NumberThreads {
  const waiting: Task[] = []
  const threads = Array.from({ length: count }, () => startThread(waiting))
  return {
    async compare(pair) {
      if (count === 0) return compareNumberPair(pair)
      return await new Promise((resolve, reject) => {
        waiting.push({ pair, resolve, reject })
        for (const thread of threads) thread.next()
      })
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(threads.map(({ worker }) => worker.terminate()))
    },
  }
}

function startThread(waiting: Task[]) {
  const worker = new Worker(childFile('number-worker'))
  let task: Task | undefined
  let end: Error | undefined
  const next = () => {
    if (task) return
    task = waiting.shift()
    if (!task) return
    if (end) task.reject(end)
    else worker.postMessage(task.pair, [])
  }
  worker.on('message', (compared: NumberComparison) => {
    task?.resolve(compared)
    task = undefined
    next()
  })
  worker.on('error', (error) => {
    end = error
    task?.reject(error)
    task = undefined
    // No other thread does better with the rest.
    for (const rest of waiting.splice(0)) rest.reject(error)
  })
  return { worker, next }
}
