import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { packageFolder } from '../../action/base/package-folder.ts'
import { tempFolder } from './temp-folder.ts'

export interface StepRun {
  /** As under `with:`. */
  readonly inputs: Readonly<Record<string, string>>
  /** The checked-out repository; without one, an empty folder. */
  readonly folder?: string
  readonly environment?: Readonly<Record<string, string>>
  /** The Node to run it with. */
  readonly node?: string
  /** Gets the process, to send it signals. */
  readonly onStart?: (step: ChildProcess) => void
}

export interface StepEnd {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: string
  /** Workflow commands in the log, such as `::error …::…`, as the runner would obey them. */
  readonly commands: readonly string[]
}

/** Runs `dist/main.js` as a runner runs a step: inputs as `INPUT_*`, files for outputs and summary, the workspace as its folder. */
export async function runMain({
  inputs,
  folder,
  environment = {},
  node = process.execPath,
  onStart,
}: StepRun): Promise<StepEnd> {
  const workspace = folder ?? tempFolder()
  const runner = tempFolder({ output: '', summary: '', 'event.json': '{}' })
  const given = Object.entries(inputs).map(([name, value]) => [
    `INPUT_${name.toUpperCase().replaceAll(' ', '_')}`,
    value,
  ])
  const child = spawn(node, [join(packageFolder(), 'dist/main.js')], {
    cwd: workspace,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: workspace,
      GITHUB_OUTPUT: join(runner, 'output'),
      GITHUB_STEP_SUMMARY: join(runner, 'summary'),
      GITHUB_EVENT_PATH: join(runner, 'event.json'),
      GITHUB_REPOSITORY: 'acme/parcels',
      RUNNER_TEMP: runner,
      ...Object.fromEntries(given),
      ...environment,
    },
  })
  onStart?.(child)
  const [stdout, stderr, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ])
  return {
    code,
    stdout,
    stderr,
    outputs: parseOutputs(readFileSync(join(runner, 'output'), 'utf8')),
    summary: readFileSync(join(runner, 'summary'), 'utf8'),
    commands: stdout.split('\n').filter((line) => line.trimStart().startsWith('::') || line.includes('##[')),
  }
}

/** `name<<delimiter`, lines, `delimiter`, as the runner reads them. */
function parseOutputs(text: string): Readonly<Record<string, string>> {
  const found = text.matchAll(/^([^\n<]+)<<([^\n]+)\n([\s\S]*?)\n?^\2$/gm)
  return Object.fromEntries([...found].map(([, name, , value]) => [name, value]))
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return text
}
