import { isRecord } from '../base/is-record.ts'
import type { Access } from './access.ts'
import type { Answer, Fields, Forge } from './exchange.ts'
import type { Call } from './name-call.ts'
import { findRef } from './ref-routes.ts'
import { startRuns } from './start-runs.ts'
import type { State } from './state.ts'
import { isPullIssue } from './stored-issue.ts'
import { headRefOf } from './stored-pull.ts'

/** What a write may change that workflows wait for, as it was before. */
export interface Watched {
  /** By full name; undefined: it was not there. */
  readonly tips: ReadonlyMap<string, string | undefined>
  /** A pull request that may be opened again by it. */
  readonly closedPull?: number
}

/** Undefined where a call can do nothing that workflows wait for. */
export async function watch(forge: Forge, state: State, call: Call, body: Fields): Promise<Watched | undefined> {
  const path = call.matched?.route.path.slice('/repos/{owner}/{repo}'.length) ?? ''
  if (call.method === 'GET' || !/^\/(git\/refs|contents|merges|pulls|issues|releases)(\/|$)/.test(path))
    return undefined
  const tips = new Map<string, string | undefined>()
  for (const ref of refsWritten(path, call, body, state)) tips.set(ref, (await findRef(forge, ref))?.sha)
  const number = Number(call.matched?.params['pull_number'] ?? call.matched?.params['issue_number'])
  const isClosed = pullsOf(state).some((issue) => issue.number === number && issue.state === 'closed')
  return { tips, ...(isClosed && { closedPull: number }) }
}

/** Starts runs for what has come of it: branches and tags that moved, pull requests that were opened or moved with them. */
export async function noticeEvents(forge: Forge, access: Access, was: Watched, answer?: Answer): Promise<void> {
  const moved = new Map<string, string>()
  for (const [ref, before] of was.tips) {
    const now = (await findRef(forge, ref))?.sha
    if (now === undefined || now === before) continue
    moved.set(ref, now)
    if (ref.startsWith('refs/forks/')) continue
    await noticePush(forge, access, ref, before, now)
  }
  const made = answer && 'json' in answer && answer.status === 201 && isRecord(answer.json) ? answer.json['number'] : 0
  for (const { number, state, pull } of pullsOf(await forge.state.read())) {
    if (state !== 'open') continue
    const head = moved.get(headRefOf(pull))
    const type = number === made ? 'opened' : number === was.closedPull ? 'reopened' : head ? 'synchronize' : undefined
    if (type === undefined) continue
    await startRuns(forge, access, {
      event: 'pull_request',
      type,
      branch: pull.base,
      headBranch: pull.head,
      sha: head ?? pull.headSha,
      since: pull.baseSha,
      pull: number,
      ...(pull.fork !== undefined && { fork: pull.fork }),
    })
  }
}

async function noticePush(forge: Forge, access: Access, ref: string, since: string | undefined, sha: string) {
  const branch = ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : undefined
  const tag = ref.startsWith('refs/tags/') ? ref.slice('refs/tags/'.length) : undefined
  if (branch !== undefined) {
    const paths = since === undefined ? {} : { since }
    await startRuns(forge, access, { event: 'push', sha, headBranch: branch, branch, ...paths })
  } else if (tag !== undefined) {
    await startRuns(forge, access, { event: 'push', sha, headBranch: tag, tag })
  }
}

function refsWritten(path: string, call: Call, body: Fields, state: State): readonly string[] {
  const params = call.matched?.params ?? {}
  const named = (key: string, fallback = 'main') => (typeof body[key] === 'string' ? body[key] : fallback)
  if (path.startsWith('/git/refs')) return [params['ref'] === undefined ? named('ref', '') : `refs/${params['ref']}`]
  if (path.startsWith('/contents')) return [`refs/heads/${named('branch')}`]
  if (path === '/merges') return [`refs/heads/${named('base')}`]
  if (path === '/pulls/{pull_number}/merge' || path === '/pulls/{pull_number}/update-branch') {
    const issue = pullsOf(state).find(({ number }) => String(number) === params['pull_number'])
    return issue ? [`refs/heads/${path.endsWith('merge') ? issue.pull.base : issue.pull.head}`] : []
  }
  if (path === '/releases') return [`refs/tags/${named('tag_name', '')}`]
  if (path === '/releases/{release_id}') {
    const release = state.releases.find(({ id }) => String(id) === params['release_id'])
    return release ? [`refs/tags/${named('tag_name', release.tag)}`] : []
  }
  return []
}

function pullsOf({ discussion }: State) {
  return discussion.issues.filter(isPullIssue)
}
