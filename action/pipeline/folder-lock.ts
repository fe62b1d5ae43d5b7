import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'

import { isProcessAlive } from './is-process-alive.ts'

/** Runs work that only one process may do at a time; a lock whose process is gone is taken over. */
export async function withFolderLock(path: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  while (!(await take(path))) {
    if (await isAbandoned(path)) await rm(path, { force: true })
    else await setTimeout(200, undefined, { signal })
  }
  try {
    await work()
  } finally {
    await rm(path, { force: true })
  }
}

async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx')
    await file.writeFile(String(process.pid))
    await file.close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const pid = Number(await readFile(path, 'utf8').catch(() => ''))
  return pid > 0 && !isProcessAlive(pid)
}
