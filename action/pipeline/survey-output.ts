import type { Stats } from 'node:fs'
import { chmod, lstat, readdir, realpath } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

/** What a stage left at an output's place. */
export type OutputSurvey =
  /** Bytes that have no other name. */
  | { readonly kind: 'own' }
  /** Bytes that another name leads to as well: who writes there changes them here. */
  | { readonly kind: 'shared' }
  | { readonly kind: 'empty' }
  /** At this path stands neither a file nor a folder, or a link leads out of the stage's folder on the way to it. */
  | { readonly kind: 'foreign'; readonly path: string }

const filesAtOnce = 32

/**
 * Looks at a file, or at all below a folder, and opens nothing, as a pipe would never end. What the stage took from
 * itself is given back: the right to read its files and to change its folders.
 */
export async function surveyOutput(root: string, path: string): Promise<OutputSurvey> {
  const place = relative(root, await realpath(path).catch(() => path))
  if (place === '..' || place.startsWith(`..${sep}`)) return { kind: 'foreign', path }
  const own = await lstat(path)
  if (!own.isDirectory()) return await surveyFile(path, own)

  let [isEmpty, isShared] = [true, false]
  const folders = [path]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    await permit(folder, await lstat(folder), 0o700)
    const files: string[] = []
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      isEmpty = false
      const at = join(folder, entry.name)
      if (entry.isDirectory()) folders.push(at)
      else if (entry.isFile()) files.push(at)
      else return { kind: 'foreign', path: at }
    }
    for (let next = 0; next < files.length; next += filesAtOnce) {
      const batch = files.slice(next, next + filesAtOnce)
      const surveys = await Promise.all(batch.map(async (file) => await surveyFile(file, await lstat(file))))
      isShared ||= surveys.some(({ kind }) => kind === 'shared')
    }
  }
  return { kind: isEmpty ? 'empty' : isShared ? 'shared' : 'own' }
}

async function surveyFile(path: string, file: Stats): Promise<OutputSurvey> {
  if (!file.isFile()) return { kind: 'foreign', path }
  await permit(path, file, 0o400)
  return { kind: file.nlink > 1 ? 'shared' : 'own' }
}

async function permit(path: string, { mode }: Stats, right: number): Promise<void> {
  if ((mode & right) !== right) await chmod(path, mode | right)
}
