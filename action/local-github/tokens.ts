import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

import { type Access, neverInJobs } from './access.ts'
import type { TokenHolder } from './platform-state.ts'
import type { State, StateFile } from './state.ts'

/** What one hour is to an App's token, and a day to a job's. */
const lifetimesMs: Readonly<Record<TokenHolder['kind'], number | null>> = {
  user: null,
  app: 3_600_000,
  job: 86_400_000,
}

/** Makes a token for `holder`, known to every process that serves this state. `lifetimeMs` 0: it is over already. */
export async function issueToken(
  state: StateFile,
  holder: TokenHolder,
  lifetimeMs: number | null = lifetimesMs[holder.kind],
): Promise<string> {
  if (holder.kind === 'job') {
    const impossible = neverInJobs.find((permission) => holder.permissions[permission] !== undefined)
    if (impossible) throw new RangeError(`A job's token cannot have the permission ${impossible}`)
  }
  const token = `local_${holder.kind}_${randomBytes(24).toString('hex')}`
  const expiresAt = lifetimeMs === null ? null : new Date(Date.now() + lifetimeMs).toISOString()
  await state.change((before) => ({
    state: {
      ...before,
      platform: {
        ...before.platform,
        tokens: [...before.platform.tokens, { sha256: hashOf(token), holder, expiresAt }],
      },
    },
    answer: undefined,
  }))
  return token
}

/** Ends a token at once, as GitHub does when its job is over. */
export async function revokeToken(state: StateFile, token: string): Promise<void> {
  const gone = hashOf(token)
  await state.change((before) => {
    const tokens = before.platform.tokens.filter(({ sha256 }) => sha256 !== gone)
    return { state: { ...before, platform: { ...before.platform, tokens } }, answer: undefined }
  })
}

/** Whose `authorization` header this is; `wrong` where nobody's, or where it is over. */
export function accessIn(authorization: string | undefined, state: State, now: Date): Access | 'wrong' {
  const [scheme = '', value = ''] = (authorization ?? '').split(' ')
  if (scheme === '') return { kind: 'none' }
  const given = scheme.toLowerCase() === 'basic' ? passwordIn(value) : value
  if (isSame(given, state.token)) return { kind: 'user', login: state.owner, role: 'admin' }
  const sha256 = hashOf(given)
  const found = state.platform.tokens.find((token) => isSame(token.sha256, sha256))
  if (!found || (found.expiresAt !== null && Date.parse(found.expiresAt) <= now.getTime())) return 'wrong'
  const { holder } = found
  return holder.kind === 'job' ? { ...holder, origin: holder.origin ?? 'repository' } : holder
}

function passwordIn(credentials: string): string {
  return Buffer.from(credentials, 'base64')
    .toString()
    .replace(/^[^:]*:/, '')
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
