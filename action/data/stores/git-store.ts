import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../../base/fault.ts'
import type { LockEntry } from '../../project/data-lock.ts'
import { git, readBlob, sizesOfBlobs } from './git.ts'
import { holds, keepBytes, keptPath } from './keep-bytes.ts'
import type { Store } from './store.ts'

/** Data that is committed: the file in the working tree where it still is the pinned one, else the blob in history. */
export function gitStore(folder: string): Store {
  return {
    async held(entries) {
      const found = new Set<string>()
      const sought: LockEntry[] = []
      for (const entry of entries) {
        const kept = await stat(keptPath(join(folder, '.plumbline/data'), entry.sha256)).catch(() => undefined)
        if (kept?.size === entry.bytes) found.add(entry.sha256)
        else sought.push(entry)
      }
      const committed = await committedSizes(folder, sought)
      for (const { path, bytes, sha256 } of sought) if (committed.get(path)?.has(bytes)) found.add(sha256)
      return found
    },

    async fetch(entry, signal) {
      const working = join(folder, entry.path)
      if (await holds(working, entry, signal)) return working
      const kept = keptPath(join(folder, '.plumbline/data'), entry.sha256)
      if (await holds(kept, entry, signal)) return kept
      for (const blob of await blobsOf(folder, entry, signal)) {
        if (await keepBytes(() => readBlob(folder, blob), kept, entry, signal)) return kept
      }
      throw await whyMissing(folder, entry)
    },

    async put() {
      // Committing is the user's: what is not committed is told by `uncommittedFiles()`.
    },

    async [Symbol.asyncDispose]() {},
  }
}

/** Whether a file is a Git LFS pointer instead of data. */
export async function isLfsPointer(path: string): Promise<boolean> {
  return (await headOf(path)).startsWith('version https://git-lfs.github.com/spec/')
}

/** What the path held in any commit, newest first, where the size fits. */
async function blobsOf(folder: string, entry: LockEntry, signal?: AbortSignal): Promise<string[]> {
  const command = ['log', '--all', '--raw', '--no-abbrev', '--no-renames', '--format=', '--', `:(literal)${entry.path}`]
  const history = (await git(folder, command, signal)) ?? ''
  const blobs = new Set(
    [...history.matchAll(/^:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+)/gm)].flatMap(([, old, now]) => [now, old]),
  )
  const fitting: string[] = []
  for (const blob of blobs) {
    if (blob === undefined || /^0+$/.test(blob)) continue
    if (Number(await git(folder, ['cat-file', '-s', blob], signal)) === entry.bytes) fitting.push(blob)
  }
  return fitting
}

/** Path → the sizes that it ever had in a commit. */
async function committedSizes(folder: string, entries: readonly LockEntry[]): Promise<Map<string, Set<number>>> {
  const sizes = new Map<string, Set<number>>()
  const wanted = new Set(entries.map(({ path }) => path))
  if (wanted.size === 0) return sizes
  const prefix = ((await git(folder, ['rev-parse', '--show-prefix'])) ?? '').trim()
  const command = ['log', '--all', '--raw', '--no-abbrev', '--no-renames', '--relative', '--format=', '-z', '--', '.']
  const history = ((await git(folder, command)) ?? '').split('\0')
  const blobs = new Map<string, Set<string>>()
  for (const [place, line] of history.entries()) {
    const [, old, now] = /^:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) [A-Z]$/.exec(line) ?? []
    const path = (history[place + 1] ?? '').normalize('NFC')
    const own = wanted.has(path) ? path : path.startsWith(prefix) ? path.slice(prefix.length) : path
    if (now === undefined || old === undefined || !wanted.has(own)) continue
    for (const blob of [old, now]) if (!/^0+$/.test(blob)) blobs.set(blob, (blobs.get(blob) ?? new Set()).add(own))
  }
  for (const [blob, bytes] of await sizesOfBlobs(folder, [...blobs.keys()])) {
    for (const path of blobs.get(blob) ?? []) sizes.set(path, (sizes.get(path) ?? new Set()).add(bytes))
  }
  return sizes
}

async function whyMissing(folder: string, entry: LockEntry): Promise<Fault> {
  const what = `Cannot fetch "${entry.path}" (sha256 ${entry.sha256.slice(0, 12)}…)`
  if ((await headOf(join(folder, entry.path))).includes(`oid sha256:${entry.sha256}`)) {
    return new Fault('store/lfs-pointer', `${what}: the file is a Git LFS pointer; expected its bytes`, {
      remedy: 'Run git lfs pull; in a workflow, give actions/checkout lfs: true.',
    })
  }
  if ((await git(folder, ['rev-parse', '--is-shallow-repository']))?.trim() === 'true') {
    return new Fault('store/shallow-clone', `${what}: this clone is shallow; expected the history that holds it`, {
      remedy: 'Give actions/checkout fetch-depth: 0; on a laptop, run git fetch --unshallow.',
    })
  }
  if ((await git(folder, ['rev-parse', '--git-dir'])) === undefined) {
    return new Fault('store/no-git', `${what}: ${folder} is in no git repository; expected one that holds the file`, {
      remedy: 'Run git init and commit the data, or set data.store to a folder: store: { file: PATH }.',
    })
  }
  return new Fault('store/missing', `${what}: neither the file nor any commit holds these bytes`, {
    remedy: 'Restore the file as it was pinned, or pin what is there: plumbline snapshot.',
  })
}

async function headOf(path: string): Promise<string> {
  try {
    await using file = await open(path)
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(512), position: 0 })
    return buffer.toString('latin1', 0, bytesRead)
  } catch {
    return ''
  }
}
