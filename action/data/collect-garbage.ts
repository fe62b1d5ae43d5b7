import { readdir, readFile, rm, rmdir, stat } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { Fault } from '../base/fault.ts'
import { isProcessAlive } from '../base/is-process-alive.ts'
import { dataLockFile, readDataLock } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'
import { isLockFile } from '../project/snapshot-name.ts'
import { glob } from 'tinyglobby'
import { processOfDraft } from './stores/copy-bytes.ts'
import { git, textsOfObjects } from './stores/git.ts'

export interface GarbageOptions {
  /** Only says what would go. */
  readonly isDryRun: boolean
  /** Also of a store that lies outside of this repository. */
  readonly isShared: boolean
  readonly nowMs: number
  readonly signal?: AbortSignal
}

export interface CollectedGarbage {
  /** Locks whose files stay. */
  readonly locks: number
  readonly kept: { readonly files: number; readonly bytes: number }
  /** Needed by no lock, and younger than an hour: a snapshot may be about to pin them. */
  readonly young: number
  /** What went, or would: absolute paths. */
  readonly removed: readonly { readonly path: string; readonly bytes: number }[]
}

const youngMs = 3_600_000

/**
 * Removes from the store of this machine, and from what was fetched, the bytes that no lock needs: none in this working
 * tree, none at the tip of a branch or tag, and none of the newest `keep.data` in the current branch's history.
 * A lock that cannot be read ends it before anything is removed. Each file goes on its own, so that it can be killed anywhere.
 */
export async function collectGarbage(project: Project, options: GarbageOptions): Promise<CollectedGarbage> {
  const { store } = project.data
  const root = store.kind === 'file' ? resolve(project.folder, store.path) : undefined
  if (root !== undefined && !options.isShared)
    await refuseShared(project.folder, root, store.kind === 'file' ? store.path : '')
  const { digests, locks } = await neededDigests(project)

  const kept = { files: 0, bytes: 0 }
  const removed: { path: string; bytes: number }[] = []
  let young = 0
  for (const folder of [...(root === undefined ? [] : [root]), join(project.folder, '.plumbline/data')]) {
    for (const path of await storedFiles(folder)) {
      options.signal?.throwIfAborted()
      const found = await stat(path).catch(() => undefined)
      if (!found?.isFile()) continue
      const name = path.slice(path.lastIndexOf(sep) + 1)
      const pid = processOfDraft(name)
      const isNeeded = pid === undefined ? digests.has(name) : isProcessAlive(pid)
      if (isNeeded) {
        kept.files += 1
        kept.bytes += found.size
      } else if (pid === undefined && options.nowMs - found.mtimeMs < youngMs) young += 1
      else {
        if (!options.isDryRun) await rm(path, { force: true })
        removed.push({ path, bytes: found.size })
      }
    }
    if (!options.isDryRun) await removeEmptyFolders(folder)
  }
  return { locks, kept, young, removed }
}

/** `<2 digits>/<64 digits>`, and drafts of them; whatever else lies there is not ours. */
async function storedFiles(root: string): Promise<string[]> {
  const files: string[] = []
  for (const prefix of await readdir(root).catch((): string[] => [])) {
    if (!/^[0-9a-f]{2}$/.test(prefix)) continue
    for (const name of await readdir(join(root, prefix)).catch((): string[] => [])) {
      const isOurs = name.startsWith(prefix) && /^[0-9a-f]{64}$/.test(name)
      if (isOurs || /^\.?[0-9a-f]{64}\.\d+-[0-9a-f]{8}\.draft$/.test(name)) files.push(join(root, prefix, name))
    }
  }
  return files.sort()
}

async function removeEmptyFolders(root: string): Promise<void> {
  for (const prefix of await readdir(root).catch((): string[] => [])) {
    if (/^[0-9a-f]{2}$/.test(prefix)) await rmdir(join(root, prefix)).catch(() => undefined)
  }
}

/** Of all models of the repository: they may share a store. */
async function neededDigests(project: Project): Promise<{ digests: ReadonlySet<string>; locks: number }> {
  const digests = new Set<string>()
  let locks = 0
  const add = (where: string, text: string) => {
    const lock = readDataLock(where, text)
    if (!lock.ok) throw unreadable(where, lock.diagnostics[0]?.line ?? 1)
    locks += 1
    for (const entries of Object.values(lock.value.sections)) for (const { sha256 } of entries) digests.add(sha256)
  }
  const { folder } = project
  const top = ((await git(folder, ['rev-parse', '--show-toplevel']).catch(() => undefined)) ?? '').trim() || folder
  const ignore = ['**/node_modules/**', '**/.plumbline/**', '**/.git/**']
  const here = await glob([`**/${dataLockFile}`, '**/snapshots/*.lock.yaml'], { cwd: top, dot: true, ignore })
  for (const path of here) add(path, await readFile(join(top, path), 'utf8'))
  if (top === folder && (await git(folder, ['rev-parse', '--git-dir']).catch(() => undefined)) === undefined) {
    return { digests, locks }
  }

  const names = [...(await namesAtTips(top)), ...(await namesInHistory(project))]
  const texts = await textsOfObjects(top, names)
  for (const [name, text] of texts) add(name, text)
  return { digests, locks }
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

async function refuseShared(folder: string, root: string, storePath: string): Promise<void> {
  const top = ((await git(folder, ['rev-parse', '--show-toplevel']).catch(() => undefined)) ?? '').trim() || folder
  const place = relative(top, root)
  if (place !== '..' && !place.startsWith(`..${sep}`)) return
  throw new Fault(
    'store/shared',
    `Cannot clear the store "${storePath}": it lies outside of this repository; expected one that no other project uses`,
    { remedy: 'If no other project keeps its data there: plumbline data gc --shared', stays: 'nothing was removed' },
  )
}

function unreadable(where: string, line: number): Fault {
  return new Fault(
    'store/unreadable-lock',
    `Cannot tell which bytes are needed: the lock "${where}" cannot be read (line ${line}); expected every lock readable`,
    { remedy: 'Mend it, delete the branch or tag, or use the Plumbline that wrote it.', stays: 'nothing was removed' },
  )
}
