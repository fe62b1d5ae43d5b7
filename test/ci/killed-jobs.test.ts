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

test('a workflow of which a job was killed ends as an undisturbed one once all its jobs are run again', async () => {
  const { folder, write } = await repositoryInWorkflow()
  await git(folder, 'add', '--all')
  await git(folder, 'commit', '--quiet', '--message', 'Parcels')
  const commit = await git(folder, 'rev-parse', 'HEAD')
  const release = async (kill?: { readonly job: string; readonly beforeWrite: number }): Promise<Release> => {
    await using github = await startLocalGitHub({ folder: tempFolder(), owner: 'acme', repository: 'parcels' })
    await using services = await startResultsServices()
    await push(github, folder, `${commit}:refs/heads/main`)
    const run = { github, services, event: 'push', commit, runId: '101' } as const
    if (kill) {
      const environment = {
        NODE_OPTIONS: `--import ${killer}`,
        KILL_JOB: kill.job,
        KILL_AT: String(kill.beforeWrite),
      }
      const killed = await runWorkflow({ ...run, environment })
      if (killed.jobs[kill.job]?.result !== 'failure') throw new Error(`${kill.job} was not killed\n${killed.log}`)
      // Newer data on the default branch is nothing that a run of an older commit takes.
      await push(github, folder, 'HEAD:refs/heads/main')
    }
    const end = await runWorkflow({ ...run, attempt: kill ? 2 : 1 })
    expect(end.isGood, end.log).toBe(true)
    const [only, ...others] = await releasesOf(github)
    expect(others).toEqual([])
    if (!only || only.draft) throw new Error(`Nothing was released\n${end.log}`)
    return only
  }

  const undisturbed = await release()
  write('data/parcels.csv', tinyRows(500))
  await pinData(folder)
  await git(folder, 'commit', '--quiet', '--all', '--message', 'More parcels')
  for (const job of jobs) {
    const { tag_name: tag, ...again } = await release({ job, beforeWrite: 4 })
    expect({ job, tag, bytes: bytesOf({ tag_name: tag, ...again }) }).toEqual({
      job,
      tag: undisturbed.tag_name,
      bytes: bytesOf(undisturbed),
    })
  }
})
