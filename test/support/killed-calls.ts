import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'

import pLimit from 'p-limit'

import type { Interrupt } from '../../action/local-github/answer-request.ts'
import { type LocalGitHub, startLocalGitHub } from '../../action/local-github/start-local-github.ts'
import { type Ended, plumbline } from './command-line.ts'
import { type Call, caller } from './local-github.ts'
import { tempFolder } from './temp-folder.ts'

/** A repository and a folder of a person's or a job's, as they lie on disk. */
export interface Beginning {
  /** Of an embedded GitHub that nothing serves. */
  readonly github: string
  readonly project: string
}

/** The same, alive, for one try. */
export interface Copy extends LocalGitHub {
  readonly call: Call
  /** The repository itself. */
  readonly bare: string
  readonly project: string
  /** Runs the built CLI in a folder of its own, by default the one of the project. */
  readonly plumbline: (
    words: readonly string[],
    how?: { readonly folder?: string; readonly token?: string },
  ) => Promise<Ended>
  /** Until it is disarmed, ends the process that asks for the nth write, before or after that is done. */
  readonly arm: (at: number, moment: 'before' | 'after') => void
  readonly disarm: () => void
  /** The writes since it was armed or disarmed: `POST /repos/acme/parcels/git/blobs`. */
  readonly writes: () => readonly string[]
  /** Another folder with the same project, as on another machine. */
  readonly folders: (count: number) => readonly string[]
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

/** Brings a copy of it to life, whose CLI may be killed by the server's nth write. */
export async function copyOf(beginning: Beginning, environment: Readonly<Record<string, string>> = {}): Promise<Copy> {
  const root = tempFolder()
  const [folder, project] = [join(root, 'github'), join(root, 'project')]
  cpSync(beginning.github, folder, { recursive: true, preserveTimestamps: true })
  cpSync(beginning.project, project, { recursive: true, preserveTimestamps: true })
  const trap = { at: 0, moment: 'before', writes: [] as string[], spring: () => {} }
  const interrupt: Interrupt = (moment, { method = '', url = '' }) => {
    if (method === 'GET' || !isWrite(url)) return 'serve'
    if (moment === 'before') trap.writes.push(`${method} ${url.replace(/^\/api\/\w+/, '')}`)
    if (trap.writes.length !== trap.at || moment !== trap.moment) return 'serve'
    trap.spring()
    return 'drop'
  }
  const github = await startLocalGitHub({ folder, owner: 'acme', repository: 'parcels', interrupt })
  const variables = (token: string) => ({
    GITHUB_API_URL: github.apiUrl,
    GITHUB_SERVER_URL: github.serverUrl,
    GITHUB_REPOSITORY: `${github.owner}/${github.repository}`,
    GITHUB_TOKEN: token,
    ...environment,
  })
  return {
    ...github,
    project,
    call: caller(github),
    bare: join(folder, 'repository.git'),
    async plumbline(words, { folder: own = project, token = github.token } = {}) {
      const stop = new AbortController()
      trap.spring = () => stop.abort()
      return await plumbline(own, words, { environment: variables(token), signal: stop.signal })
    },
    arm: (at, moment) => Object.assign(trap, { at, moment, writes: [] }),
    disarm: () => Object.assign(trap, { at: 0, writes: [] }),
    writes: () => trap.writes,
    folders: (count) =>
      Array.from({ length: count }, (_, number) => {
        const own = join(root, `machine-${number}`)
        cpSync(beginning.project, own, { recursive: true, preserveTimestamps: true })
        return own
      }),
    [Symbol.asyncDispose]: async () => await github[Symbol.asyncDispose](),
  }
}

/** GraphQL asks by POST whose token it is. */
function isWrite(url: string): boolean {
  return !url.includes('/graphql') && !url.includes('git-upload-pack')
}

/** What a command comes to that nobody disturbs. */
export interface Undisturbed {
  readonly writes: readonly string[]
  readonly state: unknown
}

export interface Scenario {
  /** Each time the same. */
  readonly begin: () => Promise<Copy>
  readonly run: (copy: Copy) => Promise<Ended>
  readonly state: (copy: Copy) => Promise<unknown>
}

export async function undisturbed({ begin, run, state }: Scenario): Promise<Undisturbed> {
  await using copy = await begin()
  copy.disarm()
  const { code, stdout, stderr } = await run(copy)
  if (code !== 0) throw new Error(`It does not end well by itself: ${stdout}${stderr}`)
  return { writes: copy.writes(), state: await state(copy) }
}

/**
 * Kills a command, each time from the same beginning, before its first write and after each, and runs it again: the state is
 * then as after the one that nobody disturbed. After one write is before the next. Of uploads, the first and the last are
 * meant: those between are of one kind.
 */
export async function killAtEachWrite(
  { begin, run, state }: Scenario,
  { writes, state: whole }: Undisturbed,
): Promise<{ readonly points: number; readonly wrong: readonly string[] }> {
  const isUpload = (write: string | undefined) => write?.includes('/assets?') ?? false
  const meant = Array.from({ length: writes.length + 1 }, (_, at) => at).filter(
    (at) => !(isUpload(writes[at - 2]) && isUpload(writes[at - 1]) && isUpload(writes[at])),
  )
  const wrong: string[] = []
  const killAt = async (at: number) => {
    await using copy = await begin()
    copy.arm(Math.max(at, 1), at === 0 ? 'before' : 'after')
    const killed = await run(copy)
    copy.disarm()
    const again = await run(copy)
    const now = await state(copy)
    const where = at === 0 ? 'before the first write' : `after write ${at}, ${writes[at - 1]}`
    if (killed.code !== null) wrong.push(`${where}: it ended with ${killed.code} instead: ${killed.stderr}`)
    if (again.code !== 0) wrong.push(`${where}: run again, it ended with ${again.code}: ${again.stdout}${again.stderr}`)
    if (!isDeepStrictEqual(now, whole))
      wrong.push(`${where}: ${JSON.stringify(now)}\ninstead of ${JSON.stringify(whole)}`)
  }
  // Two at a time: each waits for git and for the disk most of the time.
  const limit = pLimit(2)
  await Promise.all(meant.map((at) => limit(() => killAt(at))))
  return { points: meant.length, wrong }
}
