import { Fault } from '../base/fault.ts'
import { isRecord } from '../base/is-record.ts'
import { isRateLimit } from './repeat-decision.ts'

/** What octokit throws, as far as it matters here. */
interface Failure {
  readonly status: number
  readonly message: string
  /** None: the answer never came. */
  readonly headers?: Readonly<Record<string, string | number | undefined>>
  /** Of the network's error: `ECONNREFUSED`. */
  readonly networkCode: string | undefined
}

/** What was asked, for its fault. */
export interface Asked {
  /** As in: Cannot <action> "<thing>". */
  readonly action: string
  readonly thing: string
  readonly apiUrl: string
  /** The writes that were done before it, in words. */
  readonly done: readonly string[]
}

/** The statuses by which GitHub says no to what was asked, rather than to who asks or when. */
export type RefusedStatus = 404 | 409 | 422

export interface Refused {
  readonly kind: 'refused'
  readonly status: RefusedStatus
  readonly message: string
}

/** The no in an error, where it is one that a caller may have counted on. */
export function refusalIn(error: unknown): Refused | undefined {
  const failure = failureIn(error)
  if (!failure?.headers) return undefined
  const { status, message } = failure
  return status === 404 || status === 409 || status === 422 ? { kind: 'refused', status, message } : undefined
}

/** Errors that are none of GitHub's come back as they are. */
export function githubFault({ action, thing, apiUrl, done }: Asked, error: unknown): unknown {
  if (isAbort(error)) {
    return new Fault('interrupted', `Cannot ${action} "${thing}": interrupted`, {
      remedy: 'Run it again: it goes on where it stopped.',
      cause: error,
    })
  }
  const failure = failureIn(error)
  if (!failure) return error
  const fault = (code: Parameters<typeof verdict>[0], state: string, remedy: string) =>
    verdict(code, `Cannot ${action} "${thing}": ${state}`, remedy, done, error)
  const { status, headers } = failure
  if (!headers)
    return fault(
      'github/unreachable',
      `${apiUrl} does not answer (${failure.message}); expected an answer`,
      'Look at the network and at githubstatus.com, then run it again.',
    )

  const said = `GitHub answers ${status}, ${firstLine(failure.message)}${requestId(headers)}`
  if (status < 400) {
    return fault(
      'github/bad-answer',
      `${said}; expected a whole answer`,
      'Run it again; where it stays so, look at the proxy on the way.',
    )
  }
  if (status === 401)
    return fault(
      'github/unauthorized',
      `${said}; expected a valid token`,
      done.length > 0
        ? 'Give a token that has not expired, and run it again: it goes on where it stopped.'
        : 'Give a token that has not expired.',
    )
  if (isRateLimit({ ...failure, headers })) {
    return fault(
      'github/rate-limited',
      `${said}; expected to be within GitHub's limits`,
      `Run it again ${whenAgain(headers)}.`,
    )
  }
  if (status === 403) {
    const missing = permission(headers)
    const remedy = missing
      ? `Give the job the permission ${missing}.`
      : 'Give the job the permissions that the command documents; forks and Dependabot only ever read.'
    return fault('github/forbidden', `${said}; expected a token that may`, remedy)
  }
  if (status === 404)
    return fault(
      'github/not-found',
      `${said}; expected it to exist and the token to see it`,
      'Look at the name, and at what the token may read.',
    )
  if (status === 409)
    return fault('github/conflict', `${said}; expected nobody else to change it meanwhile`, 'Run it again.')
  if (status === 501)
    return fault('github/unsupported', `${said}; expected an API that has this`, 'Use a newer Plumbline or GitHub.')
  if (status >= 500)
    return fault('github/unreachable', `${said}; expected an answer`, 'Look at githubstatus.com, then run it again.')
  return fault(
    'github/refused',
    `${said}; expected GitHub to take it`,
    'Report it with the request id: Plumbline asked for something that GitHub does not take.',
  )
}

function verdict(
  code:
    | 'github/unreachable'
    | 'github/unauthorized'
    | 'github/forbidden'
    | 'github/rate-limited'
    | 'github/not-found'
    | 'github/conflict'
    | 'github/unsupported'
    | 'github/refused'
    | 'github/bad-answer',
  message: string,
  remedy: string,
  done: readonly string[],
  cause: unknown,
): Fault {
  return new Fault(code, message, { remedy, ...(done.length > 0 && { stays: wordDone(done) }), cause })
}

/** Where something stopped in its middle, its reader asks how far it came. */
function wordDone(done: readonly string[]): string {
  const last = done.slice(-3)
  const more = done.length - last.length
  return `done before it: ${last.join(', ')}${more > 0 ? `, and ${more} more` : ''}`
}

export function failureIn(error: unknown): Failure | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number' || !('request' in error))
    return undefined
  const response = 'response' in error ? error.response : undefined
  const headers = isRecord(response) && isRecord(response['headers']) ? textsOf(response['headers']) : undefined
  const { status, message } = error
  return { status, message, networkCode: networkCodeIn(error.cause), ...(headers && { headers }) }
}

function networkCodeIn(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || (error.cause !== undefined && isAbort(error.cause)))
}

function whenAgain(headers: NonNullable<Failure['headers']>): string {
  const seconds = Number(headers['retry-after'])
  const reset = Number(headers['x-ratelimit-reset'])
  if (!(seconds > 0)) return reset > 0 ? `after ${new Date(reset * 1000).toISOString()}` : 'in a few minutes'
  const now = Date.parse(String(headers['date'] ?? ''))
  return Number.isNaN(now)
    ? `in ${seconds} s`
    : `in ${seconds} s, after ${new Date(now + seconds * 1000).toISOString()}`
}

/** `contents=write; pull_requests=write` as a workflow writes it. */
function permission(headers: NonNullable<Failure['headers']>): string | undefined {
  const accepted = headers['x-accepted-github-permissions']
  if (typeof accepted !== 'string' || accepted === '') return undefined
  return accepted
    .replaceAll('_', '-')
    .replaceAll('=', ': ')
    .replaceAll(/[;,] */g, ' or ')
}

function requestId(headers: NonNullable<Failure['headers']>): string {
  const id = headers['x-github-request-id']
  return id === undefined ? '' : ` (request ${id})`
}

/** What stands between us and GitHub may answer with a page; its title is what it says. */
function firstLine(text: string): string {
  if (/^\s*<(?:!doctype|html)/i.test(text)) {
    const title = /<title>([^<]{1,200})<\/title>/i.exec(text)?.[1] ?? ''
    return title.trim() === '' ? 'a page of HTML' : `a page of HTML: ${title.replace(/\s+/g, ' ').trim()}`
  }
  const line = (text.split(' - https://')[0] ?? text).replace(/\s+/g, ' ').trim().slice(0, 300)
  return line === '' ? 'without a word' : line
}

function textsOf(headers: Readonly<Record<string, unknown>>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === 'string' || typeof value === 'number' ? String(value) : undefined,
    ]),
  )
}
