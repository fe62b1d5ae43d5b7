import { readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { isProcessAlive } from '../base/is-process-alive.ts'
import { roomPrefix } from './run-stage.ts'

/** Removes what runs that were killed left behind: a draft and a stage's room are named by their process. */
export async function removeDeadDrafts(folder: string): Promise<void> {
  await removeDead(join(folder, '.plumbline', 'drafts'), /-(\d+)-[0-9a-f]+$/)
  await removeDead(tmpdir(), new RegExp(`^${roomPrefix}(\\d+)-`))
}

async function removeDead(folder: string, named: RegExp): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = Number(named.exec(name)?.[1])
    if (!pid || isProcessAlive(pid)) continue
    // Another user's stays: it is not ours to remove.
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined)
  }
}
