import { Refusal } from './refusal.ts'

/** So many requests an hour, as GitHub counts them. */
export interface PrimaryLimit {
  readonly requests: number
  readonly perMs: number
  readonly status: 403 | 429
}

/** So many points within a moment: a read costs 1, a write 5. */
export interface SecondaryLimit {
  readonly points: number
  readonly perMs: number
  readonly status: 403 | 429
  /** Null: the answer does not say when to come back. */
  readonly retryAfterSeconds: number | null
}

export interface RequestLimiter {
  /** Counts a request of one token; the refusal where it is one too many, and the headers of its answer. */
  readonly take: (token: string, isWrite: boolean) => Taken
  /** A 304 counts nothing. */
  readonly giveBack: (token: string) => Readonly<Record<string, string>>
}

export interface Taken {
  readonly headers: Readonly<Record<string, string>>
  readonly refusal?: Refusal
}

interface Window {
  used: number
  readonly resetsAtMs: number
}

const writeCost = 5

/** GitHub's own server sends no such headers where limits are off, as GitHub Enterprise Server does by default. */
export function openRequestLimiter(
  primary: PrimaryLimit | undefined,
  secondary: SecondaryLimit | undefined,
  now: () => number = Date.now,
): RequestLimiter {
  const windows = new Map<string, Window>()
  const spent = new Map<string, { readonly atMs: number; readonly points: number }[]>()

  const windowOf = (token: string, { perMs }: PrimaryLimit): Window => {
    const known = windows.get(token)
    if (known && known.resetsAtMs > now()) return known
    const fresh = { used: 0, resetsAtMs: now() + perMs }
    windows.set(token, fresh)
    return fresh
  }
  const headersOf = (token: string): Readonly<Record<string, string>> => {
    if (!primary) return {}
    const { used, resetsAtMs } = windowOf(token, primary)
    return {
      'x-ratelimit-limit': String(primary.requests),
      'x-ratelimit-remaining': String(Math.max(0, primary.requests - used)),
      'x-ratelimit-used': String(Math.min(used, primary.requests)),
      'x-ratelimit-reset': String(Math.ceil(resetsAtMs / 1000)),
      'x-ratelimit-resource': 'core',
    }
  }
  const refusedBySecondary = (token: string, isWrite: boolean): Refusal | undefined => {
    if (!secondary) return undefined
    const recent = (spent.get(token) ?? []).filter(({ atMs }) => atMs > now() - secondary.perMs)
    const points = isWrite ? writeCost : 1
    const isOver = recent.reduce((sum, one) => sum + one.points, points) > secondary.points
    spent.set(token, isOver ? recent : [...recent, { atMs: now(), points }])
    return isOver ? secondaryRefusal(secondary.status, secondary.retryAfterSeconds) : undefined
  }

  return {
    take: (token, isWrite) => {
      if (primary) {
        const window = windowOf(token, primary)
        if (window.used >= primary.requests) return { headers: headersOf(token), refusal: spentUp(primary.status) }
        window.used++
      }
      const refusal = refusedBySecondary(token, isWrite)
      return { headers: headersOf(token), ...(refusal && { refusal }) }
    },
    giveBack: (token) => {
      if (primary) windowOf(token, primary).used--
      return headersOf(token)
    },
  }
}

export function secondaryRefusal(status: 403 | 429, retryAfterSeconds: number | null): Refusal {
  const message =
    'You have exceeded a secondary rate limit. Please wait a few minutes before you try again. ' +
    'If you reach out to GitHub Support for help, please include the request ID.'
  return new Refusal(
    status,
    message,
    [],
    retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) },
  )
}

function spentUp(status: 403 | 429): Refusal {
  return new Refusal(status, 'API rate limit exceeded for this token.')
}
