import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'

const filesAtOnce = 32
/** What the system counts a file's blocks in. */
const blockBytes = 512

/** Bytes on disk of all files below a folder, each file counted once, however many names it has; what goes away meanwhile is none. */
export async function diskUse(folder: string): Promise<number> {
  const linked = new Set<string>()
  let bytes = 0
  const add = async (path: string) => {
    const found = await lstat(path).catch(() => undefined)
    if (!found || (found.nlink > 1 && linked.has(`${found.dev} ${found.ino}`))) return
    if (found.nlink > 1) linked.add(`${found.dev} ${found.ino}`)
    bytes += process.platform === 'win32' ? found.size : found.blocks * blockBytes
  }
  const folders = [folder]
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    const entries = await opendir(at).catch(() => undefined)
    if (!entries) continue
    let files: Promise<void>[] = []
    try {
      for await (const entry of entries) {
        if (entry.isDirectory()) folders.push(join(at, entry.name))
        else files.push(add(join(at, entry.name)))
        if (files.length < filesAtOnce) continue
        await Promise.all(files)
        files = []
      }
    } catch {
      // The folder went away.
    }
    await Promise.all(files)
  }
  return bytes
}
