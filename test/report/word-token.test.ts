import { expect, test } from 'vitest'

import type { TokenMode } from '../../action/github/token-mode.ts'
import { wordTokenMode } from '../../action/report/word-token.ts'

const permissions = { contents: 'write', 'pull-requests': 'write', actions: 'read' } as const

test.each<[TokenMode, string]>([
  [
    { kind: 'job', permissions, mayActionsOpenPulls: undefined },
    'token: GITHUB_TOKEN, may write contents, pull requests; pull requests by Actions: cannot see with this token',
  ],
  [
    { kind: 'job', permissions: undefined, mayActionsOpenPulls: false },
    'token: GITHUB_TOKEN, what it may write: cannot see with this token; pull requests by Actions: off',
  ],
  [{ kind: 'read-only', because: 'fork' }, 'token: GITHUB_TOKEN, reads only: the change comes from a fork'],
  [{ kind: 'app', login: 'retrainer[bot]' }, 'token: of an App, retrainer[bot]; what it makes starts workflows'],
  [{ kind: 'person', login: undefined }, 'token: of a person; what it makes starts workflows'],
  [{ kind: 'embedded' }, 'token: of the embedded GitHub, may everything'],
  [{ kind: 'unknown' }, 'token: whose it is: cannot see with this token'],
])('wordTokenMode() of %o', (mode, words) => {
  expect(wordTokenMode(mode)).toBe(words)
})
