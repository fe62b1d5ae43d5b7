import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import { openRequests } from '../../base/web-requests.ts'
import type { S3Settings } from './s3-settings.ts'

/** Amazon's own client: it knows every way to credentials, follows a bucket to its region, and tries again. */
export async function openS3(
  settings: S3Settings,
  environment: Readonly<Record<string, string | undefined>>,
  idleMs: number,
): Promise<S3Client> {
  // Which Node its later versions need is of no interest to somebody who runs this one from the bundle.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'
  const { S3Client } = await import('@aws-sdk/client-s3')
  const { endpoint, region, access } = settings
  const client = new S3Client({
    maxAttempts: 5,
    followRegionRedirects: true,
    requestHandler: requestHandler(openRequests(environment, idleMs)),
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    ...(region !== undefined && { region }),
    ...(access.kind === 'keys' && { credentials: access }),
    ...(access.kind === 'anonymous' && {
      credentials: { accessKeyId: '', secretAccessKey: '' },
      signer: { sign: async (request) => request },
    }),
  })
  client.middlewareStack.add((next) => async (args) => await next(withKnownDigest(args)), { step: 'build' })
  return client
}

/** What is sent with its SHA-256 is not hashed once more to be signed. */
function withKnownDigest<Args extends { readonly input: object; readonly request: unknown }>(args: Args): Args {
  const { input, request } = args
  const digest = 'ChecksumSHA256' in input && 'Body' in input ? input.ChecksumSHA256 : undefined
  if (typeof digest !== 'string') return args
  const { headers } = request as SdkRequest
  headers['x-amz-content-sha256'] = Buffer.from(digest, 'base64').toString('hex')
  return args
}

interface SdkRequest {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
  readonly method: string
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>
  readonly headers: Record<string, string>
  readonly body?: string | Uint8Array
}

/** By the same client as all that is fetched: proxies as the caller has them set, and an end to waiting. */
function requestHandler(send: ReturnType<typeof openRequests>): NonNullable<S3ClientConfig['requestHandler']> {
  return {
    async handle(request: SdkRequest, options?: { readonly abortSignal?: AbortSignal }) {
      const { method, headers, body } = request
      const answer = await send(new URL(addressOf(request)), {
        method,
        headers,
        body: body ?? null,
        signal: options?.abortSignal ?? null,
      })
      const { status: statusCode, headers: told, body: bytes } = answer
      return { response: { statusCode, headers: told as Record<string, string>, body: bytes } }
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  }
}

/** Byte for byte what was signed. */
function addressOf({ protocol, hostname, port, path, query = {} }: SdkRequest): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => {
    const values = value === null ? [null] : typeof value === 'string' ? [value] : value
    return values.map((one) => (one === null ? escaped(name) : `${escaped(name)}=${escaped(one)}`))
  })
  const host = port === undefined ? hostname : `${hostname}:${port}`
  return `${protocol}//${host}${path}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`
}

function escaped(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
