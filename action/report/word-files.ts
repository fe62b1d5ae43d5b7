import { formatBytes, formatCount } from './numbers.ts'

/** Files in a few words, however many: a path, `data/landing/*.csv (7 files)`, or `31 files` where they lie in many folders. */
export function wordFileSet(files: readonly string[]): string {
  if (files.length === 1) return files[0] ?? ''
  const sets = new Map<string, string[]>()
  for (const file of files) {
    const pattern = patternOf(file)
    const set = sets.get(pattern)
    if (set) set.push(file)
    else sets.set(pattern, [file])
  }
  if (sets.size > 2) return `${formatCount(files.length)} files`
  return [...sets]
    .map(([pattern, set]) => (set.length === 1 ? (set[0] ?? '') : `${pattern} (${formatCount(set.length)} files)`))
    .join(', ')
}

export function wordFiles(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'file' : 'files'}`
}

/** `3 files (1.2 GB)` */
export function wordReading(files: readonly { readonly bytes: number }[]): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  return `${wordFiles(files.length)} (${formatBytes(bytes)})`
}

/** `data/landing/2025-01.csv.gz` → `data/landing/*.csv.gz` */
function patternOf(path: string): string {
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  const ending = /(?:\.[a-z]+)?\.[a-z0-9]+$/i.exec(path.slice(folder.length))?.[0] ?? ''
  return `${folder}*${ending}`
}
