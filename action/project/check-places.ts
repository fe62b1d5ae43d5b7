import { realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'

import type { Diagnostic } from '../base/diagnostic.ts'
import { foreignOwnFolder, ownFolder } from '../base/own-folder.ts'

/** What is wrong with where files lie that are read: they must be inside the folder. */
export async function checkPlaces(folder: string, file: string, paths: readonly string[]): Promise<Diagnostic[]> {
  const found: Diagnostic[] = []
  for (const path of paths) {
    if (!(await leadsOutside(folder, path))) continue
    const message = `Cannot read "${path}": it links to a file outside the folder of ${file}; expected one inside`
    const remedy = 'Copy the file into the folder.'
    found.push({ code: 'project/linked-outside', file, line: 1, column: 1, message, remedy })
  }
  return found
}

/** What is wrong with `.plumbline`, which must be Plumbline's own. */
export async function checkOwnFolder(folder: string, file: string): Promise<Diagnostic[]> {
  const state = await foreignOwnFolder(folder)
  if (state === undefined) return []
  const message = `Cannot use "${ownFolder}": it ${state}; expected a folder that Plumbline made here`
  const remedy =
    state === 'is committed'
      ? `git rm -r --cached ${ownFolder}, add ${ownFolder}/ to .gitignore, and remove the folder.`
      : 'Remove it.'
  return [{ code: 'project/own-folder', file, line: 1, column: 1, message, remedy }]
}

async function leadsOutside(folder: string, path: string): Promise<boolean> {
  const real = await realpath(join(folder, path)).catch(() => undefined)
  if (real === undefined) return false
  const place = relative(await realpath(folder), real)
  return place === '..' || place.startsWith(`..${sep}`) || isAbsolute(place)
}
