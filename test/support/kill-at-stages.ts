import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import type { RunRecord } from '../../action/pipeline/run-record.ts'
import { plumblineJson } from './command-line.ts'

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

/** What a run of the folder came to: the bytes of every stage, the metrics and the verdicts. */
export async function runToEnd(folder: string): Promise<Readonly<Record<string, unknown>>> {
  const { result } = (await plumblineJson(folder, ['run'])) as unknown as { result: RunRecord }
  const bytes = result.stages.map(({ name, key, outputs }) => [name, { key, outputs }])
  return { runKey: result.runKey, metrics: result.metrics, gates: result.gates, bytes: Object.fromEntries(bytes) }
}

/**
 * Runs the folder's project again and again, and ends each run, as a power cut would, when the next of its stages begins.
 * The stages at whose beginning a run was ended.
 */
export async function killAtEachStage(folder: string): Promise<readonly string[]> {
  const killed: string[] = []
  for (;;) {
    const stage = await killAtNewStage(folder, killed)
    if (stage === undefined) return killed
    killed.push(stage)
  }
}

async function killAtNewStage(folder: string, known: readonly string[]): Promise<string | undefined> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(GITHUB|ACTIONS|INPUT|RUNNER)_|^CI$/.test(name))
  const child = spawn(process.execPath, [cli, 'run', '--log', 'json'], {
    cwd: folder,
    env: Object.fromEntries(inherited),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stage: string | undefined
  createInterface({ input: child.stderr }).on('line', (line) => {
    const { event, stage: begun } = JSON.parse(line) as { event?: string; stage?: string }
    if (stage !== undefined || event !== 'started' || begun === undefined || known.includes(begun)) return
    stage = begun
    child.kill('SIGKILL')
  })
  await new Promise((resolve) => child.once('close', resolve))
  return stage
}
