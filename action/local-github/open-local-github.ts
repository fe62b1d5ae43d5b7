import { basename, join } from 'node:path'

import { type LocalGitHub, startLocalGitHub } from './start-local-github.ts'
import { readNames } from './state.ts'

/** The embedded GitHub of a repository on this machine, at `.plumbline/github`. It keeps the names of its first use. */
export async function openLocalGitHub(repositoryFolder: string): Promise<LocalGitHub> {
  const folder = join(repositoryFolder, '.plumbline', 'github')
  const repository = basename(repositoryFolder).replace(/[^A-Za-z0-9._-]+/g, '-') || 'repository'
  const names = (await readNames(folder)) ?? { owner: 'local', repository }
  return startLocalGitHub({ folder, ...names })
}
