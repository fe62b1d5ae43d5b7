import { type Done, type GitHubClient, repeatable } from './client.ts'
import type { Refused } from './github-fault.ts'

const refShape = { object: { sha: 'text', type: 'text' } } as const
const shaShape = { sha: 'text' } as const

/** The commit that a branch points at; undefined where there is no such branch. `branch` without `refs/heads/`. */
export async function readBranch(client: GitHubClient, branch: string): Promise<string | undefined> {
  const found = await client.attempt(
    'read the branch',
    branch,
    ({ rest }, repository) => rest.git.getRef({ ...repository, ref: `heads/${branch}` }),
    refShape,
  )
  // An empty repository answers 409.
  return found.kind === 'done' ? found.data.object.sha : undefined
}

export interface Branch {
  /** Without `refs/heads/`. */
  readonly name: string
  readonly commit: string
}

/** Branches whose names begin so; one call. */
export async function listBranches(client: GitHubClient, beginning: string): Promise<readonly Branch[]> {
  const found = await client.attempt('list the branches', beginning, ({ rest }, repository) =>
    rest.git.listMatchingRefs({ ...repository, ref: `heads/${beginning}` }),
  )
  // An empty repository answers 409.
  if (found.kind === 'refused') return []
  return found.data.map(({ ref, object }) => ({ name: ref.replace('refs/heads/', ''), commit: object.sha }))
}

/** Tags whose names begin so; one call. */
export async function listTags(client: GitHubClient, beginning: string): Promise<readonly string[]> {
  const found = await client.attempt('list the tags', beginning, ({ rest }, repository) =>
    rest.git.listMatchingRefs({ ...repository, ref: `tags/${beginning}` }),
  )
  // An empty repository answers 409.
  return found.kind === 'refused' ? [] : found.data.map(({ ref }) => ref.replace('refs/tags/', ''))
}

/** One that is gone is done; one that an immutable release or a rule holds stays. */
export async function deleteTag(client: GitHubClient, tag: string): Promise<void> {
  await client.attempt('delete the tag', tag, ({ rest }, repository) =>
    rest.git.deleteRef({ ...repository, ref: `tags/${tag}` }),
  )
}

/** The commit that a tag points at; undefined where there is no such tag. */
export async function readTag(client: GitHubClient, tag: string): Promise<string | undefined> {
  const found = await client.find(
    'read the tag',
    tag,
    ({ rest }, repository) => rest.git.getRef({ ...repository, ref: `tags/${tag}` }),
    refShape,
  )
  if (found?.object.type !== 'tag') return found?.object.sha
  const commit = await client.call(
    'read the tag',
    tag,
    ({ rest }, repository) => rest.repos.getCommit({ ...repository, ref: tag }),
    shaShape,
  )
  return commit.sha
}

export interface NewCommit {
  readonly branch: string
  /** What the branch points at; undefined makes the branch, without a parent. */
  readonly parent: string | undefined
  readonly message: string
  /** Path → text of the files that the commit adds or replaces. */
  readonly files: Readonly<Record<string, string>>
  readonly author: { readonly name: string; readonly email: string; readonly date: string }
}

/** Adds one commit by compare-and-swap: refused where the branch no longer points at `parent`. Answers the commit. */
export async function commitFiles(client: GitHubClient, commit: NewCommit): Promise<Done<string> | Refused> {
  const { branch, parent } = commit
  const sha = await writeCommit(client, commit)
  if (parent === undefined) {
    const made = await createBranch(client, branch, sha)
    return made.kind === 'done' ? { kind: 'done', data: sha } : made
  }
  const moved = await client.attempt('move the branch', branch, ({ rest }, repository) =>
    rest.git.updateRef({ ...repository, ref: `heads/${branch}`, sha, force: false }),
  )
  return moved.kind === 'done' ? { kind: 'done', data: sha } : moved
}

/** Refused where the branch is there already. */
export async function createBranch(
  client: GitHubClient,
  branch: string,
  sha: string,
): Promise<Done<unknown> | Refused> {
  return client.attempt('make the branch', branch, ({ rest }, repository) =>
    // Sent again after all, it is refused as one that is there.
    rest.git.createRef({ ...repository, ref: `refs/heads/${branch}`, sha, request: repeatable }),
  )
}

