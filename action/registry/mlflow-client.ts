import type { IncomingMessage } from 'node:http'

import { Fault } from '../base/fault.ts'
import { openRequests } from '../base/web-requests.ts'

/** An MLflow server, over REST. Every failure is a Fault with an `mlflow/…` code. */
export interface MlflowClient {
  /** Undefined where it says that there is none of it. */
  readonly get: (path: string, query: Readonly<Record<string, string>>) => Promise<unknown>
  /** `known`: it is there already, which is as good. Sent once: whoever calls looks at what became of it. */
  readonly post: (path: string, body: object) => Promise<{ readonly kind: 'done'; readonly answer: unknown } | Known>
}

interface Known {
  readonly kind: 'known'
}

export interface MlflowPlace {
  /** Without a slash at its end. */
  readonly url: string
  /** A token, or `user:password`; undefined where it asks for none. */
  readonly token: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  /** Of silence, after which a request ends. */
  readonly idleMs?: number
}

/** No answer that is asked for is longer. */
const mostBytes = 64_000_000

export function openMlflow({ url, token, environment, signal, idleMs = 30_000 }: MlflowPlace): MlflowClient {
  const send = openRequests(environment, idleMs)
  const headers = { accept: 'application/json', 'user-agent': 'plumbline', ...authorization(token) }
  const ask = async (method: string, path: string, query: string, body: object | undefined): Promise<Answer> => {
    const address = new URL(`${url}/api/2.0/mlflow/${path}${query}`)
    const text = body && JSON.stringify(body)
    const length = text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) }
    const asked = { ...headers, ...(text !== undefined && { 'content-type': 'application/json' }), ...length }
    try {
      const { status, body: answer } = await send(address, { method, headers: asked, body: text ?? null, signal })
      return { status, value: parsed(await readAll(answer)) }
    } catch (error) {
      if (signal.aborted) throw error
      throw unreachable(url, path, error)
    }
  }
  return {
    async get(path, query) {
      const answer = await ask('GET', path, `?${new URLSearchParams(query).toString()}`, undefined)
      if (answer.status === 404 && codeOf(answer) === 'RESOURCE_DOES_NOT_EXIST') return undefined
      return requireDone(url, path, answer)
    },
    async post(path, body) {
      const answer = await ask('POST', path, '', body)
      if (codeOf(answer) === 'RESOURCE_ALREADY_EXISTS') return { kind: 'known' }
      return { kind: 'done', answer: requireDone(url, path, answer) }
    },
  }
}

interface Answer {
  readonly status: number
  /** Undefined where it is no JSON. */
  readonly value: unknown
}

function authorization(token: string | undefined): Readonly<Record<string, string>> {
  if (token === undefined) return {}
  const isPassword = token.includes(':')
  return { authorization: isPassword ? `Basic ${Buffer.from(token).toString('base64')}` : `Bearer ${token}` }
}

async function readAll(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > mostBytes) {
      answer.destroy()
      throw new Error(`it answers more than ${mostBytes / 1e6} MB`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function requireDone(url: string, path: string, answer: Answer): unknown {
  const { status, value } = answer
  if (status >= 200 && status < 300 && typeof value === 'object' && value !== null) return value
  const said = messageOf(answer)
  if (status === 401 || status === 403) {
    throw new Fault('mlflow/denied', `Cannot write to MLflow at ${url} (${path}): it says ${said}; expected access`, {
      remedy: 'Look at the variable that mlflow.token in plumbline.yaml names: a token, or user:password.',
    })
  }
  throw new Fault('mlflow/refused', `Cannot use MLflow at ${url} (${path}): it says ${said}; expected it to take it`, {
    remedy: 'Look at its log, and whether mlflow.url in plumbline.yaml is the address of an MLflow 2.3 or newer.',
  })
}

function unreachable(url: string, path: string, cause: unknown): Fault {
  const said = cause instanceof Error ? cause.message : String(cause)
  return new Fault('mlflow/unreachable', `Cannot reach MLflow at ${url} (${path}): ${said}; expected an answer`, {
    remedy: 'Look whether it runs, and whether this machine may reach it. The next register tells it what it missed.',
    cause,
  })
}

function codeOf({ value }: Answer): string | undefined {
  return typeof value === 'object' && value !== null && 'error_code' in value ? String(value.error_code) : undefined
}

function messageOf({ status, value }: Answer): string {
  const message = typeof value === 'object' && value !== null && 'message' in value ? String(value.message) : ''
  return `${status}${message === '' ? '' : ` ${message.split('\n')[0]?.slice(0, 300)}`}`
}
