import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { isProcessAlive } from '../base/is-process-alive.ts'
import { draftName, draftsFolder } from './draft-folder.ts'
import { endOrphans } from './end-orphans.ts'
import { roomVariable } from './process-table.ts'
import { removeFolder } from './remove-folder.ts'
import { roomPrefix } from './run-stage.ts'

/**
 * Removes what runs that were killed left behind: a draft and a stage's room are named by their process. What goes on in
 * such a room is ended first.
 */
export async function removeDeadDrafts(folder: string): Promise<void> {
  await removeDead(draftsFolder(folder), draftName)
  await removeDead(tmpdir(), new RegExp(`^${roomPrefix}(\\d+)-`))
}

/** Removes what is named by a process that is no more: the pattern's first group is its id. */
export async function removeDead(folder: string, named: RegExp): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = Number(named.exec(name)?.[1])
    if (!pid || isProcessAlive(pid)) continue
    await endOrphans(roomVariable, join(folder, name))
    // Another user's stays: it is not ours to remove.
    await removeFolder(join(folder, name)).catch(() => undefined)
  }
}
