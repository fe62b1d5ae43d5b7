import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

import { type LocalGitHub, startLocalGitHub } from './start-local-github.ts'
import { readNames } from './state.ts'

/** The embedded GitHub of a repository on this machine, at `.plumbline/github`. It keeps the names of its first use. */
export async function openLocalGitHub(repositoryFolder: string): Promise<LocalGitHub> {
  const own = join(repositoryFolder, '.plumbline')
  const folder = join(own, 'github')
  await keepOutOfGit(own)
  const repository = basename(repositoryFolder).replace(/[^A-Za-z0-9._-]+/g, '-') || 'repository'
  const names = (await readNames(folder)) ?? { owner: 'local', repository }
  return startLocalGitHub({ folder, ...names })
}

/** The repository's root may be above the project whose .gitignore names `.plumbline/`. */
async function keepOutOfGit(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}
