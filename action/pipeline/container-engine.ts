import { hostname } from 'node:os'

import { Fault } from '../base/fault.ts'
import { isProcessAlive } from '../base/is-process-alive.ts'
import { builderEnvironment } from './builder-environment.ts'
import { runTool, ToolFailed } from './run-tool.ts'

export interface ContainerEngine {
  readonly program: 'docker' | 'podman'
  /** It runs as this user, who is root in its containers. */
  readonly isRootless: boolean
  /** Of its own calls: how to reach the engine and the registries, and nothing of the caller's else. */
  readonly environment: Readonly<Record<string, string>>
}

type Caller = Readonly<Record<string, string | undefined>>

/** Who started a container, so that what a killed run left is found. */
export const hostLabel = 'plumbline.host'

const patienceMs = 15_000
const questions = {
  docker: ['info', '--format', '{{.ServerVersion}} {{.SecurityOptions}}'],
  podman: ['info', '--format', '{{.Version.Version}} rootless={{.Host.Security.Rootless}}'],
} as const

const known = new WeakMap<Caller, Promise<ContainerEngine>>()

/** The engine that answers here, docker before podman; asked once. `subject` is what cannot run without. */
export async function findEngine(subject: string, caller: Caller, signal: AbortSignal): Promise<ContainerEngine> {
  const found = known.get(caller) ?? ask(subject, caller, signal)
  known.set(caller, found)
  return found
}

async function ask(subject: string, caller: Caller, signal: AbortSignal): Promise<ContainerEngine> {
  if (process.platform === 'win32') throw noEngine(subject, 'its paths are not those of Windows')
  const environment = engineEnvironment(caller)
  const states: string[] = []
  for (const program of ['docker', 'podman'] as const) {
    const waiting = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])
    try {
      const answer = await runTool(program, questions[program], { environment, signal: waiting })
      const isRootless = /name=rootless|rootless=true/.test(answer)
      const engine: ContainerEngine = { program, isRootless, environment }
      await removeDead(engine, signal)
      return engine
    } catch (error) {
      signal.throwIfAborted()
      states.push(`${program} ${stateOf(error)}`)
    }
  }
  throw noEngine(subject, states.join('; '))
}

/** What containers of killed runs left: they are named by their process, as their rooms are. */
async function removeDead({ program, environment }: ContainerEngine, signal: AbortSignal): Promise<void> {
  const filter = ['--filter', `label=${hostLabel}=${hostname()}`, '--format', '{{.Names}}']
  const names = await runTool(program, ['ps', '--all', ...filter], { environment, signal }).catch(() => '')
  for (const name of names.split('\n')) {
    const pid = Number(/^plumbline-room-(\d+)-/.exec(name)?.[1])
    if (pid > 0 && !isProcessAlive(pid)) await removeContainer({ program, environment }, name)
  }
}

/** Ends and removes it, however far it came; one that is gone already is no fault. */
export async function removeContainer(
  { program, environment }: Pick<ContainerEngine, 'program' | 'environment'>,
  name: string,
): Promise<void> {
  const signal = AbortSignal.timeout(patienceMs)
  await runTool(program, ['rm', '--force', name], { environment, signal }).catch(() => undefined)
}

const passedToEngine =
  /^(DOCKER_|CONTAINER_|CONTAINERS_|PODMAN_|REGISTRY_AUTH_FILE$|XDG_RUNTIME_DIR$|DBUS_SESSION_BUS_ADDRESS$|SSH_AUTH_SOCK$)/

function engineEnvironment(caller: Caller): Record<string, string> {
  const own = Object.entries(caller).filter(([name, value]) => value !== undefined && passedToEngine.test(name))
  return { ...builderEnvironment(caller), ...(Object.fromEntries(own) as Record<string, string>) }
}

function stateOf(error: unknown): string {
  if (error instanceof ToolFailed) {
    const said = error.lastLines.split('\n').findLast((line) => /[a-z]{3}/i.test(line))
    return `says: ${said?.trim() ?? 'nothing'}`
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOENT' ? 'is not on PATH' : 'does not answer'
}

function noEngine(subject: string, state: string): Fault {
  return new Fault(
    'stage/no-engine',
    `Cannot run ${subject} in its container: no engine answers here (${state}); expected docker or podman`,
    {
      remedy:
        'Install Docker or Podman and start it; in a workflow, give the job container: with the same image, and env: PLUMBLINE_CONTAINER: with it too.',
    },
  )
}
