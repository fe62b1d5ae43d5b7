import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'

import type { ArtifactStore } from '../../action/github/runner/artifact-store.ts'

/** Artifacts as folders below a folder; a name is used once, as GitHub has it. */
export function folderStore(root: string): ArtifactStore {
  return {
    async upload(name, rootFolder, files) {
      if (existsSync(join(root, name))) throw new Error(`an artifact with the name ${name} exists`)
      for (const file of files) cpSync(file, join(root, name, relative(rootFolder, file)))
      return { digest: '' }
    },
    async download(name, folder) {
      if (!existsSync(join(root, name))) return false
      cpSync(join(root, name), folder, { recursive: true })
      return true
    },
    async list() {
      return readdirSync(root)
    },
    async remove(name) {
      rmSync(join(root, name), { recursive: true })
    },
  }
}
