import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Json } from '../base/canonical-json.ts'
import { isRecord } from '../base/is-record.ts'
import { type Actor, actorOf } from './access.ts'
import { type Answer, type Exchange, type Fields, type Forge, optionalText, param, requiredText } from './exchange.ts'
import { type GitCommit, readCommit } from './git-commits.ts'
import { notFound, Refusal } from './refusal.ts'
import { nodeId, pageOf } from './resources.ts'

export async function createBlob({ forge, body }: Exchange): Promise<Answer> {
  const encoding = optionalText(body, 'encoding') ?? 'utf-8'
  if (encoding !== 'utf-8' && encoding !== 'base64') throw new Refusal(422, `Invalid encoding: ${encoding}`)
  const content = Buffer.from(requiredText(body, 'content'), encoding === 'base64' ? 'base64' : 'utf8')
  const sha = await forge.git.read(['hash-object', '-w', '--stdin'], content)
  return { status: 201, json: { sha, url: `${forge.repositoryUrl}/git/blobs/${sha}` } }
}

export async function getBlob(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const sha = param(exchange, 'file_sha')
  if (!(await isObject(forge, sha, 'blob'))) throw notFound()
  const { stdout } = await forge.git.run(['cat-file', 'blob', sha])
  return {
    status: 200,
    json: {
      sha,
      node_id: nodeId('Blob', sha),
      url: `${forge.repositoryUrl}/git/blobs/${sha}`,
      size: stdout.length,
      encoding: 'base64',
      content: stdout.toString('base64'),
    },
  }
}

/** Entries over an optional base tree; `sha: null` removes a path, `content` makes the blob too. */
export async function createTree({ forge, body }: Exchange): Promise<Answer> {
  const entries = body['tree']
  if (!Array.isArray(entries) || entries.length === 0) throw new Refusal(422, 'Invalid tree info')
  const index = { GIT_INDEX_FILE: join(forge.git.folder, `index-${randomUUID()}`) }
  try {
    const base = optionalText(body, 'base_tree')
    if (base !== undefined) {
      const read = await forge.git.run(['read-tree', '--end-of-options', base], undefined, index)
      if (read.code !== 0) throw new Refusal(422, 'base_tree is not a tree')
    }
    let lines = ''
    for (const entry of entries) lines += await indexLine(forge, entry)
    const updated = await forge.git.run(['update-index', '--replace', '-z', '--index-info'], lines, index)
    if (updated.code !== 0) throw new Refusal(422, 'tree.path contains a malformed path component')
    const written = await forge.git.run(['write-tree'], undefined, index)
    if (written.code !== 0) throw new Refusal(422, 'Invalid tree info')
    return { status: 201, json: await treeResource(forge, written.stdout.toString().trim(), false) }
  } finally {
    await rm(index.GIT_INDEX_FILE, { force: true })
  }
}

