import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'

import { type Access, actorOf } from './access.ts'
import { tipOf } from './branches.ts'
import { type Answer, type Exchange, type Forge, optionalText, param, requiredText } from './exchange.ts'
import { readCommit } from './git-commits.ts'
import { gitCommitResource, signature } from './git-data-routes.ts'
import { invalidRequest, notFound, Refusal } from './refusal.ts'
import { entryOf } from './repository-routes.ts'
import { foundViolations, type RefChange, violationsOf } from './rules.ts'

const absent = '0'.repeat(40)

interface Place {
  readonly branch: string
  readonly path: string
  /** Undefined: nothing is committed yet. */
  readonly tip: string | undefined
  /** The blob that is there now. */
  readonly before: string | undefined
}

/** Creates a file, or replaces the one whose blob the body names. */
export async function putFile(exchange: Exchange): Promise<Answer> {
  const { forge, body } = exchange
  const message = requiredText(body, 'message')
  const content = decoded(requiredText(body, 'content'))
  const place = await placeOf(exchange)
  requireSame(place, optionalText(body, 'sha'))
  const blob = await forge.git.read(['hash-object', '-w', '--stdin'], content)
  const commit = await commitFile(exchange, place, message, `100644 ${blob}\t${place.path}\0`)
  const file = entryOf(forge, place.branch, place.path, { type: 'file', sha: blob, bytes: content.length })
  const json = { content: file, commit: gitCommitResource(forge, await readCommit(forge.git, commit)) }
  return { status: place.before === undefined ? 201 : 200, json }
}

/** Removes the file whose blob the body names. */
export async function deleteFile(exchange: Exchange): Promise<Answer> {
  const { forge, body } = exchange
  const message = requiredText(body, 'message')
  const place = await placeOf(exchange)
  const sha = requiredText(body, 'sha')
  if (place.before === undefined) throw notFound()
  requireSame(place, sha)
  const commit = await commitFile(exchange, place, message, `0 ${absent}\t${place.path}\0`)
  return { status: 200, json: { content: null, commit: gitCommitResource(forge, await readCommit(forge.git, commit)) } }
}

async function placeOf(exchange: Exchange): Promise<Place> {
  const { forge, body, query } = exchange
  const path = param(exchange, 'path')
  if (path.includes('\0') || path.split('/').some((part) => /^(\.{0,2}|\.git)$/i.test(part)))
    throw new Refusal(422, 'path contains a malformed path component')
  const branch = optionalText(body, 'branch') ?? query.get('branch') ?? 'main'
  const tip = await tipOf(forge.git, branch)
  if (tip === undefined) {
    const isEmpty = (await forge.git.read(['for-each-ref', '--count=1'])) === ''
    if (!isEmpty) throw new Refusal(404, `Branch ${branch} not found`)
    return { branch, path, tip, before: undefined }
  }
  const { code, stdout } = await forge.git.run([
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${tip}:${path}`,
  ])
  return { branch, path, tip, before: code === 0 ? stdout.toString().trim() : undefined }
}

function requireSame({ before, path }: Place, sha: string | undefined): void {
  if (before === undefined) return
  if (sha === undefined) throw invalidRequest('"sha" wasn\'t supplied.')
  if (sha !== before) throw new Refusal(409, `${path} does not match ${sha}`)
}

async function commitFile(exchange: Exchange, { branch, tip }: Place, message: string, line: string): Promise<string> {
  const { forge, access, body } = exchange
  const ref = `refs/heads/${branch}`
  const tree = await treeWith(forge, tip, line)
  const actor = actorOf(access)
  const author = signature(body['author'] ?? body['committer'], actor)
  const committer = signature(body['committer'], actor)
  const parent = tip === undefined ? [] : [`parent ${tip}`]
  const header = [`tree ${tree}`, ...parent, `author ${author}`, `committer ${committer}`].join('\n')
  const commit = await forge.git.read(['hash-object', '-t', 'commit', '-w', '--stdin'], `${header}\n\n${message}`)
  await requireAllowed(forge, access, { ref, kind: tip === undefined ? 'create' : 'update', sha: commit })
  const { code } = await forge.git.run(['update-ref', ref, commit, tip ?? absent])
  if (code !== 0)
    throw new Refusal(409, `is at ${(await tipOf(forge.git, branch)) ?? absent} but expected ${tip ?? absent}`)
  return commit
}

async function treeWith(forge: Forge, tip: string | undefined, line: string): Promise<string> {
  const index = { GIT_INDEX_FILE: join(forge.git.folder, `index-${randomUUID()}`) }
  try {
    if (tip !== undefined) await forge.git.read(['read-tree', tip], undefined, index)
    const { code } = await forge.git.run(['update-index', '--replace', '-z', '--index-info'], line, index)
    if (code !== 0) throw new Refusal(422, 'path contains a malformed path component')
    return await forge.git.read(['write-tree'], undefined, index)
  } finally {
    await rm(index.GIT_INDEX_FILE, { force: true })
  }
}

/** Rules are a conflict to this part of the API. */
async function requireAllowed(forge: Forge, access: Access, change: RefChange): Promise<void> {
  const violations = violationsOf(await forge.state.read(), access, change)
  if (!violations) return
  const { source, messages } = violations
  throw new Refusal(
    409,
    source === 'ruleset' ? foundViolations(messages) : `Could not update file: ${messages.join(' ')}`,
  )
}

function decoded(content: string): Buffer {
  const text = content.replace(/\s/g, '')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.replace(/=+$/, '').length % 4 === 1)
    throw new Refusal(422, 'content is not valid Base64')
  return Buffer.from(text, 'base64')
}
