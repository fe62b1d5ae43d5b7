import { join } from 'node:path'

import { ownFolder } from '../base/own-folder.ts'

/** Held by the one run that goes on in a folder, and by what removes results of it. */
export function runLock(folder: string): string {
  return join(folder, ownFolder, 'run.lock')
}
