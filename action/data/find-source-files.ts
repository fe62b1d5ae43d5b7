import * as fs from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { glob } from 'tinyglobby'
import { Fault } from '../base/fault.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { DeclaredEncoding } from '../project/project.ts'
import { stateOf } from './file-state.ts'
import { declaredEncoding, formatOf, knownEndings, type SourceFile } from './source-file.ts'

/**
 * The data files that the globs name, sorted by path, each once, with the encoding that plumbline.yaml gives CSV files.
 * Throws `data/no-files` where a glob finds none, `data/outside-folder` where one leads out of the folder, also by a
 * symbolic link, and `data/unknown-format`.
 */
export async function findSourceFiles(
  folder: string,
  globs: readonly string[],
  encoding?: DeclaredEncoding,
): Promise<readonly SourceFile[]> {
  const root = await realpath(folder)
  const realFolder = onceEach(fs.realpathSync.native)
  const found = new Map<string, SourceFile>()
  for (const pattern of globs) {
    refuseOutside(pattern)
    const paths = await glob(pattern.normalize('NFC').replace(/^\.\//, ''), globOptions(root))
    if (paths.length === 0) throw await nothingFound(root, pattern)
    for (const path of paths) {
      const file = sourceFile(root, path, realFolder)
      found.set(file.path, { ...file, ...declaredEncoding(file.path, encoding) })
    }
  }
  return [...found.values()].sort((a, b) => byText(a.path, b.path))
}

/** By UTF-16 code units, the same on every machine. */
function byText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** A glob leaves out links to nothing, such as git-annex and DVC make, and then their rows would be missing silently. */
const withBrokenLinks = {
  stat(path: string, done: (error: Error | null, found: fs.Stats) => void): void {
    fs.stat(path, (error, found) => {
      if (error) fs.lstat(path, done)
      else done(null, found)
    })
  },
  realpath(path: string, done: (error: Error | null, real: string) => void): void {
    fs.realpath(path, (error, real) => {
      done(null, error ? path : real)
    })
  },
} as Partial<typeof fs>

function globOptions(root: string) {
  return {
    cwd: root,
    dot: false,
    onlyFiles: true,
    followSymbolicLinks: true,
    expandDirectories: false,
    fs: withBrokenLinks,
  } as const
}

/** Files lie many to a folder, so that its links are followed once. */
function onceEach(find: (path: string) => string): (path: string) => string {
  const found = new Map<string, string>()
  return (path) => {
    const answer = found.get(path) ?? find(path)
    found.set(path, answer)
    return answer
  }
}

/** Nothing is awaited: ten thousand answers of the pool take ten times as long. */
function sourceFile(root: string, found: string, realFolder: (path: string) => string): SourceFile {
  const absolutePath = join(root, found)
  const path = (sep === '/' ? found : found.split(sep).join('/')).normalize('NFC')
  const own = fs.lstatSync(absolutePath, { bigint: true })
  const target = own.isSymbolicLink() ? realTarget(absolutePath) : realFolder(dirname(absolutePath))
  if (target === undefined) {
    throw new Fault('data/broken-link', `Cannot read "${path}": it links to nothing; expected a file`, {
      remedy: 'Fetch what it links to (git annex get, dvc pull), or remove the link.',
    })
  }
  const real = relative(root, target)
  if (real === '..' || real.startsWith(`..${sep}`) || isAbsolute(real)) {
    throw new Fault(
      'data/outside-folder',
      `Cannot read "${path}": it links out of the folder; expected a file inside`,
      {
        remedy: 'Copy the file into the folder of plumbline.yaml, or move plumbline.yaml up.',
      },
    )
  }
  if (/\p{Cc}|\\/u.test(path)) {
    const state = 'its name holds a control character or a backslash'
    throw new Fault('data/bad-path', `Cannot read ${JSON.stringify(path)}: ${state}; expected none`, {
      remedy: 'Rename the file.',
    })
  }
  if (!formatOf(path)) {
    throw new Fault('data/unknown-format', `Cannot read "${path}": its ending is unknown; expected ${knownEndings}`, {
      remedy: 'Convert the file, or narrow the glob under data: so that it names data files alone.',
    })
  }
  const stats = own.isSymbolicLink() ? fs.statSync(absolutePath, { bigint: true }) : own
  return { path, absolutePath, bytes: Number(stats.size), state: stateOf(stats) }
}

/** Undefined where a link leads to nothing. */
function realTarget(link: string): string | undefined {
  try {
    return fs.realpathSync.native(link)
  } catch {
    return undefined
  }
}

function refuseOutside(pattern: string): void {
  const isOutside = isAbsolute(pattern) || /^[a-z]:/i.test(pattern) || pattern.split(/[\\/]/).includes('..')
  if (!isOutside) return
  throw new Fault(
    'data/outside-folder',
    `Cannot read "${pattern}": it leads out of the folder; expected a path inside`,
    {
      remedy: 'Name files in the folder of plumbline.yaml, relative to it.',
    },
  )
}

async function nothingFound(root: string, pattern: string): Promise<Fault> {
  if (await isFolder(join(root, pattern))) {
    return new Fault('data/no-files', `Cannot read "${pattern}": it is a folder; expected files`, {
      remedy: `Write which of its files: "${pattern.replace(/\/$/, '')}/*.csv" or "${pattern.replace(/\/$/, '')}/**/*.parquet".`,
    })
  }
  const near = await nearName(root, pattern)
  return new Fault('data/no-files', `Cannot read "${pattern}": no file matches; expected at least one`, {
    remedy: near
      ? `Did you mean "${near}"? Mend the glob, or put the files where it says.`
      : 'Mend the glob, or put the files where it says.',
  })
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

/** The first part of the pattern that is not there, with the name beside it that is most like it. */
async function nearName(root: string, pattern: string): Promise<string | undefined> {
  const parts = pattern.replace(/^\.\//, '').split('/')
  let folder = root
  for (const [index, part] of parts.entries()) {
    const names = await readdir(folder).catch((): string[] => [])
    if (names.includes(part)) {
      folder = join(folder, part)
      continue
    }
    const isLast = index === parts.length - 1
    const visible = names.filter((name) => !name.startsWith('.') && (!isLast || formatOf(name) !== undefined))
    const near = nearestName(part, visible) ?? sameStem(part, visible)
    return near && [...parts.slice(0, index), near, ...(isGlob(part) ? [] : parts.slice(index + 1))].join('/')
  }
  return undefined
}

/** For `*.csv` a name that at least is a data file; for `a.csv` the same name with another ending. */
function sameStem(part: string, names: readonly string[]): string | undefined {
  const stem = part.split('.')[0] ?? ''
  if (isGlob(part)) return names.find((name) => formatOf(name) && name.startsWith(stem.replace(/[*?[{].*$/, '')))
  return names.find((name) => name.split('.')[0] === stem)
}

function isGlob(part: string): boolean {
  return /[*?[\]{}()!]/.test(part)
}
