import { randomUUID } from 'node:crypto'
import { link, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { Fault } from './fault.ts'
import { isProcessAlive } from './is-process-alive.ts'

interface Holder {
  readonly token: string
  readonly pid: number
  readonly host: string
}

export interface LockTerms {
  /** No work under this lock takes longer; an older one belongs to a process that is gone, or to one that hangs. */
  readonly longestMs: number
  /** How long to wait for it. */
  readonly patienceMs: number
  /** Ends the waiting. */
  readonly signal?: AbortSignal
}

/** Of a lock that Plumbline did not write: only its age can free it. */
const unknown: Holder = { token: 'unreadable', pid: 0, host: '' }
const heldHere = new Set<string>()

/**
 * Runs `work` while no other process (and no other caller in this one) runs work under the same path.
 * A lock whose holder died is taken over; one that stays held throws the fault `locked`.
 */
export async function withExclusiveLock<T>(path: string, terms: LockTerms, work: () => Promise<T>): Promise<T> {
  const holder: Holder = { token: randomUUID(), pid: process.pid, host: hostname() }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  heldHere.add(holder.token)
  try {
    if ((await acquire(path, holder, terms)) === 'taken over') await forgetTakeovers(path)
    try {
      return await work()
    } finally {
      if ((await readHolder(path))?.token === holder.token) await rm(path, { force: true })
    }
  } finally {
    heldHere.delete(holder.token)
  }
}

async function acquire(path: string, holder: Holder, terms: LockTerms): Promise<'free' | 'taken over'> {
  const { patienceMs, signal } = terms
  let found: 'free' | 'taken over' = 'free'
  const deadline = Date.now() + patienceMs
  for (let waitMs = 2; ; waitMs = Math.min(waitMs * 1.5, 50)) {
    if (await createWhole(path, holder)) return found
    const other = await readHolder(path)
    if (other && (await isAbandoned(path, other, terms))) {
      await removeAbandoned(path, other, holder, terms)
      found = 'taken over'
    } else if (Date.now() > deadline) {
      throw new Fault(
        'locked',
        `Cannot take the lock "${path}": process ${other?.pid ?? 'unknown'} holds it; expected it free within ${patienceMs / 1000} s`,
        { remedy: 'End that process, or delete the file if there is none.' },
      )
    }
    await sleep(waitMs + Math.random() * waitMs, undefined, { ...(signal && { signal }) })
  }
}

/**
 * Of all processes that find the same dead holder, one may remove its lock: who creates `<path>.<token>.<n>` first.
 * If that one dies too, the next n decides. So a lock that somebody acquired meanwhile is never removed.
 */
async function removeAbandoned(path: string, dead: Holder, remover: Holder, terms: LockTerms): Promise<void> {
  for (let round = 0; ; round++) {
    const right = `${path}.${dead.token}.${round}`
    if (await createWhole(right, remover)) {
      if ((await readHolder(path))?.token === dead.token) await rm(path, { force: true })
      return
    }
    const other = await readHolder(right)
    if (!other || !(await isAbandoned(right, other, terms))) return
  }
}

/** Who was to remove a dead holder's lock is of no interest once the lock has another holder: removing looks at that first. */
async function forgetTakeovers(path: string): Promise<void> {
  const ofThis = `${basename(path)}.`
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(ofThis) || !/^[0-9a-z-]+\.\d+$/.test(name.slice(ofThis.length))) continue
    await rm(join(dirname(path), name), { force: true })
  }
}

/** Creates the file with its content in one step; false where it exists. */
async function createWhole(path: string, holder: Holder): Promise<boolean> {
  const draft = `${path}.${randomUUID()}.draft`
  await writeFile(draft, JSON.stringify(holder))
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const holder: unknown = JSON.parse(await readFile(path, 'utf8'))
    return isHolder(holder) ? holder : unknown
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? undefined : unknown
  }
}

function isHolder(value: unknown): value is Holder {
  if (typeof value !== 'object' || value === null) return false
  return 'token' in value && typeof value.token === 'string' && 'pid' in value && 'host' in value
}

async function isAbandoned(path: string, holder: Holder, { longestMs }: LockTerms): Promise<boolean> {
  if (holder.host === hostname() && holder.pid > 0) {
    if (holder.pid === process.pid) return !heldHere.has(holder.token)
    if (!isProcessAlive(holder.pid)) return true
  }
  const changed = await stat(path).catch(() => undefined)
  return changed !== undefined && Date.now() - changed.mtimeMs > longestMs
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
