import { createHash } from 'node:crypto'
import { openSync, readSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'

import type { FollowStart, FollowStep } from './follow-digest.ts'
import { chunkBytes } from './sha256.ts'

const chunk = Buffer.allocUnsafeSlow(chunkBytes)

/** Entry of a thread that hashes a file as far as it is told that its bytes are there; at the last of them it says the SHA-256. */
function follow({ path, from }: FollowStart): void {
  const file = openSync(path, 'r')
  const hash = createHash('sha256')
  let at = from
  parentPort?.on('message', ({ upTo, isLast }: FollowStep) => {
    while (at < upTo) {
      const length = readSync(file, chunk, 0, Math.min(chunk.length, upTo - at), at)
      if (length === 0) throw new Error('the file became shorter')
      hash.update(chunk.subarray(0, length))
      at += length
    }
    if (isLast) parentPort?.postMessage(hash.digest('hex'), [])
  })
}

follow(workerData as FollowStart)
