import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Plumbline's own folder, the one that holds `action.yml`, `dist/` and `template/`, whether run from source or bundled. */
export function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error('Cannot find Plumbline’s own folder: no package.json above the running file')
    folder = parent
  }
  return folder
}
