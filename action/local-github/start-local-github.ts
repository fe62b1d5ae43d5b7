import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'

import { Fault } from '../base/fault.ts'
import type { GitHubConnection } from '../github/connection.ts'
import { answerRequest, type Interrupt } from './answer-request.ts'
import type { Forge } from './exchange.ts'
import { type FaultSwitch, openFaultBoard, parseFault } from './faults.ts'
import { openBareRepository } from './git.ts'
import { openLaggingLists } from './lagging-lists.ts'
import { githubLimits, type Limits } from './limits.ts'
import type { Call } from './name-call.ts'
import type { Settings, TokenHolder } from './platform-state.ts'
import { type ForkPush, pushToFork } from './push-to-fork.ts'
import { type RecordedRun, type RunChange, recordRun, updateRun } from './record-run.ts'
import { removeLeftovers } from './remove-leftovers.ts'
import { openRequestLimiter } from './request-limits.ts'
import { configure } from './settings.ts'
import { openState } from './state.ts'
import { issueToken, revokeToken } from './tokens.ts'
import { newSession } from './web/session.ts'

/** The embedded GitHub: HTTP on this machine alone, in front of a real bare git repository. */
export interface LocalGitHub extends GitHubConnection {
  /** `http://127.0.0.1:PORT` */
  readonly serverUrl: string
  /** Opens the web view in a browser and lets that browser in; undefined where none is served. */
  readonly webUrl?: string
  /** Makes a token for somebody beside the owner. `lifetimeMs`: null for ever; left out: as long as GitHub lets such a token live. */
  readonly issueToken: (holder: TokenHolder, lifetimeMs?: number | null) => Promise<string>
  /** Ends a token before its time. */
  readonly revokeToken: (token: string) => Promise<void>
  /** What whoever executes workflows tells of a run that nobody dispatched: its number. */
  readonly recordRun: (run: RecordedRun) => Promise<number>
  /** What became of a run, a dispatched or a recorded one. */
  readonly updateRun: (id: number, change: RunChange) => Promise<void>
  /** What somebody pushes to a fork: a commit of a repository on this machine, to a branch. The commit's hash. */
  readonly pushToFork: (push: ForkPush) => Promise<string>
  /** Switches a fault on, such as `500@3`. Throws a RangeError where there is no such kind. */
  readonly fault: (fault: FaultSwitch | string) => void
  /** Switches all faults off. */
  readonly faultless: () => void
  /** What was asked since the start, the newest ten thousand calls. */
  readonly calls: () => readonly Call[]
  /** What a person would set on the repository's settings pages. */
  readonly configure: (settings: Partial<Settings>) => Promise<void>
}

export interface LocalGitHubOptions {
  /** Where everything is kept: `.plumbline/github`. Several processes may serve one folder at the same time. */
  readonly folder: string
  readonly owner: string
  readonly repository: string
  /** 0, the default: the operating system chooses. */
  readonly port?: number
  /** Serves the web view, too, and is told in a line what is done there. */
  readonly tell?: (line: string) => void
  /** Lower limits than GitHub's, so that tests reach them. */
  readonly limits?: Partial<Limits>
  /** For tests: what happens to a request instead of, or after, its being served. */
  readonly interrupt?: Interrupt
}

/**
 * Starts serving the state under `folder`, made on first use. Faults: `local-github/corrupt-state`, `locked`,
 * `local-github/other-repository`, `local-github/git`, `local-github/port-taken`.
 */
export async function startLocalGitHub(options: LocalGitHubOptions): Promise<LocalGitHub> {
  const { folder, owner, repository } = options
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const state = await openState(folder, owner, repository)
  const { token, owner: knownOwner, repository: knownRepository } = await state.read()
  if (knownOwner !== owner || knownRepository !== repository) {
    throw new Fault(
      'local-github/other-repository',
      `Cannot open the embedded GitHub as "${owner}/${repository}": "${folder}" holds "${knownOwner}/${knownRepository}"; expected the same repository`,
      { remedy: 'Use another folder, or the name that it was made with.' },
    )
  }
  await removeLeftovers(folder)
  const git = await openBareRepository(join(folder, 'repository.git'))

  const server = createServer()
  server.requestTimeout = 0
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening').catch((error: unknown) => {
    throw portTaken(options.port ?? 0, error)
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const serverUrl = `http://127.0.0.1:${port}`
  const apiUrl = `${serverUrl}/api/v3`
  const limits = { ...githubLimits, ...options.limits }
  const web = options.tell && newSession(options.tell)
  const forge: Forge = {
    owner,
    repository,
    state,
    git,
    assetsFolder: join(folder, 'assets'),
    artifactsFolder: join(folder, 'artifacts'),
    limits,
    limiter: openRequestLimiter(limits.primary, limits.secondary),
    lists: openLaggingLists(limits.lag),
    faults: openFaultBoard(),
    ...(web && { web }),
    serverUrl,
    repositoryUrl: `${apiUrl}/repos/${owner}/${repository}`,
  }
  server.on('request', (request, response) => {
    void answerRequest(forge, { request, response, ...(options.interrupt && { interrupt: options.interrupt }) })
  })
  return {
    apiUrl,
    serverUrl,
    gitUrl: `${serverUrl}/${owner}/${repository}.git`,
    token,
    owner,
    repository,
    isEmbedded: true,
    ...(web && { webUrl: `${serverUrl}/?key=${web.key}` }),
    issueToken: (holder, lifetimeMs) => issueToken(state, holder, lifetimeMs),
    revokeToken: (given) => revokeToken(state, given),
    fault: (given) => forge.faults.switchOn(typeof given === 'string' ? parseFault(given) : given),
    faultless: forge.faults.switchAllOff,
    calls: forge.faults.calls,
    recordRun: (run) => recordRun(forge, run),
    updateRun: (id, change) => updateRun(forge, id, change),
    pushToFork: (pushed) => pushToFork(forge, pushed),
    configure: (settings) => configure(state, settings),
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function portTaken(port: number, cause: unknown): unknown {
  if (!(cause instanceof Error && 'code' in cause && (cause.code === 'EADDRINUSE' || cause.code === 'EACCES')))
    return cause
  const state = cause.code === 'EACCES' ? 'this user may not listen there' : 'somebody listens there already'
  return new Fault(
    'local-github/port-taken',
    `Cannot serve the embedded GitHub on port ${port}: ${state}; expected a free port`,
    { remedy: 'Choose another with --port, or leave it out: a free one is found.', cause },
  )
}
