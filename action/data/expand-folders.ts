import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { glob } from 'tinyglobby'

import { Fault } from '../base/fault.ts'
import { formatOf, knownEndings } from './source-file.ts'

/**
 * Folders among the patterns as globs of the data files that they hold; every other pattern as it stands.
 * Throws `data/no-files` where a folder holds none, and `data/several-endings` where it is not clear which are meant.
 */
export async function expandFolders(
  folder: string,
  patterns: readonly string[],
  advise = (pattern: string) => `Say which: --data '${pattern}', or give --data twice.`,
): Promise<readonly string[]> {
  return await Promise.all(patterns.map((pattern) => expandFolder(folder, pattern, advise)))
}

async function expandFolder(root: string, pattern: string, advise: (pattern: string) => string): Promise<string> {
  const place = pattern.replace(/\/+$/, '')
  const isFolder = await stat(join(root, place)).then(
    (found) => found.isDirectory(),
    () => false,
  )
  // What leads out of the folder is refused where the files are looked for.
  if (!isFolder || place.split('/').includes('..')) return pattern
  const names = await glob('**/*', { cwd: join(root, place), onlyFiles: true, expandDirectories: false })
  const data = names.filter((name) => formatOf(name) !== undefined)
  const endings = [...new Set(data.map(endingOf))].sort()
  const prefix = place === '' || place === '.' ? '' : `${escaped(place)}/`
  const globs = endings.map((ending) => {
    const isDeep = data.some((name) => endingOf(name) === ending && name.includes('/'))
    return `${prefix}${isDeep ? '**/' : ''}*.${ending}`
  })
  const [first, second] = globs
  if (first === undefined) {
    throw new Fault(
      'data/no-files',
      `Cannot read "${pattern}": the folder holds no data file; expected ${knownEndings}`,
      {
        remedy: 'Name the folder that holds the files.',
      },
    )
  }
  if (second === undefined) return first
  throw new Fault(
    'data/several-endings',
    `Cannot read "${pattern}": the folder holds files of several endings (${endings.join(', ')}); expected one`,
    { remedy: advise(first) },
  )
}

function endingOf(name: string): string {
  return /\.([a-z]+(\.(gz|zst))?)$/i.exec(name)?.[1] ?? ''
}

function escaped(place: string): string {
  return place.replace(/[[\]{}()!*?]/g, '\\$&')
}
