import { spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { dirname } from 'node:path'
import { pipeline, type Readable } from 'node:stream'

import { type BareRepository, gitEnvironment, withoutHooks } from './git.ts'

/** Git's smart HTTP, spoken by git itself (`git http-backend`, a CGI program). */
export function serveGit(
  repository: BareRepository,
  pathInRepository: string,
  { request, response, query, mayPush, input, isFastForwardOnly, onDone }: GitRequest,
): Promise<void> {
  const { headers } = request
  const isInflated = input !== undefined && headers['content-encoding'] === 'gzip'
  const environment = {
    ...gitEnvironment(),
    GIT_PROJECT_ROOT: dirname(repository.folder),
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `/${repository.folder.slice(dirname(repository.folder).length + 1)}/${pathInRepository}`,
    QUERY_STRING: query,
    REQUEST_METHOD: request.method ?? 'GET',
    REMOTE_ADDR: '127.0.0.1',
    CONTENT_TYPE: headers['content-type'] ?? '',
    HTTP_CONTENT_ENCODING: input ? '' : (headers['content-encoding'] ?? ''),
    GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
    ...(headers['content-length'] !== undefined && !isInflated && { CONTENT_LENGTH: headers['content-length'] }),
    ...(mayPush && { REMOTE_USER: 'x-access-token' }),
  }
  return new Promise((resolve, reject) => {
    // Git itself refuses a push without the token, however its address is spelt.
    const settings = [
      ...withoutHooks,
      '-c',
      `http.receivepack=${mayPush}`,
      '-c',
      `receive.denyNonFastForwards=${isFastForwardOnly === true}`,
      // As on GitHub, nobody pushes to a pull request's own refs.
      '-c',
      'receive.hideRefs=refs/pull',
      '-c',
      'transfer.hideRefs=refs/forks',
    ]
    const backend = spawn('git', [...settings, 'http-backend'], { env: environment, stdio: ['pipe', 'pipe', 'ignore'] })
    const answer = new CgiAnswer(response)
    // A client that goes away in the middle ends the input, and so git.
    if (input) backend.stdin.write(input.head)
    pipeline(input?.rest ?? request, backend.stdin, () => {})
    backend.stdout.on('data', (chunk: Buffer) => answer.write(chunk))
    backend.on('error', () => answer.end())
    backend.on('close', () => {
      Promise.resolve(onDone?.()).then(() => {
        answer.end()
        resolve()
      }, reject)
    })
  })
}

interface GitRequest {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly query: string
  readonly mayPush: boolean
  /** What has been read of the request's body already, and what has not. */
  readonly input?: { readonly head: Buffer; readonly rest: Readable }
  /** Git alone can tell, once it has the objects. */
  readonly isFastForwardOnly?: boolean
  /** Done before the client hears the end of the answer. */
  readonly onDone?: () => Promise<void>
}

/** A CGI program's output: header lines, an empty line, the body. */
class CgiAnswer {
  readonly #response: ServerResponse
  #head: Buffer | undefined = Buffer.alloc(0)

  constructor(response: ServerResponse) {
    this.#response = response
  }

  write(chunk: Buffer): void {
    if (!this.#head) {
      this.#response.write(chunk)
      return
    }
    this.#head = Buffer.concat([this.#head, chunk])
    const end = this.#head.indexOf('\r\n\r\n')
    if (end < 0) return
    const fields = this.#head
      .subarray(0, end)
      .toString()
      .split('\r\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const)
    const status = fields.find(([name]) => name === 'Status')?.[1]
    const headers = Object.fromEntries(fields.filter(([name]) => name !== 'Status'))
    this.#response.writeHead(Number.parseInt(status ?? '200', 10), headers)
    this.#response.write(this.#head.subarray(end + 4))
    this.#head = undefined
  }

  end(): void {
    if (this.#head) this.#response.writeHead(500)
    this.#response.end()
  }
}
