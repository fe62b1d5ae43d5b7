import { hostname } from 'node:os'
import { basename, join } from 'node:path'

import { Fault } from '../base/fault.ts'
import type { ResourceLimits } from '../project/project.ts'
import { subjectOf } from './collect-outputs.ts'
import { type ContainerEngine, findEngine, hostLabel, removeContainer } from './container-engine.ts'
import { imageDigest } from './image-digest.ts'
import { type ProgramSurroundings, programEnvironment } from './program-environment.ts'
import type { Command, ProgramEnd } from './run-program.ts'
import type { ProgramRun } from './run-stage.ts'

/** How a stage's program is started, and what to do once it has ended. */
export interface Launch {
  readonly command: Command
  readonly environment: Readonly<Record<string, string>>
  /** Throws where the program never began; removes what is left of its container. */
  readonly end: (end: ProgramEnd) => Promise<void>
}

/** By this machine's shell, or by that of the stage's container. */
export async function launchProgram(
  run: Pick<ProgramRun, 'stage' | 'name' | 'subject' | 'caller' | 'signal'>,
  room: string,
  surroundings: ProgramSurroundings,
): Promise<Launch> {
  const { stage, caller, signal } = run
  const { container } = stage
  if (container === undefined || isInside(container, caller)) {
    return { command: stage.run, environment: programEnvironment(surroundings), end: async () => {} }
  }
  const engine = await findEngine(subjectOf(run), caller, signal)
  const name = basename(room)
  const args = containerArguments({
    name,
    image: container,
    command: stage.run,
    room,
    surroundings,
    ...(stage.resources && { limits: stage.resources }),
    ...userOf(engine),
  })
  return {
    command: { file: engine.program, args },
    environment: { ...engine.environment, ...secretsOf(surroundings) },
    end: async (end) => {
      if (end.kind !== 'done') await removeContainer(engine, name)
      if (end.kind === 'failed' && end.code === notStarted) throw notStartedFault(subjectOf(run), engine, end.lastLines)
    },
  }
}

/** Whether this very process runs in the image, as its job says: nothing else can tell. */
function isInside(image: string, caller: ProgramRun['caller']): boolean {
  const said = caller['PLUMBLINE_CONTAINER']
  return said !== undefined && said.includes('@') && imageDigest(said.trim()) === imageDigest(image)
}

export interface ContainerWish {
  readonly name: string
  /** `image@sha256:…` */
  readonly image: string
  /** For the shell of the image. */
  readonly command: string
  /** Of the stage: the one folder that it may write to, but for its inputs. */
  readonly room: string
  readonly surroundings: ProgramSurroundings
  readonly limits?: ResourceLimits
  /** `uid:gid`, where the engine would else take another than ours. */
  readonly user?: string
  readonly isPodman?: boolean
}

/** Pure: what an engine is told, so that a program finds in its container what it would find outside, at the same paths. */
export function containerArguments(wish: ContainerWish): string[] {
  const { name, image, command, room, surroundings, limits = {}, user, isPodman = false } = wish
  const { home, temp, env, secrets, plumbline } = surroundings
  const checkpoints = plumbline['PLUMBLINE_CHECKPOINT_DIR']
  const variables = { LANG: 'C.UTF-8', HOME: home, TMP: temp, TMPDIR: temp, TEMP: temp, PLUMBLINE_ROOM: room }
  return [
    'run',
    '--rm',
    '--init',
    ...['--name', name],
    ...['--label', `${hostLabel}=${hostname()}`],
    ...(user === undefined ? [] : ['--user', user]),
    // Else SELinux keeps a container from the folders that it is given; docker takes care of it itself.
    ...(isPodman ? ['--security-opt', 'label=disable'] : []),
    // The engine's own processes are no children of ours, whose memory could be watched.
    ...(limits.memoryBytes === undefined ? [] : ['--memory', `${limits.memoryBytes}b`]),
    ...(limits.cpu === undefined ? [] : ['--cpus', String(limits.cpu)]),
    ...mount(room),
    ...mount(join(room, 'in'), 'readonly'),
    ...(checkpoints === undefined ? [] : mount(checkpoints)),
    ...['--workdir', join(room, 'files')],
    ...Object.entries({ ...variables, ...env, ...plumbline }).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    // Their values come from the engine's own environment: arguments are for everybody to read.
    ...secrets.flatMap((secret) => ['--env', secret]),
    ...['--entrypoint', '/bin/sh'],
    image,
    ...['-c', command],
  ]
}

function mount(folder: string, ...options: readonly string[]): string[] {
  const fields = ['type=bind', `source=${folder}`, `target=${folder}`, ...options]
  return [
    '--mount',
    fields.map((field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(','),
  ]
}

function userOf({ program, isRootless }: ContainerEngine): Pick<ContainerWish, 'user' | 'isPodman'> {
  const [uid, gid] = [process.getuid?.(), process.getgid?.()]
  const isPodman = program === 'podman'
  return isRootless || uid === undefined ? { isPodman } : { isPodman, user: `${uid}:${gid ?? uid}` }
}

function secretsOf({ caller, secrets }: ProgramSurroundings): Record<string, string> {
  const given: Record<string, string> = {}
  for (const name of secrets) {
    const value = caller[name]
    if (value !== undefined) given[name] = value
  }
  return given
}

/** What engines end with where they could not start the container; anything else is the program's own. */
const notStarted = 125

function notStartedFault(subject: string, { program }: ContainerEngine, lastLines: readonly string[]): Fault {
  const tail = lastLines.map((line) => `    ${line}`).join('\n')
  return new Fault(
    'stage/container',
    `Cannot start ${subject} in its container: ${program} could not${tail ? `\n${tail}` : ''}`,
    {
      remedy: 'See whether this machine may pull the image, and whether it is made for this processor.',
    },
  )
}
