import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

import { packageFolder } from '../../action/base/package-folder.ts'
import type { LocalGitHub } from '../../action/local-github/start-local-github.ts'
import { type JobEnd, readActLog } from './act-log.ts'
import { git } from './local-github.ts'
import type { ResultsServices } from './results-services.ts'
import { tempFolder } from './temp-folder.ts'

const tools = join(packageFolder(), '.tools')
const stubs = join(packageFolder(), 'test/support/stubs')

export interface WorkflowRun {
  readonly github: LocalGitHub
  readonly services: ResultsServices
  readonly event: 'push' | 'pull_request' | 'workflow_dispatch'
  /** The commit that the event is about, which the embedded GitHub must have. */
  readonly commit: string
  /** Its branch, `main` where not said; of a pull request the head branch. */
  readonly branch?: string
  readonly runId: string
  /** 1 where not said. */
  readonly attempt?: number
  /** More variables of the runner. */
  readonly environment?: Readonly<Record<string, string>>
}

export interface WorkflowEnd {
  readonly isGood: boolean
  readonly jobs: Readonly<Record<string, JobEnd>>
  /** Everything that the steps and act said, for a failing test to show. */
  readonly log: string
}

/**
 * Runs the workflows of a commit as GitHub would on an event: by act in host mode, under the Node that the action asks for,
 * against the embedded GitHub and the artifact services.
 */
export async function runWorkflow(run: WorkflowRun): Promise<WorkflowEnd> {
  const folder = tempFolder()
  const clone = join(folder, 'clone')
  await git(folder, 'clone', '--quiet', run.github.gitUrl, clone)
  await git(clone, 'checkout', '--quiet', '-B', run.branch ?? 'main', run.commit)
  const workflows = readFileSync(join(clone, '.github/workflows/plumbline.yml'), 'utf8')
  writeFileSync(join(folder, 'event.json'), JSON.stringify(eventOf(run)))

  const words = [
    run.event,
    ...['--eventpath', join(folder, 'event.json'), '--json', '--actor', 'ada'],
    ...['--platform', 'ubuntu-latest=-self-hosted'],
    ...['--no-cache-server', '--no-skip-checkout', '--action-offline-mode'],
    ...['--secret', `GITHUB_TOKEN=${run.github.token}`],
    ...Object.entries(environmentOf(run)).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...usesOf(workflows).flatMap((uses) => ['--local-repository', `${uses}=${localActionOf(uses, folder)}`]),
  ]
  const { code, output } = await act(words, clone)
  return { isGood: code === 0, ...readActLog(output) }
}

/** The runner's variables that name our servers. The server's name must end in `.localhost`, or clients take it for an Enterprise Server. */
function environmentOf({
  github,
  services,
  runId,
  branch = 'main',
  event,
  attempt = 1,
  environment = {},
}: WorkflowRun): Readonly<Record<string, string>> {
  const ref = event === 'pull_request' ? 'refs/pull/7/merge' : `refs/heads/${branch}`
  return {
    GITHUB_REPOSITORY: `${github.owner}/${github.repository}`,
    GITHUB_REPOSITORY_OWNER: github.owner,
    GITHUB_RUN_ID: runId,
    GITHUB_RUN_ATTEMPT: String(attempt),
    GITHUB_SERVER_URL: github.serverUrl.replace('127.0.0.1', 'gh.localhost'),
    GITHUB_API_URL: github.apiUrl,
    ACTIONS_RESULTS_URL: services.url,
    ACTIONS_RUNTIME_TOKEN: services.tokenFor(runId, ref),
    ACTIONS_CACHE_SERVICE_V2: 'true',
    ...environment,
  }
}

function eventOf({ github, event, commit, branch = 'main' }: WorkflowRun): object {
  const repository = {
    name: github.repository,
    full_name: `${github.owner}/${github.repository}`,
    default_branch: 'main',
    owner: { login: github.owner },
  }
  const sender = { login: 'ada' }
  if (event === 'pull_request') {
    const head = { ref: branch, sha: commit, repo: { full_name: repository.full_name } }
    return {
      action: 'synchronize',
      number: 7,
      pull_request: { number: 7, head, base: { ref: 'main' } },
      repository,
      sender,
    }
  }
  return { ref: `refs/heads/${branch}`, after: commit, head_commit: { id: commit }, repository, sender }
}

/** Every `owner/name@ref` that a workflow uses. */
function usesOf(workflow: string): readonly string[] {
  return [...new Set([...workflow.matchAll(/^\s*(?:- )?uses: ([\w.-]+\/[\w.-]+@\S+)/gm)].map(([, uses = '']) => uses))]
}

function localActionOf(uses: string, folder: string): string {
  const name = uses.slice(0, uses.indexOf('@'))
  if (name === 'plumbline-ml/plumbline') return stagedAction(folder)
  const stub = join(stubs, name.replace('actions/', ''))
  if (!existsSync(stub))
    throw new Error(`Cannot run a workflow that uses ${uses}: there is no stub for it in test/support/stubs`)
  return stub
}

/** What a release's tag holds for the runner: no node_modules, so that what is not bundled is fetched as there. */
function stagedAction(folder: string): string {
  const staged = join(folder, 'action')
  if (existsSync(staged)) return staged
  mkdirSync(staged)
  for (const name of ['action.yml', 'package.json', 'dist', 'template']) {
    if (existsSync(join(packageFolder(), name)))
      cpSync(join(packageFolder(), name), join(staged, name), { recursive: true })
  }
  return staged
}

async function act(words: readonly string[], clone: string): Promise<{ code: number | null; output: string }> {
  const program = join(tools, 'bin/act')
  const nodeFolder = join(tools, 'node24/node_modules/node/bin')
  for (const needed of [program, join(nodeFolder, 'node')]) {
    if (!existsSync(needed)) throw new Error(`Cannot run workflows: no ${needed}; .ci/run installs it`)
  }
  const child = spawn(program, words, {
    cwd: clone,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...Object.fromEntries(
        Object.entries(process.env).filter(([name]) => !/^(GITHUB|ACTIONS|INPUT|RUNNER)_|^CI$/.test(name)),
      ),
      PATH: [nodeFolder, process.env['PATH']].join(delimiter),
      // Kept between runs: the tool cache, and what pip and npm have fetched.
      XDG_CACHE_HOME: join(tools, 'cache'),
    },
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  child.stderr.on('data', (chunk) => (output += String(chunk)))
  return await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}
