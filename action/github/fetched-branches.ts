import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Fault } from '../base/fault.ts'
import type { GitHubConnection } from './connection.ts'
import { ownGitAccess } from './git-access.ts'

/** Branches of a repository with all their history, in a folder of their own that goes with it. */
export interface FetchedBranches extends AsyncDisposable {
  /** Branch (without `refs/heads/`) → its commit. */
  readonly heads: ReadonlyMap<string, string>
  /** Every tag of the repository → the commit that it points at. */
  readonly tags: ReadonlyMap<string, string>
  /** A branch's commits, the oldest first; of a merge what it changed of its first parent. */
  readonly commits: (branch: string) => Promise<readonly BranchCommit[]>
  /** Path → what a branch holds now. */
  readonly files: (branch: string) => Promise<ReadonlyMap<string, FileText>>
}

/** Null where it is larger than any file that Plumbline writes on a branch of its own, or no file at all. */
export type FileText = string | null

export interface BranchCommit {
  readonly sha: string
  readonly author: string
  /** ISO 8601, as its author has it. */
  readonly at: string
  /** First line of the message. */
  readonly subject: string
  readonly changes: readonly FileChange[]
}

export type FileChange =
  | { readonly kind: 'added' | 'changed'; readonly path: string; readonly text: FileText }
  | { readonly kind: 'removed'; readonly path: string }

/**
 * Fetches the branches whose names begin so, by git: all their commits take one request, where the API takes one each.
 * Faults: `github/no-git`, `github/git`.
 */
export async function fetchBranches(
  connection: GitHubConnection,
  beginnings: readonly string[],
  signal?: AbortSignal,
): Promise<FetchedBranches> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-branches-'))
  const environment = ownGitAccess(connection)
  const run: Git = (args, input) => runGit(folder, environment, args, input, signal)
  try {
    const wanted = beginnings.map((beginning) => `refs/heads/${beginning}*`)
    const listed = await run(['ls-remote', '--quiet', connection.gitUrl, ...wanted, 'refs/tags/*'])
    await run(['init', '--quiet', '--bare', '.'])
    if (/\trefs\/heads\//.test(listed.toString())) {
      const specs = wanted.map((pattern) => `+${pattern}:${pattern}`)
      await run(['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', connection.gitUrl, ...specs])
    }
    const refs = await run(['for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads/'])
    const heads = linesOf(refs).map((line) => [line.slice('refs/heads/'.length + 41), line.slice(0, 40)] as const)
    return {
      heads: new Map(heads),
      tags: tagsIn(listed),
      commits: (branch) => readCommits(run, `refs/heads/${branch}`),
      files: (branch) => readFiles(run, `refs/heads/${branch}`),
      [Symbol.asyncDispose]: () => remove(folder),
    }
  } catch (error) {
    await remove(folder)
    throw error
  }
}

type Git = (args: readonly string[], input?: string) => Promise<Buffer>

/** An annotated tag is told twice: as an object of its own, then as what it points at. */
function tagsIn(listed: Buffer): ReadonlyMap<string, string> {
  const tags = new Map<string, string>()
  for (const line of linesOf(listed)) {
    const [sha = '', ref = ''] = line.split('\t')
    if (ref.startsWith('refs/tags/')) tags.set(ref.slice('refs/tags/'.length).replace(/\^\{\}$/, ''), sha)
  }
  return tags
}

async function readCommits(run: Git, ref: string): Promise<readonly BranchCommit[]> {
  const format = '--format=%H%x00%P%x00%an%x00%aI%x00%s'
  const fields = (await run(['log', '-z', '--first-parent', '--reverse', format, ref])).toString().split('\0')
  const commits: Omit<BranchCommit, 'changes'>[] = []
  const parents = new Map<string, string | undefined>()
  for (let at = 0; at + 4 < fields.length; at += 5) {
    const [sha = '', parent = '', author = '', when = '', subject = ''] = fields.slice(at, at + 5)
    commits.push({ sha, author, at: when, subject })
    parents.set(sha, parent.split(' ')[0] || undefined)
  }
  const pairs = commits.map(({ sha }) => `${sha}${parents.get(sha) === undefined ? '' : ` ${parents.get(sha)}`}\n`)
  const compared = await run(['diff-tree', '--stdin', '-r', '-z', '--root', '--no-renames'], pairs.join(''))
  const changes = changesIn(compared)
  const texts = await readTexts(run, [...changes.values()].flat())
  return commits.map((commit) => ({
    ...commit,
    changes: (changes.get(commit.sha) ?? []).map(({ path, before, blob }): FileChange => {
      if (blob === null) return { kind: 'removed', path }
      return { kind: before === null ? 'added' : 'changed', path, text: texts.get(blob) ?? null }
    }),
  }))
}

