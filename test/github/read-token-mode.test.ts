import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { openGitHubClient } from '../../action/github/client.ts'
import { readTokenMode } from '../../action/github/read-token-mode.ts'
import { testGitHub } from '../support/local-github.ts'

const permissions = { contents: 'write', 'pull-requests': 'write' } as const

describe('readTokenMode()', () => {
  test.each([
    ['ghp_abc', {}, { kind: 'person' }],
    ['ghs_abc', {}, { kind: 'job', permissions }],
    [
      'ghs_abc',
      { GITHUB_ACTOR: 'dependabot[bot]', GITHUB_EVENT_NAME: 'push' },
      { kind: 'read-only', because: 'dependabot' },
    ],
  ])('knows %s with %o', async (token, environment, mode) => {
    await using github = await testGitHub({
      interrupt: (moment, { url }) => {
        if (moment === 'before' && url === '/api/graphql')
          return { status: 200, json: { data: { viewer: { login: 'github-actions[bot]' } } } }
        return url?.includes('/actions/permissions/workflow') ? { status: 403, json: { message: 'No' } } : 'serve'
      },
    })
    const client = await openGitHubClient({ ...github, token, isEmbedded: false })
    expect(await readTokenMode(client, environment, permissions)).toMatchObject(mode)
  })

  test('knows the tokens of the embedded GitHub', async () => {
    await using github = await testGitHub()
    const ofJob = await github.issueToken({ kind: 'job', permissions: { contents: 'write' } })
    const ofApp = await github.issueToken({ kind: 'app', slug: 'retrainer', permissions: { contents: 'write' } })
    const modeOf = async (token: string) => readTokenMode(await openGitHubClient({ ...github, token }), {}, permissions)
    expect(await modeOf(github.token)).toEqual({ kind: 'embedded' })
    expect(await modeOf(ofApp)).toMatchObject({ kind: 'app' })
    // The setting needs the permission `administration`, which no job has.
    expect(await modeOf(ofJob)).toEqual({ kind: 'job', permissions, mayActionsOpenPulls: undefined })
  })

  test('takes a token of nobody for what it is where GraphQL does not answer', async () => {
    await using github = await testGitHub()
    const client = await openGitHubClient({ ...github, isEmbedded: false })
    expect(await readTokenMode(client, {}, permissions)).toEqual({ kind: 'unknown' })
  })

  test.each([
    ['another repository', { full_name: 'mallory/parcels' }, 'read-only'],
    ['a repository that is gone', null, 'read-only'],
    ['this repository', { full_name: 'acme/parcels' }, 'job'],
  ])('reads from the event that the head is in %s', async (_, repo, kind) => {
    await using github = await testGitHub()
    const token = await github.issueToken({ kind: 'job', permissions: { contents: 'read' } })
    const event = join(github.folder, 'event.json')
    await writeFile(event, JSON.stringify({ pull_request: { head: { repo } } }))
    const environment = {
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_EVENT_PATH: event,
      GITHUB_REPOSITORY: 'acme/parcels',
    }
    expect(await readTokenMode(await openGitHubClient({ ...github, token }), environment, permissions)).toMatchObject({
      kind,
    })
  })
})