/** Writes a commit that no branch points at yet: the same parent, files, message and author give the same commit. */
export async function writeCommit(client: GitHubClient, commit: NewCommit): Promise<string> {
  const { branch, parent, files, message, author } = commit
  const entries = Object.entries(files).map(
    ([path, content]) => ({ path, mode: '100644', type: 'blob', content }) as const,
  )
  const tree = await client.call(
    'write files of the branch',
    branch,
    ({ rest }, repository) =>
      rest.git.createTree({
        ...repository,
        tree: entries,
        ...(parent !== undefined && { base_tree: parent }),
        request: repeatable,
      }),
    shaShape,
  )
  const { sha } = await client.call(
    'write a commit of the branch',
    branch,
    ({ rest }, repository) =>
      rest.git.createCommit({
        ...repository,
        message,
        tree: tree.sha,
        parents: parent === undefined ? [] : [parent],
        author,
        request: repeatable,
      }),
    shaShape,
  )
  return sha
}

/** The text of a file of at most 1 MB at a commit; undefined where it holds none of that path. */
export async function readTextFile(client: GitHubClient, commit: string, path: string): Promise<string | undefined> {
  const found = await client.find('read the file', path, ({ rest }, repository) =>
    rest.repos.getContent({ ...repository, path, ref: commit }),
  )
  if (found === undefined || Array.isArray(found) || found.type !== 'file') return undefined
  return Buffer.from(found.content, 'base64').toString()
}

export interface PathCommit {
  readonly sha: string
  /** First line of the message. */
  readonly subject: string
  /** ISO 8601, as its author has it. */
  readonly at: string
}

/** The newest commits up to `head` that changed a file, newest first, at most 100; one call. */
export async function commitsOf(client: GitHubClient, head: string, path: string): Promise<readonly PathCommit[]> {
  const commits = await client.call('list the commits of', path, ({ rest }, repository) =>
    rest.repos.listCommits({ ...repository, sha: head, path, per_page: 100 }),
  )
  return commits.map(({ sha, commit }) => ({
    sha,
    subject: commit.message.split('\n')[0] ?? '',
    at: commit.author?.date ?? '',
  }))
}

export interface TreeFile {
  readonly path: string
  /** As git names its bytes. */
  readonly id: string
}

/** The files of a commit, one call; undefined where GitHub does not list so many. */
export async function listTree(client: GitHubClient, commit: string): Promise<readonly TreeFile[] | undefined> {
  const { tree, truncated } = await client.call('list the files of', commit, ({ rest }, repository) =>
    rest.git.getTree({ ...repository, tree_sha: commit, recursive: '1' }),
  )
  return truncated ? undefined : tree.filter(({ type }) => type === 'blob').map(({ path, sha }) => ({ path, id: sha }))
}

export async function readBlob(client: GitHubClient, id: string): Promise<Buffer> {
  const { content } = await client.call('read the file', id, ({ rest }, repository) =>
    rest.git.getBlob({ ...repository, file_sha: id }),
  )
  return Buffer.from(content, 'base64')
}

/** A commit's files as a gzipped tar archive, under one folder. */
export async function downloadTarball(client: GitHubClient, commit: string): Promise<Uint8Array> {
  const data = await client.call<unknown>('download the commit', commit, ({ rest }, repository) =>
    rest.repos.downloadTarballArchive({ ...repository, ref: commit }),
  )
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  throw new TypeError(`GitHub answered no archive for ${commit}`)
}

/** The tree of a commit; undefined where there is no such commit. */
export async function readTreeOf(client: GitHubClient, commit: string): Promise<string | undefined> {
  const found = await client.find('read the commit', commit.slice(0, 8), ({ rest }, repository) =>
    rest.git.getCommit({ ...repository, commit_sha: commit }),
  )
  return found?.tree.sha
}

export interface CommitFacts {
  readonly sha: string
  /** First line of the message. */
  readonly subject: string
  readonly author: string
}

export async function readCommitFacts(client: GitHubClient, commit: string): Promise<CommitFacts | undefined> {
  const found = await client.attempt('read the commit', commit, ({ rest }, repository) =>
    rest.repos.getCommit({ ...repository, ref: commit }),
  )
  if (found.kind === 'refused') return undefined
  const { sha, commit: facts } = found.data
  return { sha, subject: facts.message.split('\n')[0] ?? '', author: facts.author?.name ?? 'unknown' }
}
