import { join } from 'node:path'

import { openGitHubClient } from '../../action/github/client.ts'
import { observe } from '../../action/doctor/observe.ts'
import type { Observed } from '../../action/doctor/observed.ts'
import { issueToken } from '../../action/local-github/tokens.ts'
import type { TokenHolder, Settings } from '../../action/local-github/platform-state.ts'
import { configure } from '../../action/local-github/settings.ts'
import { openState } from '../../action/local-github/state.ts'
import { git, push, type TestGitHub, testGitHub } from './local-github.ts'
import { writeFiles } from './temp-folder.ts'

export interface TestRepository extends TestGitHub {
  /** The working copy. */
  readonly work: string
  /** Everything that the checks judge, as the holder of a token sees it; the owner where none is named. */
  readonly observe: (options?: ObserveOptions) => Promise<Observed>
  readonly issue: (holder: TokenHolder) => Promise<string>
}

export interface ObserveOptions {
  readonly holder?: TokenHolder
  readonly change?: Partial<Observed>
}

/** An embedded GitHub with settings, and files pushed to `main`. */
export async function testRepository(
  settings: Partial<Settings>,
  files: Readonly<Record<string, string>>,
): Promise<TestRepository> {
  const github = await testGitHub()
  const state = await openState(join(github.folder, 'github'), github.owner, github.repository)
  await configure(state, settings)
  const work = join(github.folder, 'work')
  writeFiles(work, files)
  await git(work, 'add', '--all')
  await git(work, 'commit', '--quiet', '--allow-empty', '-m', 'Settings')
  await push(github, work, 'HEAD:refs/heads/main')
  const issue = (holder: TokenHolder) => issueToken(state, holder)
  return {
    ...github,
    work,
    issue,
    observe: async ({ holder, change = {} } = {}) => {
      const token = holder ? await issue(holder) : github.token
      const client = await openGitHubClient({ ...github, token })
      const observed = await observe(client, {
        repositoryFolder: work,
        environment: {},
        now: new Date(),
        signal: new AbortController().signal,
        project: undefined,
        needs: {
          run: { contents: 'read' },
          register: { contents: 'write' },
          propose: { contents: 'write', 'pull-requests': 'write' },
        },
        wantedLabels: [],
        storeTimeoutMs: 5000,
      })
      return { ...observed, ...change }
    },
  }
}
