import { stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { escapePath } from 'tinyglobby'
import { findSourceFiles } from './find-source-files.ts'
import type { SourceFile } from './source-file.ts'

/**
 * The files that somebody names on the command line: one, wherever it lies, or a glob, relative to where it begins.
 * Throws as `findSourceFiles()` does. Their paths are shown as they were named.
 */
export async function findNamedFiles(folder: string, named: string): Promise<readonly SourceFile[]> {
  const path = resolve(folder, named)
  const isThere = await stat(path).then(
    () => true,
    () => false,
  )
  const parts = named.split('/')
  const firstGlob = parts.findIndex((part) => /[*?[\]{}()!]/.test(part))
  if (isThere || firstGlob < 0) {
    const found = await findSourceFiles(dirname(path), [escapePath(basename(path))])
    return found.map((file) => ({ ...file, path: named }))
  }
  const start = parts.slice(0, firstGlob).join('/')
  const found = await findSourceFiles(resolve(folder, start), [parts.slice(firstGlob).join('/')])
  return found.map((file) => ({ ...file, path: start === '' ? file.path : join(start, file.path) }))
}
