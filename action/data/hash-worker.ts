import { parentPort } from 'node:worker_threads'
import { sha256OfFile } from '../base/sha256.ts'
import type { WorkerWord } from './ask-worker.ts'

/** Entry of a thread that hashes files: an absolute path in, its SHA-256 out; nothing where the file cannot be read. */
parentPort?.on('message', (path: string) => {
  const say = (word: WorkerWord<string>) => parentPort?.postMessage(word, [])
  const hashed = sha256OfFile(path, undefined, (bytes) => say({ bytes }))
  hashed.then(
    (answer) => say({ answer }),
    () => say({ answer: undefined }),
  )
})
