import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
const driver = fileURLToPath(new URL('on-terminal.py', import.meta.url))

export const keys = { enter: '\r', down: '\u001b[B', interrupt: '\u0003' } as const

export interface Step {
  /** What the terminal shows before the keys are typed. */
  readonly seen: string
  readonly keys: string
}

/** Runs the built `plumbline` on a real pseudo-terminal, and types. */
export async function onTerminal(
  folder: string,
  words: readonly string[],
  steps: readonly Step[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly screen: string }> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(GITHUB|ACTIONS|INPUT|RUNNER)_|^CI$/.test(name))
  const child = spawn('python3', [driver], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(
    JSON.stringify({
      command: [process.execPath, cli, ...words],
      folder,
      environment: { ...Object.fromEntries(inherited), NO_COLOR: '1', TERM: 'xterm', ...environment },
      steps,
    }),
  )
  return JSON.parse(await text(child.stdout)) as { code: number; screen: string }
}
