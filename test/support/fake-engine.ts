import { chmodSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { tempFolder } from './temp-folder.ts'

export interface EngineCall {
  readonly verb: string
  readonly args: readonly string[]
  /** The variables of the engine's own process. */
  readonly env: Readonly<Record<string, string>>
}

/** A `docker` or `podman` that runs commands on this machine, in processes of its own as a daemon does, and keeps what it was told. */
export interface FakeEngine {
  /** Holds it, the tools of this machine, and no other engine. */
  readonly PATH: string
  said(verb?: string): readonly EngineCall[]
  /** It cannot start containers and says so. */
  refuse(text: string): void
  /** It knows these containers of earlier runs. */
  leave(names: readonly string[]): void
}

export function fakeEngine(program: 'docker' | 'podman' = 'docker', answer = '28.2.2 [name=cgroupns]'): FakeEngine {
  const folder = tempFolder({ [`bin/${program}`]: script, 'bin/said': '', 'bin/answer': answer })
  chmodSync(join(folder, 'bin', program), 0o755)
  return {
    PATH: `${join(folder, 'bin')}:${pathWithoutEngine()}`,
    said: (verb) => {
      const calls = readFileSync(join(folder, 'bin/said'), 'utf8').trim().split('\n')
      return calls
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as EngineCall)
        .filter((call) => verb === undefined || call.verb === verb)
    },
    refuse: (text) => writeFileSync(join(folder, 'bin/refuse'), text),
    leave: (names) => writeFileSync(join(folder, 'bin/names'), names.join('\n')),
  }
}

/** A PATH on which node and a shell's own tools are found, and no engine. */
export function pathWithoutEngine(): string {
  const folder = tempFolder()
  symlinkSync(process.execPath, join(folder, 'node'))
  const system = ['/usr/bin', '/bin'].filter((place) =>
    ['docker', 'podman'].every((name) => !existsSync(join(place, name))),
  )
  if (system.length === 0) throw new Error('Cannot hide the engines of this machine: they lie beside its shell')
  return [folder, ...system].filter((place) => place !== dirname(process.execPath) || place === folder).join(':')
}

const script = `#!/usr/bin/env node
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require('node:fs')
const { spawn } = require('node:child_process')
const { join } = require('node:path')
const at = (name) => join(__dirname, name)
const [verb, ...args] = process.argv.slice(2)
appendFileSync(at('said'), JSON.stringify({ verb, args, env: process.env }) + '\\n')
if (verb === 'info') console.log(readFileSync(at('answer'), 'utf8'))
if (verb === 'ps' && existsSync(at('names'))) console.log(readFileSync(at('names'), 'utf8'))
if (verb === 'rm' && existsSync(at(args.at(-1)))) {
  try { process.kill(-Number(readFileSync(at(args.at(-1)), 'utf8')), 'SIGKILL') } catch {}
}
if (verb === 'run') {
  if (existsSync(at('refuse'))) {
    console.error(readFileSync(at('refuse'), 'utf8'))
    process.exit(125)
  }
  const [env, options] = [{ PATH: process.env.PATH }, {}]
  while (args[0].startsWith('-')) {
    const name = args.shift()
    if (name === '--rm' || name === '--init') continue
    const value = args.shift()
    options[name] = value
    if (name !== '--env') continue
    const [key, ...rest] = value.split('=')
    env[key] = rest.length > 0 ? rest.join('=') : process.env[key]
  }
  const child = spawn(options['--entrypoint'], args.slice(1), { cwd: options['--workdir'], env, detached: true })
  child.stdout.pipe(process.stdout)
  child.stderr.pipe(process.stderr)
  writeFileSync(at(options['--name']), String(child.pid))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('exit', (code, signal) => process.exit(signal ? 137 : code))
}
`
