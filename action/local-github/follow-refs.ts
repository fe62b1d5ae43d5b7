import { isAncestor, readTips } from './branches.ts'
import { type Discussion, withIssue } from './discussion.ts'
import type { Forge } from './exchange.ts'
import type { BareRepository } from './git.ts'
import { timestamp } from './git-commits.ts'
import { type Observation, observePull, type Tips } from './observe-pull.ts'
import type { State } from './state.ts'
import { isPullIssue, type PullIssue } from './stored-issue.ts'
import { headRefOf, type StoredPull } from './stored-pull.ts'

type Found = ReadonlyMap<number, Observation>

/**
 * The state, with every open pull request as its branches say that it is now. Called before pull requests are read and
 * after branches were written; `actor`: who wrote them, where that is known.
 */
export async function followRefs(forge: Forge, actor = forge.owner): Promise<State> {
  const state = await forge.state.read()
  if ((await observe(forge.git, state.discussion)).size === 0) return state
  return forge.state.change(async (before) => {
    const found = await observe(forge.git, before.discussion)
    const after = { ...before, discussion: await observed(forge.git, before.discussion, found, actor) }
    return { state: after, answer: after }
  })
}

/** Writes `refs/pull/N/head`, which keeps a pull request's commits when its branch is gone. */
export async function keepHead(git: BareRepository, number: number, sha: string): Promise<void> {
  await git.read(['update-ref', `refs/pull/${number}/head`, sha])
}

/** A closed pull request has no test merge any more. */
export async function dropTrial(git: BareRepository, number: number): Promise<void> {
  await git.run(['update-ref', '-d', `refs/pull/${number}/merge`])
}

async function observe(git: BareRepository, { issues }: Discussion): Promise<Found> {
  const open = issues.filter(isPullIssue).filter(({ state }) => state === 'open')
  if (open.length === 0) return new Map()
  const tips = await readTips(git)
  const found = new Map<number, Observation>()
  for (const { number, pull } of open) {
    const head = tips.get(headRefOf(pull))
    const base = tips.get(`refs/heads/${pull.base}`)
    if (head === pull.headSha && base === pull.baseSha) continue
    found.set(number, observePull(pull, await askGit(git, pull, head, base)))
  }
  return found
}

async function askGit(
  git: BareRepository,
  pull: StoredPull,
  head: string | undefined,
  base: string | undefined,
): Promise<Tips> {
  const now = head ?? pull.headSha
  const isEmpty = await isAncestor(git, now, pull.baseSha)
  const candidates = [pull.landing, pull.headSha, now].filter((sha) => sha !== null)
  for (const sha of base === undefined ? [] : candidates) {
    if (await isAncestor(git, sha, base ?? '')) return { head, base, landed: sha, isEmpty }
  }
  return { head, base, landed: undefined, isEmpty }
}

async function observed(git: BareRepository, before: Discussion, found: Found, actor: string): Promise<Discussion> {
  let discussion = before
  for (const issue of before.issues.filter(isPullIssue)) {
    const observation = found.get(issue.number)
    if (!observation || observation.kind === 'same') continue
    const changed = await apply(git, issue, observation, actor)
    await keepHead(git, issue.number, changed.pull.headSha)
    if (changed.state === 'closed') await dropTrial(git, issue.number)
    discussion = withIssue(discussion, changed)
  }
  return discussion
}

async function apply(
  git: BareRepository,
  issue: PullIssue,
  observation: Exclude<Observation, { kind: 'same' }>,
  actor: string,
): Promise<PullIssue> {
  const { pull } = issue
  const now = timestamp(new Date())
  const closing = { state: 'closed', closedAt: now, closedBy: actor, updatedAt: now } as const
  switch (observation.kind) {
    case 'moved':
      return {
        ...issue,
        updatedAt: now,
        pull: { ...pull, headSha: observation.headSha, baseSha: observation.baseSha, trial: null },
      }
    case 'closed':
      return { ...issue, ...closing, pull: { ...pull, headSha: observation.headSha, trial: null } }
    case 'merged': {
      const commit = await bringing(git, observation.commit, `refs/heads/${pull.base}`)
      const merged = { at: now, by: actor, commit }
      return {
        ...issue,
        ...closing,
        pull: { ...pull, headSha: observation.headSha, trial: null, landing: null, merged },
      }
    }
  }
}

/** The commit of the base's own line with which `sha` came in: a merge, or `sha` itself. */
async function bringing(git: BareRepository, sha: string, base: string): Promise<string> {
  const line = await git.read(['rev-list', '--first-parent', base])
  if (line.split('\n').includes(sha)) return sha
  const later = (await git.read(['rev-list', '--first-parent', '--ancestry-path', `${sha}..${base}`])).split('\n')
  return later.at(-1) || sha
}