export async function getTree(exchange: Exchange): Promise<Answer> {
  const { forge, query } = exchange
  const { code, stdout } = await forge.git.run([
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${param(exchange, 'tree_sha')}^{tree}`,
  ])
  if (code !== 0) throw notFound()
  return { status: 200, json: await treeResource(forge, stdout.toString().trim(), query.has('recursive')) }
}

export async function createCommit({ forge, access, body }: Exchange): Promise<Answer> {
  const message = requiredText(body, 'message')
  const tree = requiredText(body, 'tree')
  if (!(await isObject(forge, tree, 'tree'))) throw new Refusal(422, 'Tree SHA does not exist')
  const parents = body['parents'] ?? []
  if (!Array.isArray(parents)) throw new Refusal(422, 'Invalid request.\n\nparents is not an array.')
  for (const parent of parents) {
    if (!(await isObject(forge, parent, 'commit')))
      throw new Refusal(422, 'Parent SHA does not exist or is not a commit object')
  }
  const actor = actorOf(access)
  const author = signature(body['author'], actor)
  const committer = body['committer'] === undefined ? author : signature(body['committer'], actor)
  const header = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${author}`,
    `committer ${committer}`,
  ]
  const sha = await forge.git.read(
    ['hash-object', '-t', 'commit', '-w', '--stdin'],
    `${header.join('\n')}\n\n${message}`,
  )
  return { status: 201, json: gitCommitResource(forge, await readCommit(forge.git, sha)) }
}

export async function getGitCommit(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const sha = param(exchange, 'commit_sha')
  if (!(await isObject(forge, sha, 'commit'))) throw notFound()
  return { status: 200, json: gitCommitResource(forge, await readCommit(forge.git, sha)) }
}

/** Whether a full hash names an object of this type. */
export async function isObject(forge: Forge, sha: unknown, type: 'blob' | 'tree' | 'commit'): Promise<boolean> {
  if (typeof sha !== 'string' || !/^[0-9a-f]{40}$/.test(sha)) return false
  const { code, stdout } = await forge.git.run(['cat-file', '-t', sha])
  return code === 0 && stdout.toString().trim() === type
}

async function indexLine(forge: Forge, entry: unknown): Promise<string> {
  if (!isRecord(entry)) throw new Refusal(422, 'Invalid tree info')
  const path = requiredText(entry, 'path')
  if (path.includes('\0') || path.split('/').some((part) => /^(\.{0,2}|\.git)$/i.test(part)))
    throw new Refusal(422, 'tree.path contains a malformed path component')
  if (entry['sha'] === null) return `0 ${'0'.repeat(40)}\t${path}\0`
  const mode = optionalText(entry, 'mode') ?? '100644'
  if (!['100644', '100755', '040000', '120000'].includes(mode))
    throw new Refusal(422, `tree.mode ${mode} is not supported`)
  if (mode === '040000') throw new Refusal(501, 'The embedded GitHub takes no trees as entries of POST git/trees')
  const content = optionalText(entry, 'content')
  const sha =
    content === undefined ? requiredText(entry, 'sha') : await forge.git.read(['hash-object', '-w', '--stdin'], content)
  if (!(await isObject(forge, sha, 'blob'))) throw new Refusal(422, 'tree.sha is not a valid blob')
  return `${mode} ${sha}\t${path}\0`
}

export function signature(value: unknown, { login }: Actor): string {
  const fields: Fields = isRecord(value) ? value : {}
  const name = optionalText(fields, 'name') ?? login
  const email = optionalText(fields, 'email') ?? `${login}@users.noreply.localhost`
  const date = new Date(optionalText(fields, 'date') ?? Date.now())
  if (Number.isNaN(date.getTime())) throw new Refusal(422, 'Invalid date')
  if (/[<>\n\0]/.test(name + email)) throw new Refusal(422, 'Invalid author info')
  return `${name} <${email}> ${Math.floor(date.getTime() / 1000)} +0000`
}

async function treeResource(forge: Forge, sha: string, isRecursive: boolean): Promise<Json> {
  const listed = await forge.git.read(['ls-tree', '-l', '-z', ...(isRecursive ? ['-r', '-t'] : []), sha])
  const tree = listed.split('\0').flatMap((line) => {
    const [, mode = '', type = '', entrySha = '', size = '', path = ''] =
      /^(\d+) (\w+) ([0-9a-f]+) +(\S+)\t(.*)$/s.exec(line) ?? []
    if (path === '') return []
    const url = `${forge.repositoryUrl}/git/${type}s/${entrySha}`
    return [{ path, mode, type, sha: entrySha, url, ...(type === 'blob' && { size: Number(size) }) }]
  })
  return { sha, url: `${forge.repositoryUrl}/git/trees/${sha}`, tree, truncated: false }
}

export function gitCommitResource(forge: Forge, commit: GitCommit): Json {
  const page = `${pageOf(forge)}/commit/`
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    url: `${forge.repositoryUrl}/git/commits/${commit.sha}`,
    html_url: page + commit.sha,
    author: { ...commit.author },
    committer: { ...commit.committer },
    message: commit.message,
    tree: { sha: commit.tree, url: `${forge.repositoryUrl}/git/trees/${commit.tree}` },
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${forge.repositoryUrl}/git/commits/${sha}`,
      html_url: page + sha,
    })),
    verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
  }
}
