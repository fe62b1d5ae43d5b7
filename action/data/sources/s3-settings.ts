import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

import { Fault } from '../../base/fault.ts'

/** How an S3 is reached, by the variables that every tool of AWS reads. */
export interface S3Settings {
  /** Of another S3 than Amazon's, which is asked with the bucket in the path. */
  readonly endpoint?: string
  /** Undefined: the profile's. */
  readonly region?: string
  readonly access:
    | {
        readonly kind: 'keys'
        readonly accessKeyId: string
        readonly secretAccessKey: string
        readonly sessionToken?: string
      }
    /** A profile, a web identity (OIDC) or a container's role: the SDK finds out how. */
    | { readonly kind: 'chain'; readonly by: string }
    /** For buckets that are open to everybody. */
    | { readonly kind: 'anonymous' }
}

type Environment = Readonly<Record<string, string | undefined>>

/** Throws `source/settings` where a variable is half given or makes no sense. */
export function readS3Settings(environment: Environment): S3Settings {
  const named = (name: string) => environment[name]?.trim() || undefined
  const endpoint = named('AWS_ENDPOINT_URL_S3') ?? named('AWS_ENDPOINT_URL')
  if (endpoint !== undefined && !(URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol))) {
    throw badSetting(
      'AWS_ENDPOINT_URL is no address',
      'https://HOST',
      'Mend the variable, or unset it for Amazon’s S3.',
    )
  }
  const region = named('AWS_REGION') ?? named('AWS_DEFAULT_REGION')
  const access = accessOf(environment, named)
  const known = region ?? (access.kind === 'chain' && named('AWS_PROFILE') !== undefined ? undefined : 'us-east-1')
  return { access, ...(endpoint !== undefined && { endpoint }), ...(known !== undefined && { region: known }) }
}

function accessOf(environment: Environment, named: (name: string) => string | undefined): S3Settings['access'] {
  const accessKeyId = named('AWS_ACCESS_KEY_ID')
  const secretAccessKey = named('AWS_SECRET_ACCESS_KEY')
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    const sessionToken = named('AWS_SESSION_TOKEN')
    return { kind: 'keys', accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) }
  }
  if (accessKeyId !== undefined || secretAccessKey !== undefined) {
    const missing = accessKeyId === undefined ? 'AWS_ACCESS_KEY_ID' : 'AWS_SECRET_ACCESS_KEY'
    throw badSetting(`${missing} is not set`, 'both halves of a key', 'Set both, or neither for an open bucket.')
  }
  const signs = ['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_PROFILE', ...containerSigns]
  const by = signs.find((name) => named(name) !== undefined)
  if (by !== undefined) return { kind: 'chain', by }
  const file = environment['AWS_SHARED_CREDENTIALS_FILE'] ?? join(environment['HOME'] ?? homedir(), '.aws/credentials')
  return existsSync(file) ? { kind: 'chain', by: file } : { kind: 'anonymous' }
}

const containerSigns = ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_CONTAINER_CREDENTIALS_FULL_URI']

function badSetting(state: string, expected: string, remedy: string): Fault {
  return new Fault('source/settings', `Cannot reach S3: ${state}; expected ${expected}`, { remedy })
}
