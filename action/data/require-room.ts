import { statfs } from 'node:fs/promises'

import { Fault } from '../base/fault.ts'

/** Throws `store/no-room` where the disk of a folder has not so many bytes left, before the first of them is fetched. */
export async function requireRoom(folder: string, bytes: number, what: string): Promise<void> {
  const disk = await statfs(folder).catch(() => undefined)
  const free = disk === undefined ? Number.POSITIVE_INFINITY : disk.bavail * disk.bsize
  if (bytes <= free) return
  throw new Fault(
    'store/no-room',
    `Cannot bring the data here: the disk has ${Math.floor(free / 1e6)} MB left; expected ${Math.ceil(bytes / 1e6)} MB for ${what}`,
    { remedy: 'Make room, or move the folder to a larger disk.', stays: 'no byte was fetched' },
  )
}
