import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What processes leave behind that were killed in the middle of a write; nothing reads it. */
const leftovers = [
  { folder: '.', name: /^(state\.json|lock)\..+/ },
  { folder: '.', name: /^repository\.git\..+\.draft$/ },
  { folder: 'assets', name: /\.part$/ },
  { folder: 'repository.git', name: /^index-/ },
] as const

const olderThanMs = 3_600_000

/** Removes what was left more than an hour ago, long after its writer can have been alive. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const { folder: below, name } of leftovers) {
    const names = await readdir(join(folder, below)).catch(() => [])
    for (const path of names.filter((entry) => name.test(entry)).map((entry) => join(folder, below, entry))) {
      const found = await stat(path).catch(() => undefined)
      if (found && Date.now() - found.mtimeMs > olderThanMs) await rm(path, { recursive: true, force: true })
    }
  }
}
