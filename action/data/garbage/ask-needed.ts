import { Fault } from '../../base/fault.ts'
import { sha256 } from '../../base/sha256.ts'
import type { GitHubClient } from '../../github/client.ts'
import { listOpenPulls } from '../../github/pulls.ts'
import { downloadAsset, listReleases } from '../../github/releases.ts'
import { readRepository } from '../../github/repository.ts'
import { dataLockFile, readDataLock } from '../../project/data-lock.ts'
import type { Project } from '../../project/project.ts'
import { isLockFile } from '../../project/snapshot-name.ts'
import { readLocalLocks } from '../local-locks.ts'
import { git } from '../stores/git.ts'
import { unreadableLock } from '../unreadable-lock.ts'
import type { AskNeeded } from './collect-remote.ts'
import { type Mirror, openMirror } from './mirror-repository.ts'

/**
 * Which digests the locks name that anybody may come back to: here, at the tip of every branch and tag and of every open pull
 * request (forks' too), of every release, and the newest `keep.data` of the default branch. Throws where one cannot be seen
 * (`store/unseen-branches`) or read (`store/unreadable-lock`).
 */
export async function openNeeded(
  project: Project,
  client: GitHubClient,
  signal?: AbortSignal,
): Promise<AsyncDisposable & { readonly ask: AskNeeded }> {
  await refuseOtherRemotes(project.folder, client)
  const mirror = await openMirror(client.connection)
  const texts = new Map<string, ReadonlySet<string>>()
  let remote: readonly string[] = []

  const ask = async () => {
    const pulls = await listOpenPulls(client)
    if (await mirror.refresh(pulls, signal)) {
      remote = await remoteLocks(mirror, (await readRepository(client)).defaultBranch, project.keep.data)
    }
    const names = [...remote, ...(await readReleased()), ...(await readHere())]
    const digests = new Set(names.flatMap((name) => [...(texts.get(name) ?? [])]))
    return { digests, locks: names.length }
  }
  return { ask, [Symbol.asyncDispose]: () => mirror[Symbol.asyncDispose]() }

  function keep(where: string, text: string): string {
    const name = sha256(text)
    if (texts.has(name)) return name
    const lock = readDataLock(where, text)
    if (!lock.ok) throw unreadableLock(where, lock.diagnostics[0]?.line ?? 1)
    texts.set(name, new Set(Object.values(lock.value.sections).flatMap((entries) => entries.map((one) => one.sha256))))
    return name
  }

  async function readHere(): Promise<readonly string[]> {
    return [...(await readLocalLocks(project))].map(([where, text]) => keep(where, text))
  }

  async function remoteLocks(of: Mirror, branch: string, newest: number): Promise<readonly string[]> {
    const { folder } = of
    const found: string[] = []
    const refs = ((await git(folder, ['for-each-ref', '--format=%(refname)'])) ?? '').split('\n').filter(Boolean)
    const names = new Map<string, string>()
    const onDefault: string[] = []
    for (const ref of refs) {
      const listed = await git(folder, ['ls-tree', '-r', '-z', '--name-only', ref])
      // A tag may name a blob, in which no lock lies.
      const paths = (listed ?? '').split('\0').filter(isLockFile)
      for (const path of paths) names.set(`${ref}:${path}`, placeName(ref, path))
      if (ref === `refs/heads/${branch}`) onDefault.push(...paths)
    }
    for (const path of onDefault) {
      const ref = `refs/heads/${branch}`
      const log = await git(folder, ['log', '--no-renames', `--max-count=${newest}`, '--format=%H', ref, '--', path])
      for (const commit of (log ?? '').split('\n').filter(Boolean)) {
        names.set(`${commit}:${path}`, `${placeName(ref, path)} at ${commit.slice(0, 8)}`)
      }
    }
    const read = await of.texts([...names.keys()])
    for (const [name, shown] of names) {
      const text = read.get(name)
      // A commit that removed the file lists it, too.
      if (text !== undefined) found.push(keep(shown, text))
      else if (name.startsWith('refs/')) throw unreadableLock(shown, 1)
    }
    return found
  }

  /** A release keeps its lock also where its tag is gone. */
  async function readReleased(): Promise<readonly string[]> {
    const found: string[] = []
    for (const release of await listReleases(client)) {
      for (const asset of release.assets.filter(({ name, isWhole }) => isWhole && name === dataLockFile)) {
        if (asset.sha256 !== null && texts.has(asset.sha256)) found.push(asset.sha256)
        else {
          const text = Buffer.from(await downloadAsset(client, asset)).toString()
          found.push(keep(`${dataLockFile} of the release ${release.tag}`, text))
        }
      }
    }
    return found
  }
}

function placeName(ref: string, path: string): string {
  const pull = /^refs\/pull\/(\d+)\//.exec(ref)?.[1]
  if (pull !== undefined) return `${path} of pull request #${pull}`
  return ref.startsWith('refs/tags/') ? `${path} of tag ${ref.slice(10)}` : `${path} of branch ${ref.slice(11)}`
}

/** The embedded GitHub knows nothing of branches that were pushed elsewhere, and a fork nothing of what it was forked from. */
async function refuseOtherRemotes(folder: string, { connection }: GitHubClient): Promise<void> {
  const listed = (await git(folder, ['remote', '--verbose']).catch(() => undefined)) ?? ''
  const own = connection.gitUrl.replace(/\.git$/, '').toLowerCase()
  const [, host = '', path = ''] = /^[a-z+]+:\/\/([^/]+)\/(.*)$/.exec(own) ?? []
  for (const line of listed.split('\n').filter(Boolean)) {
    const [name = '', url = ''] = line.split(/\s+/)
    const plain = url.replace(/\.git\/?$/, '').toLowerCase()
    const [, at = '', where = ''] = /^(?:[a-z+]+:\/\/)?(?:[^@/]*@)?([^/]+?)[:/]\/?(.*)$/.exec(plain) ?? []
    if (plain === own || (at === host && where === path)) continue
    throw new Fault(
      'store/unseen-branches',
      `Cannot tell which bytes are needed: the branches of the remote "${name}" are not seen, for ${connection.isEmbedded ? 'the embedded GitHub' : `"${connection.owner}/${connection.repository}"`} is asked; expected every remote to be the repository that is asked`,
      {
        remedy: connection.isEmbedded
          ? 'Ask GitHub: --github https://api.github.com, with GITHUB_TOKEN and GITHUB_REPOSITORY=owner/name set.'
          : `Where that is the same repository, say so: git remote set-url ${name} ${connection.gitUrl}; else run it in a clone without that remote.`,
        stays: 'nothing was removed',
      },
    )
  }
}
