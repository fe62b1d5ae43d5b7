import { realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'

import type { Diagnostic } from '../base/diagnostic.ts'
import { foreignOwnFolder, ownFolder } from '../base/own-folder.ts'

/** What is wrong with where files lie: those that are read must be inside the folder, and `.plumbline` Plumbline's own. */
export async function checkPlaces(folder: string, file: string, paths: readonly string[]): Promise<Diagnostic[]> {
  const found: Diagnostic[] = []
  const add = (code: string, message: string, remedy: string) =>
    found.push({ code, file, line: 1, column: 1, message, remedy })
  for (const path of paths) {
    if (await leadsOutside(folder, path)) {
      const message = `Cannot read "${path}": it links to a file outside the folder of ${file}; expected one inside`
      add('project/linked-outside', message, 'Copy the file into the folder.')
    }
  }
  const state = await foreignOwnFolder(folder)
  if (state !== undefined) {
    const message = `Cannot use "${ownFolder}": it ${state}; expected a folder that Plumbline made here`
    const remedy =
      state === 'is committed'
        ? `git rm -r --cached ${ownFolder}, add ${ownFolder}/ to .gitignore, and remove the folder.`
        : 'Remove it.'
    add('project/own-folder', message, remedy)
  }
  return found
}

async function leadsOutside(folder: string, path: string): Promise<boolean> {
  const real = await realpath(join(folder, path)).catch(() => undefined)
  if (real === undefined) return false
  const place = relative(await realpath(folder), real)
  return place === '..' || place.startsWith(`..${sep}`) || isAbsolute(place)
}
