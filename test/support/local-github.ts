import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

import {
  type LocalGitHub,
  type LocalGitHubOptions,
  startLocalGitHub,
} from '../../action/local-github/start-local-github.ts'
import { expectValid } from './github-schema.ts'
import { tempFolder } from './temp-folder.ts'

export interface TestGitHub extends LocalGitHub {
  /** Removed with it. */
  readonly folder: string
  /** Of the one commit on `main`. */
  readonly head: string
  readonly call: Call
}

export type Call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Called>

interface Called {
  readonly status: number
  readonly headers: Headers
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read answers that the OpenAPI description has checked
  readonly body: any
}

/** An embedded GitHub of its own, with one commit on `main`; `folder`: where several tests share it. */
export async function testGitHub(
  options: Partial<Pick<LocalGitHubOptions, 'interrupt' | 'limits' | 'tell'>> = {},
  folder = tempFolder(),
): Promise<TestGitHub> {
  const github = await startLocalGitHub({
    folder: join(folder, 'github'),
    owner: 'acme',
    repository: 'parcels',
    ...options,
  })
  const head = await pushCommit(github, join(folder, 'work'))
  return {
    ...github,
    folder,
    head,
    call: caller(github),
  }
}

/** Calls below the repository's address, by nobody where `token` is empty; every answer is checked against GitHub's OpenAPI description. */
export function caller(github: LocalGitHub, token = github.token): Call {
  const prefix = `/repos/${github.owner}/${github.repository}`
  return async (method, path, body, headers) => {
    const isUpload = body instanceof Uint8Array
    const base = isUpload ? `${github.serverUrl}/api/uploads` : github.apiUrl
    const response = await fetch(base + prefix + path, {
      method,
      headers: { ...(token !== '' && { authorization: `Bearer ${token}` }), ...headers },
      redirect: 'manual',
      ...(body !== undefined && { body: isUpload ? new Blob([new Uint8Array(body)]) : JSON.stringify(body) }),
    })
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false
    const answer: unknown = isJson ? await response.json() : await response.text()
    if (isJson) expectValid(method, prefix + path.replace(/\?.*$/, ''), response.status, answer)
    else expectValid(method, prefix + path.replace(/\?.*$/, ''), response.status, undefined)
    return { status: response.status, headers: response.headers, body: answer }
  }
}

/** A git that neither asks nor reads the machine's settings. */
export async function git(folder: string, ...args: string[]): Promise<string> {
  const env = {
    ...process.env,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.org',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.org',
  }
  const { stdout } = await promisify(execFile)('git', ['-C', folder, ...args], { env })
  return stdout.trim()
}

async function pushCommit(github: LocalGitHub, folder: string): Promise<string> {
  await git('.', 'init', '--quiet', '--initial-branch=main', folder)
  await git(folder, 'commit', '--quiet', '--allow-empty', '-m', 'Retrain parcels: the carriers changed')
  await push(github, folder, 'HEAD:refs/heads/main')
  return git(folder, 'rev-parse', 'HEAD')
}

export function push(github: LocalGitHub, folder: string, refs: string, token = github.token): Promise<string> {
  const credentials = Buffer.from(`x-access-token:${token}`).toString('base64')
  return git(
    folder,
    '-c',
    `http.extraHeader=Authorization: Basic ${credentials}`,
    'push',
    '--quiet',
    github.gitUrl,
    refs,
  )
}