interface RawChange {
  readonly path: string
  /** Git's names of the content; null where there is none. */
  readonly before: string | null
  readonly blob: string | null
}

/** Commit → its changes: `<sha> NUL`, then for each change `:<mode> <mode> <blob> <blob> <letter> NUL <path> NUL`. */
function changesIn(compared: Buffer): ReadonlyMap<string, readonly RawChange[]> {
  const found = new Map<string, RawChange[]>()
  const tokens = compared.toString().split('\0')
  let current: RawChange[] = []
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] ?? ''
    if (!token.startsWith(':')) {
      current = []
      found.set(token, current)
      continue
    }
    const [, , before = '', blob = ''] = token.split(' ')
    current.push({ path: tokens[++at] ?? '', before: shaOrNull(before), blob: shaOrNull(blob) })
  }
  return found
}

async function readFiles(run: Git, ref: string): Promise<ReadonlyMap<string, FileText>> {
  const listed = (await run(['ls-tree', '-r', '-z', ref])).toString().split('\0')
  const files = listed.flatMap((line) => {
    const [facts = '', path = ''] = line.split('\t')
    const blob = facts.split(' ')[2]
    return blob === undefined ? [] : [{ path, blob }]
  })
  const texts = await readTexts(run, files)
  return new Map(files.map(({ path, blob }) => [path, texts.get(blob) ?? null]))
}

/** More than a record of a run with very many stages takes. */
const mostBytes = 8_000_000

async function readTexts(
  run: Git,
  wanted: readonly { readonly blob: string | null }[],
): Promise<ReadonlyMap<string, string>> {
  const blobs = [...new Set(wanted.flatMap(({ blob }) => blob ?? []))]
  const sizes = await run(['cat-file', '--batch-check=%(objectname) %(objecttype) %(objectsize)'], asLines(blobs))
  const small = linesOf(sizes).flatMap((line) => {
    const [blob = '', type, bytes] = line.split(' ')
    return type === 'blob' && Number(bytes) <= mostBytes ? [blob] : []
  })
  const all = await run(['cat-file', '--batch=%(objectname) %(objectsize)'], asLines(small))
  const texts = new Map<string, string>()
  for (let at = 0; at < all.length; ) {
    const end = all.indexOf('\n', at)
    const [blob = '', bytes] = all.toString('utf8', at, end).split(' ')
    texts.set(blob, all.toString('utf8', end + 1, end + 1 + Number(bytes)))
    at = end + 2 + Number(bytes)
  }
  return texts
}

function runGit(
  folder: string,
  env: NodeJS.ProcessEnv,
  args: readonly string[],
  input: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { cwd: folder, env, ...(signal && { signal }) })
    const output: Buffer[] = []
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    // Git that ends early reads no more; its exit code tells.
    child.stdin.on('error', () => {})
    child.on('error', (cause) => reject(cause.name === 'AbortError' ? cause : noGit(cause)))
    child.on('close', (code) => (code === 0 ? resolve(Buffer.concat(output)) : reject(failed(args[0] ?? '', said))))
    child.stdin.end(input)
  })
}

function noGit(cause: Error): Fault {
  return new Fault('github/no-git', `Cannot start "git": ${cause.message}; expected git 2.30 or newer on the PATH`, {
    remedy: 'Install git.',
    cause,
  })
}

function failed(action: string, said: string): Fault {
  const [first = 'it says nothing'] = said.trim().split('\n')
  return new Fault(
    'github/git',
    `Cannot read branches by "git ${action}": ${first}; expected git to reach the repository as the API does`,
    { remedy: 'Look whether the token may read its contents, and whether git has the proxy that the API has.' },
  )
}

function linesOf(output: Buffer): readonly string[] {
  return output
    .toString()
    .split('\n')
    .filter((line) => line !== '')
}

function asLines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('')
}

function shaOrNull(sha: string): string | null {
  return /^0*$/.test(sha) ? null : sha
}

async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}
