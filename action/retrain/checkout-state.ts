import { createHash } from 'node:crypto'

import { Fault } from '../base/fault.ts'
import { git } from '../data/stores/git.ts'
import { dataLockFile } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'

/** The commit that a proposal is made from, as this checkout has it. */
export interface CheckoutState {
  readonly head: string
  /** When it was committed, ISO 8601. */
  readonly date: string
  /** Of the model's folder from the repository's root, with a `/` behind; empty for the root. */
  readonly prefix: string
  /** Git's name of the lock in it; null where there is none. */
  readonly lock: string | null
}

/**
 * Reads HEAD. What decides must be what is committed there: an edited policy, contract or lock is refused with the fault
 * `retrain/uncommitted`, for a pull request made by it would be explained by nothing that anybody can read.
 */
export async function readCheckout(project: Project): Promise<CheckoutState> {
  const { folder, file, data } = project
  const deciding = [file, dataLockFile, ...new Set(data.sources.map(({ contract }) => contract))]
  const shown = (await git(folder, ['log', '-1', '--format=%H %cI']))?.trim().split(' ') ?? []
  const [head, date] = shown
  if (head === undefined || date === undefined || head === '') throw notCommitted(file, 'nothing is committed here')
  const status = ['--no-optional-locks', 'status', '--porcelain', '-z', '--untracked-files=all', '--', ...deciding]
  const changed = ((await git(folder, status)) ?? '').split('\0').filter((line) => line !== '')
  const [first] = changed
  if (first !== undefined) throw notCommitted(first.slice(3), 'it differs from the last commit')
  const prefix = ((await git(folder, ['rev-parse', '--show-prefix'])) ?? '').trim()
  const lock = (await git(folder, ['rev-parse', '--verify', '--quiet', `HEAD:./${dataLockFile}`]))?.trim()
  return { head, date: new Date(date).toISOString(), prefix, lock: lock === '' || lock === undefined ? null : lock }
}

/** Git's name of a text, as a file's content. */
export function blobName(text: string): string {
  const bytes = Buffer.from(text)
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
}

function notCommitted(file: string, state: string): Fault {
  return new Fault('retrain/uncommitted', `Cannot propose by "${file}": ${state}; expected it committed`, {
    remedy: `Commit it, or put it back: git checkout -- ${file}`,
    stays: 'nothing was proposed',
  })
}
