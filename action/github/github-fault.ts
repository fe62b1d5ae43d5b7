import { Fault } from '../base/fault.ts'

/** What octokit throws, as far as it matters here. */
interface Failure {
  readonly status: number
  readonly message: string
  /** None: the answer never came. */
  readonly headers?: Readonly<Record<string, string | number | undefined>>
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

/** `action` and `thing` as in: Cannot <action> "<thing>". Errors that are none of GitHub's come back as they are. */
export function githubFault(action: string, thing: string, apiUrl: string, error: unknown): unknown {
  if (isAbort(error)) {
    return new Fault('interrupted', `Cannot ${action} "${thing}": interrupted`, {
      remedy: 'Run it again: it goes on where it stopped.',
      cause: error,
    })
  }
  const failure = failureIn(error)
  if (!failure) return error
  const fault = (code: Parameters<typeof verdict>[0], state: string, remedy: string) =>
    verdict(code, `Cannot ${action} "${thing}": ${state}`, remedy, error)
  const { status, headers } = failure
  if (!headers)
    return fault(
      'github/unreachable',
      `${apiUrl} does not answer (${failure.message}); expected an answer`,
      'Look at the network and at githubstatus.com, then run it again.',
    )

  const said = `GitHub answers ${status}, ${firstLine(failure.message)}${requestId(headers)}`
  if (status === 401)
    return fault('github/unauthorized', `${said}; expected a valid token`, 'Give a token that has not expired.')
  if (status === 429 || (status === 403 && isRateLimit(failure))) {
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
    | 'github/refused',
  message: string,
  remedy: string,
  cause: unknown,
): Fault {
  return new Fault(code, message, { remedy, cause })
}

function failureIn(error: unknown): Failure | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number' || !('request' in error))
    return undefined
  const response = 'response' in error ? error.response : undefined
  const headers = isRecord(response) && isRecord(response['headers']) ? textsOf(response['headers']) : undefined
  return { status: error.status, message: error.message, ...(headers && { headers }) }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || (error.cause !== undefined && isAbort(error.cause)))
}

function isRateLimit({ message, headers = {} }: Failure): boolean {
  return headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined || /rate limit/i.test(message)
}

function whenAgain(headers: NonNullable<Failure['headers']>): string {
  const seconds = Number(headers['retry-after'])
  if (seconds > 0) return `in ${seconds} s`
  const reset = Number(headers['x-ratelimit-reset'])
  return reset > 0 ? `after ${new Date(reset * 1000).toISOString()}` : 'in a few minutes'
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

function firstLine(text: string): string {
  return (text.split(' - https://')[0] ?? text).replace(/\s+/g, ' ').slice(0, 300)
}

function textsOf(headers: Readonly<Record<string, unknown>>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === 'string' || typeof value === 'number' ? String(value) : undefined,
    ]),
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
