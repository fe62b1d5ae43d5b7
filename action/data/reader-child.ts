import { mkdirSync, rmSync } from 'node:fs'
import { Fault } from '../base/fault.ts'
import { type Engine, openEngine } from './engine.ts'
import { openInMemory } from './load-duckdb.ts'
import type { ReaderAnswer, ReaderRequest } from './reader-messages.ts'

/**
 * Entry of the child process that reads files that nobody vouches for. Its argument is a `duckdb.node`; it answers
 * numbered requests until its parent is gone.
 */
const [, , nativeFile = ''] = process.argv
let engine: Promise<Engine> | undefined
let tempFolder: string | undefined

// The terminal's signals reach the whole group; the parent decides when this process ends.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
process.on('disconnect', () => {
  if (tempFolder !== undefined) rmSync(tempFolder, { recursive: true, force: true })
  // Leaving under a running statement would wait for it.
  process.kill(process.pid, 'SIGKILL')
})
process.on('message', (message: { readonly id: number; readonly request: ReaderRequest }) => {
  void answer(message.request).then((made) => process.send?.({ id: message.id, answer: made }))
})
// Opened before anything is asked for, while the parent reads the project; whoever opens it is told what is wrong with it.
const instance = openInMemory(nativeFile)
instance.catch(() => {})

async function answer(request: ReaderRequest): Promise<ReaderAnswer> {
  try {
    return { kind: 'made', value: await make(request) }
  } catch (error) {
    if (error instanceof Fault) {
      return { kind: 'fault', code: error.code, message: error.message, remedy: error.remedy }
    }
    return { kind: 'refused', message: error instanceof Error ? error.message : String(error) }
  }
}

async function make(request: ReaderRequest): Promise<unknown> {
  if (request.kind === 'open') {
    tempFolder = request.options.tempFolder
    keepPrivate(tempFolder)
    engine = openEngine({ nativeFile, isLocked: true, instance, ...request.options })
    await engine
    return undefined
  }
  const opened = await engine
  if (!opened) throw new Error('A statement came before the engine was opened')
  if (request.kind === 'repeated') return await opened.repeated(request.selects, request.expected)
  if (request.kind === 'compared') return await opened.compared(request.asked)
  if (request.kind === 'blocked') return await opened.blocked(request.asked)
  if (request.kind === 'tallied') return await opened.tallied(request.asked)
  return await opened[request.kind](request.sql, request.values)
}

/** What does not fit in memory is written there, and is nobody else's. */
function keepPrivate(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch {
    // Whoever needs it is told.
  }
}
