import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { actionsArtifactStore } from '../../../action/github/runner/actions-artifact-store.ts'
import { startResultsServices } from '../../support/results-services.ts'
import { tempFolder } from '../../support/temp-folder.ts'

/** `@actions/artifact` reads the process's environment. */
function useServices(url: string, token: string): void {
  vi.stubEnv('ACTIONS_RESULTS_URL', url)
  vi.stubEnv('ACTIONS_RUNTIME_TOKEN', token)
  vi.stubEnv('GITHUB_SERVER_URL', 'http://gh.localhost')
}

describe('actionsArtifactStore()', () => {
  beforeEach(() => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  })
  afterEach(() => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
  })

  test('hands files from one job of a run to the next, and says where there are none', async () => {
    await using services = await startResultsServices()
    const folder = tempFolder({ 'from/deep/a.txt': 'hello' })
    useServices(services.url, services.tokenFor('run-1'))
    const store = actionsArtifactStore(process.env)

    const { digest } = await store.upload('stage', join(folder, 'from'), [join(folder, 'from/deep/a.txt')])

    expect(await store.download('stage', join(folder, 'to'))).toBe(true)
    expect(await readFile(join(folder, 'to/deep/a.txt'), 'utf8')).toBe('hello')
    expect(services.artifacts()).toEqual([
      expect.objectContaining({ run: 'run-1', name: 'stage', digest: `sha256:${digest}` }),
    ])
    expect(await store.download('nothing', join(folder, 'to'))).toBe(false)
  })

  test('does not see the artifacts of another run', async () => {
    await using services = await startResultsServices()
    const folder = tempFolder({ 'a.txt': 'hello' })
    useServices(services.url, services.tokenFor('run-1'))
    await actionsArtifactStore(process.env).upload('stage', folder, [join(folder, 'a.txt')])

    useServices(services.url, services.tokenFor('run-2'))

    expect(await actionsArtifactStore(process.env).download('stage', join(folder, 'to'))).toBe(false)
  })

  test('a name that the run has used already is a fault with a remedy', async () => {
    await using services = await startResultsServices()
    const folder = tempFolder({ 'a.txt': 'hello' })
    useServices(services.url, services.tokenFor('run-1'))
    const store = actionsArtifactStore(process.env)
    await store.upload('stage', folder, [join(folder, 'a.txt')])

    await expect(store.upload('stage', folder, [join(folder, 'a.txt')])).rejects.toMatchObject({
      code: 'workflow/artifact',
      owner: 'remote',
    })
  })

  test.each([
    ['on GitHub Enterprise Server', { GITHUB_SERVER_URL: 'https://git.acme.example' }],
    ['outside a workflow', { GITHUB_SERVER_URL: 'https://github.com' }],
  ])('refuses %s, without a word to the network', async (_, environment) => {
    await expect(actionsArtifactStore(environment).download('stage', '.')).rejects.toMatchObject({
      code: 'workflow/no-artifact-service',
      owner: 'user',
    })
  })
})
