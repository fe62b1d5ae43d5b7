import { parentPort } from 'node:worker_threads'
import { compareNumberPair, type NumberPair } from './number-pair.ts'

/** Entry of a thread that compares columns of numbers: a pair in memory that is shared comes in, what it comes to goes out. */
parentPort?.on('message', (pair: NumberPair) => parentPort?.postMessage(compareNumberPair(pair), []))
