import type { BareRepository } from './git.ts'
import { notFound } from './refusal.ts'

export interface GitCommit {
  readonly sha: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Signature
  readonly committer: Signature
  readonly message: string
}

export interface Signature {
  readonly name: string
  readonly email: string
  /** ISO 8601, UTC, whole seconds. */
  readonly date: string
}

/** Reads a commit object; a refusal (404) where there is none of that hash. */
export async function readCommit(git: BareRepository, sha: string): Promise<GitCommit> {
  const { code, stdout } = await git.run(['cat-file', 'commit', sha])
  if (code !== 0) throw notFound()
  const text = stdout.toString()
  const end = text.indexOf('\n\n')
  const header = text.slice(0, end).split('\n')
  const values = (key: string) =>
    header.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1))
  return {
    sha,
    tree: values('tree')[0] ?? '',
    parents: values('parent'),
    author: parseSignature(values('author')[0] ?? ''),
    committer: parseSignature(values('committer')[0] ?? ''),
    message: text.slice(end + 2).replace(/\n$/, ''),
  }
}

/** ISO 8601 in UTC without milliseconds, as GitHub writes a time. */
export function timestamp(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, 'Z')
}

function parseSignature(line: string): Signature {
  const [, name = '', email = '', seconds = '0'] = /^(.*) <(.*)> (\d+) [+-]\d{4}$/.exec(line) ?? []
  return { name, email, date: timestamp(new Date(Number(seconds) * 1000)) }
}
