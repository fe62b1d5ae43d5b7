import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { silent } from '../../action/base/progress.ts'
import { reuse } from '../../action/commands/reuse.ts'
import type { RecordedArtifact, RecordedRun } from '../../action/local-github/record-run.ts'
import { openExchange, sendResults } from '../../action/pipeline/exchange-results.ts'
import { runPipeline } from '../../action/pipeline/run-pipeline.ts'
import { jobs } from '../../action/pipeline/run-session.ts'
import { jsonEnding } from '../../action/report/word-ending.ts'
import { folderStore } from './folder-store.ts'
import { makeZip } from './make-zip.ts'
import { everyTenRows, type Proposing, proposing } from './proposing.ts'
import { schemaOf } from './result-schema.ts'
import { tempFolder } from './temp-folder.ts'

export const workflow = '.github/workflows/plumbline.yml'
const branch = 'plumbline/retrain/parcels'

export interface Reusing extends Proposing {
  /** Head of the pull request #1. */
  readonly head: string
  /** The artifacts that its run leaves, zipped. */
  readonly candidate: () => Promise<readonly RecordedArtifact[]>
  /** Records a run of the head that succeeded with the candidate, or otherwise where told so. */
  readonly judge: (change?: Partial<RecordedRun>) => Promise<number>
  /** As a person does; brings the merge here. */
  readonly merge: () => Promise<void>
  /** As the job of the push that the merge is; `sent`: what it handed on to the other jobs. */
  readonly reuse: (token?: string) => Promise<Reuse>
}

type ReuseResult = Extract<Awaited<ReturnType<(typeof reuse)['run']>>, { kind: 'done' }>['result']
export interface Reuse {
  readonly result: ReuseResult
  readonly report: Awaited<ReturnType<(typeof reuse)['report']>>
  readonly sent: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly store: ReturnType<typeof folderStore>
}

/** Same files and data each time, so that the same candidate comes out each time. */
let made: readonly RecordedArtifact[] | undefined

/** Data was proposed as pull request #1, and nothing has judged it yet. */
export async function reusing(files: Readonly<Record<string, string>> = {}): Promise<Reusing> {
  const world = await proposing({
    files: {
      [workflow]: `on: workflow_dispatch\njobs:\n  publish:\n    runs-on: ubuntu-latest\n    steps: [{ uses: plumbline-ml/plumbline@v0.1.0, with: { command: register } }]\n`,
      'plumbline.yaml': everyTenRows,
      ...files,
    },
  })
  const { github } = world
  await github.configure({ isPrivate: true })
  await world.addRows(60)
  await world.propose()
  const { head } = await world.pull(1)

  const credentials = Buffer.from(`x-access-token:${github.token}`).toString('base64')
  const header = `http.extraHeader=Authorization: Basic ${credentials}`
  const candidate = async () => {
    made ??= await makeCandidate(world, header)
    return made
  }
  return {
    ...world,
    head: head.sha,
    candidate,
    judge: async (change = {}) =>
      await github.recordRun({
        workflow,
        event: 'pull_request',
        branch,
        sha: head.sha,
        pulls: [1],
        status: 'completed',
        conclusion: 'success',
        artifacts: change.artifacts ?? (await candidate()),
        ...change,
      }),
    async merge() {
      const { status } = await github.call('PUT', '/pulls/1/merge', { merge_method: 'squash' })
      if (status !== 200) throw new Error(`The merge was answered ${status}`)
      await world.git('-c', header, 'pull', '--quiet', '--ff-only', github.gitUrl, 'main')
    },
    async reuse(token = github.token) {
      const root = tempFolder()
      const environment = pushEnvironment(world)
      const store = folderStore(root)
      const context = world.context({
        environment,
        artifacts: store,
        openGitHub: async () => ({ ...github, token, [Symbol.asyncDispose]: async () => {} }),
      })
      const outcome = await reuse.run({ param: [] }, context)
      if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome))
      const report = await reuse.report(outcome.result)
      // Whatever comes of it, its JSON is as `schema/` says.
      const isDescribed = schemaOf('reuse')
      if (!isDescribed(JSON.parse(jsonEnding('reuse', { ...outcome, report }))))
        throw new Error(JSON.stringify(isDescribed.errors))
      const sent = readdirSync(root).sort()
      return { result: outcome.result, report, sent, environment, store }
    },
  }
}

function pushEnvironment({ github }: Proposing): Readonly<Record<string, string | undefined>> {
  const event = tempFolder({ 'event.json': JSON.stringify({ repository: { private: true } }) })
  return {
    PATH: process.env['PATH'],
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTOR: 'grace',
    GITHUB_EVENT_NAME: 'push',
    GITHUB_EVENT_PATH: join(event, 'event.json'),
    GITHUB_REF_NAME: 'main',
    GITHUB_REPOSITORY: `${github.owner}/${github.repository}`,
    GITHUB_RUN_ID: '9000',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_WORKFLOW_REF: `${github.owner}/${github.repository}/${workflow}@refs/heads/main`,
  }
}

/** What the jobs of a run of the branch leave. */
async function makeCandidate(world: Proposing, header: string): Promise<readonly RecordedArtifact[]> {
  const { folder, github } = world
  const place = join(tempFolder(), 'clone')
  await world.git('-c', header, 'clone', '--quiet', '--branch', branch, github.gitUrl, place)
  if (!existsSync(join(place, 'data'))) cpSync(join(folder, 'data'), join(place, 'data'), { recursive: true })
  const root = tempFolder()
  const exchange = await openExchange({ folder: place, environment: {}, artifacts: folderStore(root) })
  if (!exchange) throw new Error('no exchange')
  const signal = new AbortController().signal
  const environment = { PATH: process.env['PATH'] }
  const end = await runPipeline({ folder: place, environment, progress: silent, signal, now: () => new Date() })
  if (end.kind !== 'passed') throw new Error(JSON.stringify(end))
  for (const job of jobs) await sendResults(job, exchange)
  return readdirSync(root).map((name) => ({ name, zip: zipOf(join(root, name)) }))
}

export function zipOf(folder: string): Buffer {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return makeZip(
    entries.map((entry) => {
      const file = join(entry.parentPath, entry.name)
      return { path: file.slice(folder.length + 1), content: readFileSync(file) }
    }),
  )
}
