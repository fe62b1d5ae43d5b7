import { AsyncLocalStorage } from 'node:async_hooks'

import type { Octokit } from 'octokit'

import { Fault } from '../base/fault.ts'
import { misfit, type Shape } from './answer-shape.ts'
import type { GitHubConnection } from './connection.ts'
import { githubFault, type Refused, refusalIn } from './github-fault.ts'
import { openOctokit, type Pause } from './open-octokit.ts'
import { unwatched } from './watch.ts'

/** One repository of GitHub, over REST. Every failure is a Fault with a `github/…` code and GitHub's request id. */
export interface GitHubClient {
  readonly connection: GitHubConnection
  /** Requests sent so far, repeated ones included. */
  readonly calls: () => number
  /**
   * `action` and `thing` word the Fault: Cannot <action> "<thing>". An answer that lacks what `shape` names is a Fault, too:
   * `github/bad-answer`.
   */
  readonly call: <T>(action: string, thing: string, request: Request<T>, shape?: Shape) => Promise<T>
  /** Undefined where GitHub answers 404. */
  readonly find: <T>(action: string, thing: string, request: Request<T>, shape?: Shape) => Promise<T | undefined>
  /** For writes that may be refused because the world moved on: 404, 409 and 422 are answers. */
  readonly attempt: <T>(action: string, thing: string, request: Request<T>, shape?: Shape) => Promise<Done<T> | Refused>
}

export interface Done<T> {
  readonly kind: 'done'
  readonly data: T
}

export type Request<T> = (
  octokit: Octokit,
  repository: { readonly owner: string; readonly repo: string },
) => Promise<{ readonly data: T }>

/**
 * For requests that must not be sent twice by themselves: their caller looks at what became of the first. A POST is one without
 * being told.
 */
export const once = { retries: 0 } as const

/** For a POST that comes to the same however often it is sent, such as one that makes an object of git. */
export const repeatable = { retries: 3 } as const

/**
 * Opens a client. It waits out limits of at most five minutes, and repeats what failed on GitHub's side three times where
 * that is safe; the embedded GitHub is asked once and at full speed. Octokit is loaded here, not before.
 */
export async function openGitHubClient(
  connection: GitHubConnection,
  signal?: AbortSignal,
  pause?: Pause,
): Promise<GitHubClient> {
  const watch = connection.watch ?? unwatched()
  const before = watch.traffic.calls
  const step = new AsyncLocalStorage<Step>()
  const octokit = await openOctokit(connection, watch, { ...(signal && { signal }), ...(pause && { pause }) })
  octokit.hook.before('request', ({ method }) => {
    const current = step.getStore()
    if (current && method !== 'GET' && method !== 'HEAD') current.hasWritten = true
  })
  return new Client(octokit, connection, () => watch.traffic.calls - before, step)
}

/** What one call does; a write that it makes belongs to it. */
interface Step {
  hasWritten: boolean
}

class Client implements GitHubClient {
  readonly connection: GitHubConnection
  readonly calls: () => number
  readonly #octokit: Octokit
  readonly #step: AsyncLocalStorage<Step>
  /** The writes that were done, in words: `create the draft "v1"`. */
  readonly #done: string[] = []

  constructor(octokit: Octokit, connection: GitHubConnection, calls: () => number, step: AsyncLocalStorage<Step>) {
    this.#octokit = octokit
    this.connection = connection
    this.calls = calls
    this.#step = step
  }

  async call<T>(action: string, thing: string, request: Request<T>, shape?: Shape): Promise<T> {
    try {
      return await this.#send(action, thing, request, shape)
    } catch (error) {
      throw this.#fault(action, thing, error)
    }
  }

  async find<T>(action: string, thing: string, request: Request<T>, shape?: Shape): Promise<T | undefined> {
    try {
      return await this.#send(action, thing, request, shape)
    } catch (error) {
      if (refusalIn(error)?.status === 404) return undefined
      throw this.#fault(action, thing, error)
    }
  }

  async attempt<T>(action: string, thing: string, request: Request<T>, shape?: Shape): Promise<Done<T> | Refused> {
    try {
      return { kind: 'done', data: await this.#send(action, thing, request, shape) }
    } catch (error) {
      const refused = refusalIn(error)
      if (refused) return refused
      throw this.#fault(action, thing, error)
    }
  }

  async #send<T>(action: string, thing: string, request: Request<T>, shape: Shape | undefined): Promise<T> {
    const { owner, repository } = this.connection
    const step = { hasWritten: false }
    const { data } = await this.#step.run(step, () => request(this.#octokit, { owner, repo: repository }))
    if (step.hasWritten) this.#done.push(`${action} "${thing}"`)
    const wrong = shape && misfit(data, shape)
    if (wrong !== undefined) {
      throw new Fault('github/bad-answer', `Cannot ${action} "${thing}": in GitHub's answer ${wrong}`, {
        remedy:
          'Look at what answers at the API’s address: a proxy, or a GitHub that is newer or older than Plumbline.',
      })
    }
    return data
  }

  #fault(action: string, thing: string, error: unknown): unknown {
    return githubFault({ action, thing, apiUrl: this.connection.apiUrl, done: this.#done }, error)
  }
}
