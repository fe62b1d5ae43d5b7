import type { Octokit } from 'octokit'

import type { GitHubConnection } from './connection.ts'
import { githubFault, type Refused, refusalIn } from './github-fault.ts'

/** One repository of GitHub, over REST. Every failure is a Fault with a `github/…` code and GitHub's request id. */
export interface GitHubClient {
  readonly connection: GitHubConnection
  /** Requests sent so far, repeated ones included. */
  readonly calls: () => number
  /** `action` and `thing` word the Fault: Cannot <action> "<thing>". */
  readonly call: <T>(action: string, thing: string, request: Request<T>) => Promise<T>
  /** Undefined where GitHub answers 404. */
  readonly find: <T>(action: string, thing: string, request: Request<T>) => Promise<T | undefined>
  /** For writes that may be refused because the world moved on: 404, 409 and 422 are answers. */
  readonly attempt: <T>(action: string, thing: string, request: Request<T>) => Promise<Done<T> | Refused>
}

export interface Done<T> {
  readonly kind: 'done'
  readonly data: T
}

export type Request<T> = (
  octokit: Octokit,
  repository: { readonly owner: string; readonly repo: string },
) => Promise<{ readonly data: T }>

/** For requests that must not be sent twice by themselves: their caller looks at what became of the first. */
export const once = { retries: 0 } as const

/**
 * Opens a client. It waits out rate limits twice and repeats what failed on GitHub's side three times; the embedded
 * GitHub is asked once and at full speed. Octokit is loaded here, not before.
 */
export async function openGitHubClient(connection: GitHubConnection, signal?: AbortSignal): Promise<GitHubClient> {
  const { Octokit } = await import('octokit')
  const isWorthRepeating = (_seconds: number, _request: object, _octokit: unknown, repeated: number) => repeated < 2
  const octokit = new Octokit({
    auth: connection.token,
    baseUrl: connection.apiUrl,
    userAgent: 'plumbline',
    log: { debug() {}, info() {}, warn() {}, error() {} },
    retry: { enabled: !connection.isEmbedded, doNotRetry: [400, 401, 403, 404, 409, 410, 413, 422, 429, 451, 501] },
    throttle: {
      enabled: !connection.isEmbedded,
      onRateLimit: isWorthRepeating,
      onSecondaryRateLimit: isWorthRepeating,
    },
    ...(signal && { request: { signal } }),
  })
  let calls = 0
  octokit.hook.before('request', () => {
    calls++
  })
  return new Client(octokit, connection, () => calls)
}

class Client implements GitHubClient {
  readonly connection: GitHubConnection
  readonly calls: () => number
  readonly #octokit: Octokit

  constructor(octokit: Octokit, connection: GitHubConnection, calls: () => number) {
    this.#octokit = octokit
    this.connection = connection
    this.calls = calls
  }

  async call<T>(action: string, thing: string, request: Request<T>): Promise<T> {
    try {
      return await this.#send(request)
    } catch (error) {
      throw githubFault(action, thing, this.connection.apiUrl, error)
    }
  }

  async find<T>(action: string, thing: string, request: Request<T>): Promise<T | undefined> {
    try {
      return await this.#send(request)
    } catch (error) {
      if (refusalIn(error)?.status === 404) return undefined
      throw githubFault(action, thing, this.connection.apiUrl, error)
    }
  }

  async attempt<T>(action: string, thing: string, request: Request<T>): Promise<Done<T> | Refused> {
    try {
      return { kind: 'done', data: await this.#send(request) }
    } catch (error) {
      const refused = refusalIn(error)
      if (refused) return refused
      throw githubFault(action, thing, this.connection.apiUrl, error)
    }
  }

  async #send<T>(request: Request<T>): Promise<T> {
    const { owner, repository } = this.connection
    return (await request(this.#octokit, { owner, repo: repository })).data
  }
}
