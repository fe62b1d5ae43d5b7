import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Bytes of all files at or below a path; 0 where there is none. Links count as themselves. */
export async function folderBytes(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined)
  if (!found) return 0
  if (!found.isDirectory()) return found.size
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => !entry.isDirectory())
  const sizes = await Promise.all(
    files.map(async (entry) => (await lstat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
