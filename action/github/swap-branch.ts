import { createHash } from 'node:crypto'

import type { GitHubClient } from './client.ts'
import { githubFault } from './github-fault.ts'

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
  const { gitUrl, token, apiUrl } = client.connection
  const place = { action: 'move the branch', thing: branch, apiUrl, done: [] }
  const ref = `refs/heads/${branch}`
  const credentials = Buffer.from(`x-access-token:${token}`).toString('base64')
  const response = await fetch(`${gitUrl}/git-receive-pack`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${credentials}`,
      'content-type': 'application/x-git-receive-pack-request',
      accept: 'application/x-git-receive-pack-result',
      'user-agent': 'git/plumbline',
    },
    body: pushOf(ref, from, to),
    ...(signal && { signal }),
  }).catch((cause: unknown) => {
    throw githubFault(place, unanswered(cause))
  })
  const text = await response.text()
  if (!response.ok) throw githubFault(place, refused(response, text))
  return lines(text).includes(`ok ${ref}`)
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
function lines(text: string): readonly string[] {
  const found: string[] = []
  for (let at = 0; at + 4 <= text.length; ) {
    const length = Number.parseInt(text.slice(at, at + 4), 16)
    if (Number.isNaN(length)) break
    if (length > 4) found.push(text.slice(at + 4, at + length).trimEnd())
    at += Math.max(length, 4)
  }
  return found
}

/** In the shape of octokit's errors, which faults are made of. */
function refused(response: Response, text: string): Error {
  const headers = Object.fromEntries(response.headers)
  return Object.assign(new Error(text), { status: response.status, request: {}, response: { headers } })
}

function unanswered(cause: unknown): Error {
  const message = cause instanceof Error ? cause.message : String(cause)
  if (cause instanceof Error && cause.name === 'AbortError') return cause
  return Object.assign(new Error(message, { cause }), { status: 500, request: {} })
}
