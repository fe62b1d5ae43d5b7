import { createHash } from 'node:crypto'
import { text } from 'node:stream/consumers'

import { openRequests, type WebAnswer } from '../base/web-requests.ts'
import type { GitHubClient } from './client.ts'
import { gitAuthorization } from './git-access.ts'
import { githubFault } from './github-fault.ts'

/** Of silence, after which a request ends. */
const idleMs = 60_000

/**
 * Moves a branch from one commit to another, whatever lies between them, if it still points at the first: the one true
 * compare-and-swap for a branch that is written anew, which GitHub offers over git alone. Both commits are on the server.
 * False where the branch moved meanwhile, or a rule refuses.
 */
export async function swapBranch(
  client: GitHubClient,
  { branch, from, to }: { readonly branch: string; readonly from: string; readonly to: string },
  signal?: AbortSignal,
): Promise<boolean> {
  const { gitUrl, apiUrl, environment = {}, watch } = client.connection
  const place = { action: 'move the branch', thing: branch, apiUrl, done: [] }
  const ref = `refs/heads/${branch}`
  if (watch) watch.traffic.calls++
  const send = openRequests(environment, idleMs)
  const answer = await send(new URL(`${gitUrl}/git-receive-pack`), {
    method: 'POST',
    headers: {
      authorization: gitAuthorization(client.connection),
      'content-type': 'application/x-git-receive-pack-request',
      accept: 'application/x-git-receive-pack-result',
      'user-agent': 'git/plumbline',
    },
    body: pushOf(ref, from, to),
    signal: signal ?? null,
  }).catch((cause: unknown) => {
    throw githubFault(place, unanswered(cause))
  })
  const said = await text(answer.body).catch((cause: unknown) => {
    throw githubFault(place, unanswered(cause))
  })
  if (answer.status !== 200) throw githubFault(place, refused(answer, said))
  return lines(said).includes(`ok ${ref}`)
}

/** One command and a pack of no objects, as git sends where the server has them all. */
function pushOf(ref: string, from: string, to: string): Buffer<ArrayBuffer> {
  const command = Buffer.from(`${from} ${to} ${ref}\0 report-status agent=plumbline`)
  const length = (command.length + 4).toString(16).padStart(4, '0')
  const pack = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1')
  return Buffer.concat([
    Buffer.from(length),
    command,
    Buffer.from('0000'),
    pack,
    createHash('sha1').update(pack).digest(),
  ])
}

/** The texts of the packets, without their lengths. */
function lines(packets: string): readonly string[] {
  const found: string[] = []
  for (let at = 0; at + 4 <= packets.length; ) {
    const length = Number.parseInt(packets.slice(at, at + 4), 16)
    if (Number.isNaN(length)) break
    if (length > 4) found.push(packets.slice(at + 4, at + length).trimEnd())
    at += Math.max(length, 4)
  }
  return found
}

/** In the shape of octokit's errors, which faults are made of. */
function refused({ status, headers }: WebAnswer, said: string): Error {
  return Object.assign(new Error(said), { status, request: {}, response: { headers } })
}

function unanswered(cause: unknown): Error {
  const message = cause instanceof Error ? cause.message : String(cause)
  if (cause instanceof Error && cause.name === 'AbortError') return cause
  return Object.assign(new Error(message, { cause }), { status: 500, request: {} })
}
