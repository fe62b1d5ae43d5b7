import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

import { Fault } from '../base/fault.ts'
import { foreignOwnFolder, ownFolder } from '../base/own-folder.ts'
import { type LocalGitHub, type LocalGitHubOptions, startLocalGitHub } from './start-local-github.ts'
import { readNames } from './state.ts'

/** The embedded GitHub of a repository on this machine, at `.plumbline/github`. It keeps the names of its first use. */
export async function openLocalGitHub(
  repositoryFolder: string,
  options: Pick<LocalGitHubOptions, 'port' | 'tell'> = {},
): Promise<LocalGitHub> {
  await refuseForeign(repositoryFolder)
  await keepOutOfGit(join(repositoryFolder, ownFolder))
  const repository = basename(repositoryFolder).replace(/[^A-Za-z0-9._-]+/g, '-') || 'repository'
  const folder = join(repositoryFolder, ownFolder, 'github')
  const names = (await readNames(folder)) ?? { owner: 'local', repository }
  return { ...(await startLocalGitHub({ folder, ...names, ...options })), workFolder: repositoryFolder }
}

/** A repository that brings its own would bring its hooks, its settings and its token. */
async function refuseForeign(repositoryFolder: string): Promise<void> {
  const state = await foreignOwnFolder(repositoryFolder)
  if (state === undefined) return
  throw new Fault(
    'local-github/foreign-folder',
    `Cannot open the embedded GitHub in "${ownFolder}": it ${state}; expected a folder that Plumbline made here`,
    { remedy: `Remove ${ownFolder} from the repository and from this folder, and add it to .gitignore.` },
  )
}

/** The repository's root may be above the project whose .gitignore names `.plumbline/`. */
async function keepOutOfGit(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}
