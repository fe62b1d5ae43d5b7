import type { Json } from '../base/canonical-json.ts'
import { type Answer, type Exchange, type Forge, paginated, param } from './exchange.ts'
import { type GitCommit, readCommit } from './git-commits.ts'
import { notFound, Refusal } from './refusal.ts'
import { nodeId, pageOf, repositoryResource } from './resources.ts'

export async function getRepository({ forge, access }: Exchange): Promise<Answer> {
  return { status: 200, json: repositoryResource(forge, await forge.state.read(), access) }
}

/** The newest first; `sha`: where to start, `path`: only commits that touched it. */
export async function listCommits(exchange: Exchange): Promise<Answer> {
  const { forge, query } = exchange
  const start = await commitNamed(forge, query.get('sha') ?? 'main')
  if (start === undefined) throw notFound()
  const path = query.get('path')
  const found = await forge.git.read(['rev-list', start, ...(path === null ? [] : ['--', path])])
  const { items, headers } = paginated(exchange, '/commits', found.split('\n').filter(Boolean))
  const commits: Json[] = []
  for (const sha of items) commits.push(commitResource(forge, await readCommit(forge.git, sha)))
  return { status: 200, json: commits, headers }
}

export async function getCommit(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const name = param(exchange, 'ref')
  const sha = await commitNamed(forge, name)
  if (sha === undefined) throw new Refusal(422, `No commit found for SHA: ${name}`)
  return { status: 200, json: commitResource(forge, await readCommit(forge.git, sha)) }
}

export async function getContents(exchange: Exchange): Promise<Answer> {
  const { forge, query } = exchange
  const path = param(exchange, 'path').replace(/^\/+|\/+$/g, '')
  const ref = query.get('ref') ?? 'main'
  const commit = await commitNamed(forge, ref)
  if (commit === undefined) throw notFound()
  const type = await forge.git.run(['cat-file', '-t', `${commit}:${path}`])
  if (type.code !== 0) throw notFound()
  if (type.stdout.toString().trim() === 'tree') {
    const listed = await forge.git.read(['ls-tree', '-l', '-z', `${commit}:${path}`])
    return {
      status: 200,
      json: listed
        .split('\0')
        .filter(Boolean)
        .map((line) => entryResource(forge, ref, path, line)),
    }
  }
  const sha = await forge.git.read(['rev-parse', `${commit}:${path}`])
  const { stdout } = await forge.git.run(['cat-file', 'blob', sha])
  const file = entryOf(forge, ref, path, { type: 'file', sha, bytes: stdout.length })
  return { status: 200, json: { ...file, encoding: 'base64', content: stdout.toString('base64') } }
}

/** GitHub answers with an address elsewhere; ours is `downloadTarball`. */
export async function getTarball(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const sha = await commitNamed(forge, param(exchange, 'ref'))
  if (sha === undefined) throw notFound()
  return { status: 302, headers: { location: `${pageOf(forge)}/legacy.tar.gz/${sha}` } }
}

export async function downloadTarball(exchange: Exchange): Promise<Answer> {
  const { forge } = exchange
  const sha = await commitNamed(forge, param(exchange, 'ref'))
  if (sha === undefined) throw notFound()
  const prefix = `${forge.owner}-${forge.repository}-${sha.slice(0, 7)}/`
  const { stdout } = await forge.git.run(['archive', '--format=tar.gz', `--prefix=${prefix}`, sha])
  return { status: 200, content: stdout, contentType: 'application/x-gzip' }
}

/** The commit that a branch, a tag or a hash names. */
export async function commitNamed(forge: Forge, name: string): Promise<string | undefined> {
  if (name === '' || name.startsWith('-')) return undefined
  const candidates = /^[0-9a-f]{40}$/.test(name) ? [name] : [`refs/heads/${name}`, `refs/tags/${name}`, name]
  for (const candidate of candidates) {
    const { code, stdout } = await forge.git.run([
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${candidate}^{commit}`,
    ])
    if (code === 0) return stdout.toString().trim()
  }
  return undefined
}

export function commitResource(forge: Forge, commit: GitCommit): Json {
  const url = `${forge.repositoryUrl}/commits/${commit.sha}`
  const page = `${pageOf(forge)}/commit/${commit.sha}`
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    url,
    html_url: page,
    comments_url: `${url}/comments`,
    commit: {
      url: `${forge.repositoryUrl}/git/commits/${commit.sha}`,
      author: { ...commit.author },
      committer: { ...commit.committer },
      message: commit.message,
      comment_count: 0,
      tree: { sha: commit.tree, url: `${forge.repositoryUrl}/git/trees/${commit.tree}` },
      verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
    },
    author: null,
    committer: null,
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${forge.repositoryUrl}/commits/${sha}`,
      html_url: `${pageOf(forge)}/commit/${sha}`,
    })),
  }
}

function entryResource(forge: Forge, ref: string, folder: string, line: string): Json {
  const [, type = '', sha = '', size = '', name = ''] = /^\d+ (\w+) ([0-9a-f]+) +(\S+)\t(.*)$/s.exec(line) ?? []
  const path = folder === '' ? name : `${folder}/${name}`
  const kind = type === 'tree' ? 'dir' : type === 'commit' ? 'submodule' : 'file'
  return entryOf(forge, ref, path, { type: kind, sha, bytes: kind === 'file' ? Number(size) : 0 })
}

export function entryOf(forge: Forge, ref: string, path: string, entry: { type: string; sha: string; bytes: number }) {
  const address = path.split('/').map(encodeURIComponent).join('/')
  const url = `${forge.repositoryUrl}/contents/${address}?ref=${encodeURIComponent(ref)}`
  const gitUrl = `${forge.repositoryUrl}/git/${entry.type === 'dir' ? 'trees' : 'blobs'}/${entry.sha}`
  const page = `${pageOf(forge)}/blob/${ref}/${address}`
  return {
    type: entry.type,
    size: entry.bytes,
    name: path.split('/').at(-1) ?? path,
    path,
    sha: entry.sha,
    url,
    git_url: gitUrl,
    html_url: page,
    download_url: entry.type === 'file' ? `${pageOf(forge)}/raw/${ref}/${address}` : null,
    _links: { self: url, git: gitUrl, html: page },
  }
}
