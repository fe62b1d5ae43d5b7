import { describe, expect, test } from 'vitest'

import { connectionFromEnvironment } from '../../action/github/real-connection.ts'

const runner = {
  GITHUB_API_URL: 'https://github.acme.example/api/v3/',
  GITHUB_SERVER_URL: 'https://github.acme.example',
  GITHUB_REPOSITORY: 'acme/parcels',
  GITHUB_TOKEN: 'secret',
}

describe('connectionFromEnvironment()', () => {
  test('takes what the runner sets', () => {
    expect(connectionFromEnvironment(runner)).toMatchObject({
      apiUrl: 'https://github.acme.example/api/v3',
      gitUrl: 'https://github.acme.example/acme/parcels.git',
      token: 'secret',
      owner: 'acme',
      repository: 'parcels',
      isEmbedded: false,
    })
  })

  test('prefers the token that the step was given', () => {
    expect(connectionFromEnvironment({ ...runner, INPUT_TOKEN: 'given' }).token).toBe('given')
  })

  test.each([
    ['no token', { GITHUB_TOKEN: '' }, 'github/no-token'],
    ['no repository', { GITHUB_REPOSITORY: undefined }, 'github/bad-environment'],
    ['a repository without its owner', { GITHUB_REPOSITORY: 'parcels' }, 'github/bad-environment'],
    ['an address that is none', { GITHUB_API_URL: 'github' }, 'github/bad-environment'],
    ['an address of a file', { GITHUB_API_URL: 'file:///etc' }, 'github/bad-environment'],
  ])('throws a fault of the user’s where there is %s', (_, change, code) => {
    expect(() => connectionFromEnvironment({ ...runner, ...change })).toThrow(
      expect.objectContaining({ code, owner: 'user' }),
    )
  })
})
