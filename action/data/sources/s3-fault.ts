import { Fault } from '../../base/fault.ts'
import type { S3Settings } from './s3-settings.ts'

/** What was tried, and by which setting of plumbline.yaml. */
export interface S3Use {
  readonly action: 'fetch' | 'store' | 'clear'
  readonly kind: 'source' | 'store'
  readonly setting: 'data.source' | 'data.store'
  readonly stays: string
}

const asSource: S3Use = {
  action: 'fetch',
  kind: 'source',
  setting: 'data.source',
  stays: 'what was landed before stays as it is',
}

/** What an S3 said no to, or why it could not be asked. Only codes are quoted: messages may hold keys. */
export function s3Fault(
  error: unknown,
  shown: string,
  { access, endpoint, region }: S3Settings,
  { action, kind, setting, stays }: S3Use = asSource,
): Fault {
  const name = error instanceof Error ? error.name : ''
  const status = statusOf(error)
  const at = endpoint === undefined ? '' : ` at ${new URL(endpoint).host}`
  const make = (code: 'denied' | 'not-found' | 'settings' | 'refused' | 'unreachable', state: string, remedy: string) =>
    new Fault(`${kind}/${code}`, `Cannot ${action} "${shown}": ${state}`, { remedy, stays, cause: error })

  if (name === 'NoSuchBucket') {
    return make(
      'not-found',
      `there is no such bucket${at}; expected one`,
      `Mend the bucket in ${setting}, or AWS_ENDPOINT_URL.`,
    )
  }
  if (name === 'RequestTimeTooSkewed') {
    return make(
      'settings',
      'the clock of this machine is wrong; expected the right time',
      'Set the clock (timedatectl set-ntp true).',
    )
  }
  if (/^(InvalidAccessKeyId|SignatureDoesNotMatch|XAdminUserNotFound)$/.test(name)) {
    return make('denied', `it does not know the keys given (${name}); expected valid ones`, keysRemedy(access))
  }
  if (/^(ExpiredToken|ExpiredTokenException|InvalidToken|TokenRefreshRequired|InvalidIdentityToken)/.test(name)) {
    return make(
      'denied',
      `the session of the keys is over or not valid (${name}); expected a valid one`,
      'Sign in again, or get new keys: in a workflow, run the step that gets them just before.',
    )
  }
  if (/^(NoSuchKey|NotFound|UnknownError)$/.test(name)) {
    return make('not-found', `there is no such key${at}; expected an object`, `Mend the key in ${setting}.`)
  }
  if (name === 'InvalidObjectState') {
    return make('denied', 'the object is archived; expected one that can be read at once', 'Restore it in S3.')
  }
  if (
    /^(PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException)$/.test(name) ||
    status === 301
  ) {
    return make(
      'settings',
      `the bucket is in another region than ${region ?? 'the profile’s'}; expected its own`,
      'Set AWS_REGION to the region of the bucket.',
    )
  }
  if (/Credentials/.test(name) || /credentials/i.test(messageOf(error))) {
    return make(
      'settings',
      `no keys can be had${access.kind === 'chain' ? ` by ${access.by}` : ''}; expected some`,
      'Mend it, or unset it for a bucket that is open to everybody.',
    )
  }
  if (messageOf(error).includes('Region is missing')) {
    return make('settings', 'the profile names no region; expected one', 'Set AWS_REGION.')
  }
  if (status === 401 || status === 403) {
    const state =
      access.kind === 'anonymous'
        ? 'it is not open to everybody, and no keys are set'
        : `the keys may not ${mayNot[action]}`
    return make('denied', `${state} (${name || status}); expected an object that may be read`, keysRemedy(access))
  }
  if (status !== undefined && status < 500 && status !== 429) {
    return make(
      'refused',
      `it answers ${status} (${name}); expected the object`,
      'Look the code up in the documentation of that S3.',
    )
  }
  const state = status === undefined ? 'it cannot be reached' : `it answers ${status} (${name})`
  return make(
    'unreachable',
    `${state}${at}, tried 5 times; expected the object`,
    'Run the same command again later: it goes on where it stopped.',
  )
}

function keysRemedy({ kind }: S3Settings['access']): string {
  return kind === 'anonymous'
    ? 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or AWS_ROLE_ARN with AWS_WEB_IDENTITY_TOKEN_FILE.'
    : 'Check which keys are set (aws sts get-caller-identity), and that they may list and read the bucket.'
}

const mayNot = { fetch: 'read it', store: 'write it', clear: 'list and delete there' } as const

export function statusOf(error: unknown): number | undefined {
  const { $metadata } = (error ?? {}) as { readonly $metadata?: { readonly httpStatusCode?: number } }
  return $metadata?.httpStatusCode
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
