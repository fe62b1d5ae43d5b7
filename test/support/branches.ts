import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { git, push, type TestGitHub } from './local-github.ts'

/** One more commit on a branch, pushed; a new branch begins at `from`, or where `main` was first. */
export async function commitFile(
  github: TestGitHub,
  branch: string,
  files: Readonly<Record<string, string>>,
  { from, message }: { readonly from?: string; readonly message?: string } = {},
): Promise<string> {
  const work = join(github.folder, 'work')
  const start = from ?? (await tipOf(work, branch)) ?? github.head
  await git(work, 'checkout', '--quiet', '-B', branch, start)
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(work, path)), { recursive: true })
    await writeFile(join(work, path), text)
  }
  await git(work, 'add', '--all')
  await git(work, 'commit', '--quiet', '-m', message ?? `Change ${Object.keys(files).join(', ')}`)
  await push(github, work, `+HEAD:refs/heads/${branch}`)
  return git(work, 'rev-parse', 'HEAD')
}

async function tipOf(work: string, branch: string): Promise<string | undefined> {
  return git(work, 'rev-parse', '--verify', '--quiet', `refs/heads/${branch}`).catch(() => undefined)
}
