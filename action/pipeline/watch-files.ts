import { lstat } from 'node:fs/promises'
import { join } from 'node:path'

import { dataLockFile } from '../project/data-lock.ts'
import type { DeclaredRun } from './declare-run.ts'

/** Of so many files it is seen whether they change; looking at more would take longer than many a stage. */
const mostFiles = 5000
const filesAtOnce = 64

/** The files that a run is made of, small ones first; what is ignored by git and no data is none of them. */
export function watchedFiles({ project, lock, reads }: DeclaredRun): readonly string[] {
  const { features, environment, data } = project
  const named = [
    project.file,
    dataLockFile,
    features.sql,
    ...data.sources.map(({ contract }) => contract),
    ...(environment.python === undefined ? [] : [environment.python]),
  ]
  const code = [...reads.values()].flatMap((files) => Object.keys(files))
  const pinned = Object.values(lock.sections).flatMap((entries) => entries.map(({ path }) => path))
  return [...new Set([...named, ...code, ...pinned])]
}

/** Path → what tells that a file is as it was; null where there is none. */
export type FileMarks = ReadonlyMap<string, string | null>

/** Size, time of the last change and identity of the first few thousand files; opens none. */
export async function markFiles(folder: string, paths: Iterable<string>): Promise<FileMarks> {
  const watched = [...new Set(paths)].slice(0, mostFiles)
  const marks = new Map<string, string | null>()
  for (let next = 0; next < watched.length; next += filesAtOnce) {
    const batch = watched.slice(next, next + filesAtOnce)
    const found = await Promise.all(batch.map((path) => lstat(join(folder, path)).catch(() => undefined)))
    for (const [index, path] of batch.entries()) {
      const file = found[index]
      marks.set(path, file ? [file.size, file.mtimeMs, file.ino, file.mode].join(' ') : null)
    }
  }
  return marks
}

/** Pure: the files that were changed, removed or made in between. */
export function changedMarks(before: FileMarks, after: FileMarks): readonly string[] {
  return [...before].filter(([path, mark]) => after.get(path) !== mark).map(([path]) => path)
}
