import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { expect, test } from 'vitest'

import { packageFolder } from '../../action/base/package-folder.ts'
import { type LocalGitHub, startLocalGitHub } from '../../action/local-github/start-local-github.ts'
import { runWorkflow } from '../support/act.ts'
import { git, push } from '../support/local-github.ts'
import { pinData } from '../support/pin-data.ts'
import { startResultsServices } from '../support/results-services.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyProject, tinyRows, tinyYaml } from '../support/tiny-project.ts'

const jobs = ['prepare', 'train', 'judge', 'refit', 'publish'] as const
const killer = pathToFileURL(join(packageFolder(), 'test/support/kill-in-job.mjs')).href

/** The small project, which fits again on all rows, under the workflow that `init` writes. */
async function repositoryInWorkflow() {
  const made = await tinyProject({
    files: { 'plumbline.yaml': tinyYaml.replace('test: 0.25', 'test: 0.25, refit: true') },
  })
  await pinData(made.folder)
  cpSync(join(packageFolder(), 'template/.github'), join(made.folder, '.github'), { recursive: true })
  return made
}

interface Release {
  readonly tag_name: string
  readonly draft: boolean
  readonly assets: readonly { readonly name: string; readonly digest: string }[]
}

async function releasesOf(github: LocalGitHub): Promise<readonly Release[]> {
  const response = await fetch(`${github.apiUrl}/repos/${github.owner}/${github.repository}/releases`, {
    headers: { authorization: `Bearer ${github.token}` },
  })
  return (await response.json()) as readonly Release[]
}

/** What a release is of: run.json alone tells of the times. */
function bytesOf({ assets }: Release): readonly string[] {
  const ofTimes = /^(run\.json|provenance|model-card|sums)/
  return assets
    .filter(({ name }) => !ofTimes.test(name))
    .map(({ name, digest }) => `${name} ${digest}`)
    .sort()
}

test.each(jobs)(
  'a workflow whose job %s was killed ends as an undisturbed one when all its jobs are run again',
  async (job) => {
    const { folder, write } = await repositoryInWorkflow()
    await git(folder, 'add', '--all')
    await git(folder, 'commit', '--quiet', '--message', 'Parcels')
    await using github = await startLocalGitHub({ folder: tempFolder(), owner: 'acme', repository: 'parcels' })
    await using services = await startResultsServices()
    await push(github, folder, 'HEAD:refs/heads/main')
    const commit = await git(folder, 'rev-parse', 'HEAD')
    const run = { github, services, event: 'push', commit, runId: '201' } as const

    const environment = { NODE_OPTIONS: `--import ${killer}`, KILL_JOB: job, KILL_AT: '4' }
    const killed = await runWorkflow({ ...run, environment })
    expect(killed.isGood, killed.log).toBe(false)
    expect(killed.jobs[job]?.result, killed.log).toBe('failure')
    // Meanwhile newer data is on the default branch, which a run of an older commit must not take.
    write('data/parcels.csv', tinyRows(500))
    await pinData(folder)
    await git(folder, 'commit', '--quiet', '--all', '--message', 'More parcels')

    const again = await runWorkflow({ ...run, attempt: 2 })
    expect(again.isGood, again.log).toBe(true)
    const [release, ...others] = await releasesOf(github)
    expect(others).toEqual([])
    expect(release).toMatchObject({ draft: false, tag_name: expect.stringMatching(/^parcels-v1-/) })

    await using other = await startLocalGitHub({ folder: tempFolder(), owner: 'acme', repository: 'parcels' })
    await using fresh = await startResultsServices()
    await push(other, folder, `${commit}:refs/heads/main`)
    const undisturbed = await runWorkflow({ ...run, github: other, services: fresh, runId: '301' })
    expect(undisturbed.isGood, undisturbed.log).toBe(true)
    const [expected] = await releasesOf(other)
    expect(release && bytesOf(release)).toEqual(expected && bytesOf(expected))
    expect(release?.tag_name).toBe(expected?.tag_name)
  },
)
