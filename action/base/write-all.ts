import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Writes several files so that none is ever seen in part, and none at all where one cannot be written: every byte is on
 * the disk under another name before the first file gets its own.
 */
export async function writeAll(files: ReadonlyMap<string, string | Uint8Array>): Promise<void> {
  const drafts = new Map<string, string>()
  try {
    for (const [path, content] of files) {
      await mkdir(dirname(path), { recursive: true })
      const draft = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.draft`
      drafts.set(path, draft)
      const file = await open(draft, 'w')
      try {
        await file.writeFile(content)
        await file.sync()
      } finally {
        await file.close()
      }
    }
    for (const [path, draft] of drafts) await rename(draft, path)
  } catch (error) {
    await Promise.all([...drafts.values()].map((draft) => rm(draft, { force: true })))
    throw error
  }
}
