import { describe, expect, test } from 'vitest'

import {
  decideTokenMode,
  mayOpenPulls,
  mayWrite,
  startsWorkflows,
  type TokenFacts,
} from '../../action/github/token-mode.ts'

const facts: TokenFacts = {
  isEmbedded: false,
  login: undefined,
  issuedTo: undefined,
  origin: 'repository',
  permissions: undefined,
  mayActionsOpenPulls: undefined,
}
const job = { login: 'github-actions[bot]', permissions: { contents: 'write', 'pull-requests': 'write' } } as const

describe('decideTokenMode()', () => {
  test.each<[string, Partial<TokenFacts>, object]>([
    ['the embedded GitHub', { isEmbedded: true }, { kind: 'embedded' }],
    ['an App', { login: 'retrainer[bot]', issuedTo: 'installation' }, { kind: 'app', login: 'retrainer[bot]' }],
    ['a person by login', { login: 'ada' }, { kind: 'person', login: 'ada' }],
    ['a person by the token', { issuedTo: 'person' }, { kind: 'person' }],
    ['GITHUB_TOKEN', job, { kind: 'job', permissions: job.permissions }],
    ['GITHUB_TOKEN of unknown permissions', { login: job.login }, { kind: 'job', permissions: undefined }],
    [
      'GITHUB_TOKEN that reads',
      { ...job, permissions: { contents: 'read' } },
      { kind: 'read-only', because: 'permissions' },
    ],
    ['a fork', { ...job, origin: 'fork' }, { kind: 'read-only', because: 'fork' }],
    ['Dependabot', { ...job, origin: 'dependabot' }, { kind: 'read-only', because: 'dependabot' }],
    ['a token of nobody in a fork', { origin: 'fork' }, { kind: 'read-only', because: 'fork' }],
    ['an App in a fork’s run', { issuedTo: 'app', origin: 'fork' }, { kind: 'app' }],
    ['a job of the embedded GitHub', { isEmbedded: true, issuedTo: 'job' }, { kind: 'job' }],
    ['nothing told', {}, { kind: 'unknown' }],
  ])('tells %s', (_, told, mode) => {
    expect(decideTokenMode({ ...facts, ...told })).toMatchObject(mode)
  })
})

describe('mayWrite(), mayOpenPulls(), startsWorkflows()', () => {
  test.each<[string, Partial<TokenFacts>, readonly (boolean | undefined)[]]>([
    ['the embedded GitHub', { isEmbedded: true }, [true, true, true]],
    ['a fork', { ...job, origin: 'fork' }, [false, false, false]],
    ['an App', { issuedTo: 'app' }, [undefined, undefined, true]],
    ['nobody', {}, [undefined, undefined, undefined]],
    ['GITHUB_TOKEN', job, [true, undefined, false]],
    ['GITHUB_TOKEN that is let', { ...job, mayActionsOpenPulls: true }, [true, true, false]],
    ['GITHUB_TOKEN that is not let', { ...job, mayActionsOpenPulls: false }, [true, false, false]],
    ['GITHUB_TOKEN without it', { ...job, permissions: { 'pull-requests': 'write' } }, [false, undefined, false]],
    [
      'GITHUB_TOKEN of unknown permissions',
      { login: job.login, mayActionsOpenPulls: true },
      [undefined, undefined, false],
    ],
  ])('of %s', (_, told, [writes, opens, starts]) => {
    const mode = decideTokenMode({ ...facts, ...told })
    expect([mayWrite(mode, 'contents'), mayOpenPulls(mode), startsWorkflows(mode)]).toEqual([writes, opens, starts])
  })
})
