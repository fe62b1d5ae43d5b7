import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'

import { packageFolder } from '../../base/package-folder.ts'
import type { CacheFailure, SharedCache } from './shared-cache.ts'

type Environment = Readonly<Record<string, string | undefined>>

const longestMs = 15 * 60_000

/**
 * The cache of the repository’s workflow runs, over `@actions/cache` in a process of its own, which ends with a deadline or a
 * signal as that client does not, sees no secret but the runner’s token for caches, unpacks below the folder that it is given,
 * and whose talk, workflow commands too, is ours to word. Undefined where the runner offers none.
 */
export function actionsSharedCache(environment: Environment): SharedCache | undefined {
  const { ACTIONS_RUNTIME_TOKEN: token, ACTIONS_RESULTS_URL, ACTIONS_CACHE_URL } = environment
  const service = environment['ACTIONS_CACHE_SERVICE_V2'] ? ACTIONS_RESULTS_URL : ACTIONS_CACHE_URL
  const program = join(packageFolder(), 'dist/cache-child.js')
  if (!token || !service || !existsSync(program)) return undefined
  const ask = (action: 'restore' | 'save', key: string, folder: string, signal: AbortSignal) =>
    runChild(program, [action, key], folder, environment, signal)
  return {
    async restore(key, folder, signal) {
      const { answer, said, isLate } = await ask('restore', key, folder, signal)
      if (answer === key) return { kind: 'restored' }
      if (answer === undefined || /^::(warning|error)/m.test(said)) return failure(said, isLate)
      // The service matches beginnings of keys; another key's entry is none of this one.
      return { kind: 'none' }
    },
    async save(key, folder, signal) {
      const { answer, said, isLate } = await ask('save', key, folder, signal)
      if (answer === key) return { kind: 'saved' }
      const isTaken = /already exists/.test(said) || (/Unable to reserve/.test(said) && !isRetried(said))
      return isTaken && !/write denied/.test(said) ? { kind: 'there already' } : failure(said, isLate)
    },
  }
}

interface ChildEnd {
  /** The key that was restored or saved; `none` where there was nothing to restore, or nothing was saved. */
  readonly answer: string | undefined
  readonly said: string
  readonly isLate: boolean
}

async function runChild(
  program: string,
  words: readonly string[],
  folder: string,
  environment: Environment,
  signal: AbortSignal,
): Promise<ChildEnd> {
  const child = fork(program, [...words], {
    cwd: folder,
    env: childEnvironment(environment, folder),
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let answer: string | undefined
  let isLate = false
  const stop = () => child.kill('SIGKILL')
  const timer = setTimeout(() => {
    isLate = true
    stop()
  }, longestMs)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  child.on('message', (message) => {
    if (typeof message === 'string') answer = message
  })
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
    child.once('error', () => resolve())
  })
  try {
    const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr)])
    await ended
    signal.throwIfAborted()
    return { answer, said: `${stdout}\n${stderr}`, isLate }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

async function textOf(stream: Readable | null): Promise<string> {
  return stream === null ? '' : await text(stream)
}

/** How it starts, where it may write, how it gets out, and whom it asks; no secret of a stage, and no token of the repository. */
const passedToChild = [
  /^(PATH|HOME|USERPROFILE|APPDATA|LOCALAPPDATA|SYSTEMROOT|WINDIR|COMSPEC|PATHEXT|LANG|TMP|TEMP|TMPDIR)$/i,
  /^(HTTPS?|ALL|NO)_PROXY$/i,
  /^(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|GITHUB_SERVER_URL|SEGMENT_DOWNLOAD_TIMEOUT_MINS)$/,
  /^ACTIONS_(RUNTIME_TOKEN|RESULTS_URL|CACHE_URL|CACHE_MODE|CACHE_SERVICE_V2)$/,
]

function childEnvironment(environment: Environment, folder: string): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => passedToChild.some((allowed) => allowed.test(name)))
  return {
    ...Object.fromEntries(kept),
    RUNNER_TEMP: environment['RUNNER_TEMP'] ?? tmpdir(),
    // The client packs and unpacks relative to it.
    GITHUB_WORKSPACE: folder,
  }
}

function failure(said: string, isLate: boolean): CacheFailure {
  if (isLate) return { kind: 'failed', why: `no answer in ${longestMs / 60_000} min`, isUnreachable: true }
  const lines = said.split('\n').map((line) => line.trim())
  const complaint =
    lines.findLast((line) => /^::(warning|error)|^Failed to|Error\b/.test(line)) ?? lines.findLast(Boolean)
  const why = (complaint ?? 'no reason given')
    .replace(/^::(warning|error)[^:]*::/, '')
    .replace(/^Failed to \w+: /, '')
    // Addresses are signed.
    .replaceAll(/\?\S+/g, '?…')
  return { kind: 'failed', why, isUnreachable: isRetried(said) }
}

/** The client says so before each further try of a service that does not answer. */
function isRetried(said: string): boolean {
  return /Attempt \d+ of \d+ failed/.test(said)
}
