import { resolve } from 'node:path'

import type { Forge } from './exchange.ts'
import { followRefs } from './follow-refs.ts'
import { noticeEvents } from './notice-events.ts'
import { findRef } from './ref-routes.ts'
import { headRefOf } from './stored-pull.ts'

export interface ForkPush {
  /** Whose fork it is, and who pushes. */
  readonly owner: string
  readonly branch: string
  /** A working tree, or a repository, that has the commit. */
  readonly folder: string
  /** `HEAD`, where left out. */
  readonly commit?: string
}

/** Moves a branch of a fork, by force, with all that comes of it for the pull requests of this repository. */
export async function pushToFork(forge: Forge, { owner, branch, folder, commit = 'HEAD' }: ForkPush): Promise<string> {
  if (owner === forge.owner) throw new RangeError(`Nobody forks a repository of their own: ${owner}`)
  const ref = headRefOf({ head: branch, fork: owner })
  const before = (await findRef(forge, ref))?.sha
  await forge.state.exclusively(() =>
    forge.git.read(['fetch', '--quiet', '--no-tags', resolve(folder), `+${commit}:${ref}`]),
  )
  await followRefs(forge, owner)
  await noticeEvents(forge, { kind: 'user', login: owner, role: 'read' }, { tips: new Map([[ref, before]]) })
  return forge.git.read(['rev-parse', ref])
}
