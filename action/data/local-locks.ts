import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { glob } from 'tinyglobby'

import { dataLockFile } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'
import { isLockFile } from '../project/snapshot-name.ts'
import { git, textsOfObjects } from './stores/git.ts'

/**
 * Where it stands → text, of every lock that this clone knows and somebody may come back to: in the working tree, at the tip of
 * each branch and tag, remote ones too, and the newest `keep.data` of the current branch. Of all models of the repository: they
 * may share a store.
 */
export async function readLocalLocks(project: Project): Promise<ReadonlyMap<string, string>> {
  const { folder } = project
  const top = ((await git(folder, ['rev-parse', '--show-toplevel']).catch(() => undefined)) ?? '').trim() || folder
  const ignore = ['**/node_modules/**', '**/.plumbline/**', '**/.git/**']
  const here = await glob([`**/${dataLockFile}`, '**/snapshots/*.lock.yaml'], { cwd: top, dot: true, ignore })
  const texts = new Map<string, string>()
  for (const path of here) texts.set(path, await readFile(join(top, path), 'utf8'))
  const isRepository = (await git(folder, ['rev-parse', '--git-dir']).catch(() => undefined)) !== undefined
  if (top === folder && !isRepository) return texts
  const names = [...(await namesAtTips(top)), ...(await namesInHistory(project))]
  return new Map([...texts, ...(await textsOfObjects(top, names))])
}

/** `<commit>:<path>` of each lock at the tip of each branch and tag, remote ones too. */
async function namesAtTips(top: string): Promise<string[]> {
  const refs =
    (await git(top, ['for-each-ref', '--format=%(refname)', 'refs/heads', 'refs/tags', 'refs/remotes'])) ?? ''
  const names = new Set<string>()
  for (const ref of refs.split('\n').filter(Boolean)) {
    const files = ((await git(top, ['ls-tree', '-r', '-z', '--name-only', ref])) ?? '').split('\0')
    for (const path of files.filter(isLockFile)) names.add(`${ref}:${path}`)
  }
  return [...names]
}

/** The newest of the current branch, of each model in the repository. */
async function namesInHistory({ folder, keep }: Project): Promise<string[]> {
  const top = ((await git(folder, ['rev-parse', '--show-toplevel'])) ?? '').trim()
  const tracked = ((await git(top, ['ls-files', '-z'])) ?? '').split('\0').filter(isLockFile)
  const names: string[] = []
  for (const path of tracked) {
    const commits =
      (await git(top, ['log', '--no-renames', `--max-count=${keep.data}`, '--format=%H', '--', path])) ?? ''
    names.push(
      ...commits
        .split('\n')
        .filter(Boolean)
        .map((commit) => `${commit}:${path}`),
    )
  }
  return names
}
