import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'

import { type Access, actorOf } from './access.ts'
import { refuseGit } from './decide-access.ts'
import type { Forge } from './exchange.ts'
import { followRefs } from './follow-refs.ts'
import { serveGit } from './git-http.ts'
import { noticeEvents } from './notice-events.ts'
import { kindOf, type PushCommand, readPush, refusedPush, shaOf } from './receive-commands.ts'
import { type Violations, violationsOf } from './rules.ts'
import type { State } from './state.ts'

export interface GitExchange {
  readonly forge: Forge
  readonly access: Access
  readonly state: State
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Below the repository: `git-receive-pack`. */
  readonly path: string
  readonly query: string
}

/** Fetches and pushes, as far as the token and the repository's rules let them. */
export async function answerGit(exchange: GitExchange): Promise<void> {
  const { forge, access, state, request, response, path, query } = exchange
  const { isPrivate } = state.platform.settings
  const isPush = path === 'git-receive-pack' || query === 'service=git-receive-pack'
  const refused = refuseGit(access, isPush ? 'write' : 'read', isPrivate, fullName(forge))
  if (refused) {
    // Git shows a person what a server says as plain text, and nothing else.
    if (refused.status === 401) response.setHeader('www-authenticate', 'Basic realm="GitHub"')
    response.writeHead(refused.status, { 'content-type': 'text/plain; charset=utf-8' }).end(refused.message)
    return
  }
  if (path === 'git-receive-pack') return takePush(exchange)
  const mayPush = refuseGit(access, 'write', isPrivate, fullName(forge)) === undefined
  // What is fetched below refs/pull is as fresh as the branches.
  await followRefs(forge)
  await serveGit(forge.git, path, { request, response, query, mayPush })
}

export function fullName({ owner, repository }: Forge): string {
  return `${owner}/${repository}`
}

async function takePush(exchange: GitExchange): Promise<void> {
  const { forge, access, state, request, response, path, query } = exchange
  const rest: Readable = request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request
  const push = await readPush(rest)
  const found = push.commands.flatMap((command) => {
    const violations = violationsOf(state, access, changeOf(command, false))
    return violations ? [{ ref: command.ref, violations }] : []
  })
  if (found.length > 0) {
    // Git reads no answer before it has sent everything.
    rest.resume()
    await finished(rest)
    const reasons = new Map(found.map(({ ref, violations }) => [ref, reasonOf(violations)]))
    const said = found.map(({ ref, violations }) => saidOf(forge, ref, violations)).join('')
    response.writeHead(200, { 'content-type': 'application/x-git-receive-pack-result' })
    response.end(refusedPush(push, reasons, said))
    return
  }
  const isFastForwardOnly = push.commands.some(
    (command) => kindOf(command) === 'update' && violationsOf(state, access, changeOf(command, true)),
  )
  const input = { head: push.head, rest }
  const tips = new Map(push.commands.map(({ ref, before }) => [ref, shaOf(before)]))
  const onDone = async () => {
    await followRefs(forge, actorOf(access).login)
    await noticeEvents(forge, access, { tips })
  }
  await serveGit(forge.git, path, { request, response, query, mayPush: true, input, isFastForwardOnly, onDone })
}

function changeOf(command: PushCommand, isForced: boolean) {
  return { ref: command.ref, kind: kindOf(command), sha: command.after, isForced }
}

function reasonOf({ source }: Violations): string {
  return source === 'ruleset' ? 'push declined due to repository rule violations' : 'protected branch hook declined'
}

function saidOf(forge: Forge, ref: string, { source, messages }: Violations): string {
  if (source === 'protection') {
    return [
      `error: GH006: Protected branch update failed for ${ref}.`,
      ...messages.map((text) => `error: ${text}`),
      '',
    ].join('\n')
  }
  const rules = `${forge.serverUrl}/${fullName(forge)}/rules?ref=${encodeURIComponent(ref)}`
  return [
    `error: GH013: Repository rule violations found for ${ref}.`,
    `Review all repository rules at ${rules}`,
    '',
    ...messages.flatMap((text) => [`- ${text}`, '']),
    '',
  ].join('\n')
}
