import { setTimeout as wait } from 'node:timers/promises'

import { Fault } from '../base/fault.ts'
import { readPinned } from '../data/pin-snapshot.ts'
import { git } from '../data/stores/git.ts'
import { openStore } from '../data/stores/store.ts'
import type { Project } from '../project/project.ts'
import type { ObservedStore } from './observed.ts'

/** Asks the store which of the pinned files it has, by name and size, and no longer than `timeoutMs`; reads no bytes. */
export async function probeStore(project: Project, timeoutMs: number, signal: AbortSignal): Promise<ObservedStore> {
  const { kind } = project.data.store
  const isShallow = (await git(project.folder, ['rev-parse', '--is-shallow-repository'], signal))?.trim() === 'true'
  return { kind, isShallow, probe: await probe(project, timeoutMs, signal) }
}

async function probe(project: Project, timeoutMs: number, signal: AbortSignal): Promise<ObservedStore['probe']> {
  const lock = await readPinned(project)
  if (!lock) return { kind: 'no lock' }
  if (!lock.ok) {
    const [first] = lock.diagnostics
    return {
      kind: 'failed',
      message: first?.message ?? 'data.lock.yaml cannot be read',
      remedy: first?.remedy ?? 'plumbline snapshot',
    }
  }
  const entries = Object.values(lock.value.sections).flat()
  const over = new AbortController()
  const late = wait(timeoutMs, 'timed out' as const, { signal: AbortSignal.any([signal, over.signal]) })
  late.catch(() => undefined)
  try {
    const held = await Promise.race([ask(project, entries), late])
    if (held === 'timed out') return { kind: 'timed out', afterMs: timeoutMs }
    return { kind: 'answered', pinned: entries.length, held: entries.filter(({ sha256 }) => held.has(sha256)).length }
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'interrupted') throw error
    return { kind: 'failed', message: error.message, remedy: error.remedy }
  } finally {
    over.abort()
  }
}

/** Opening a store may already fail, where its settings do not do. */
async function ask(project: Project, entries: Parameters<ReturnType<typeof openStore>['held']>[0]) {
  return await openStore(project).held(entries)
}
