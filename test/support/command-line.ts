import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CommandLineOptions {
  readonly environment?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** Runs the built `plumbline` in a folder, as a person would, without the variables of the workflow that may run this test. */
export async function plumbline(
  folder: string,
  words: readonly string[],
  { environment = {}, signal }: CommandLineOptions = {},
): Promise<Ended> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(GITHUB|ACTIONS|INPUT|RUNNER)_|^CI$/.test(name))
  const child = spawn(process.execPath, [cli, ...words], {
    cwd: folder,
    env: { ...Object.fromEntries(inherited), NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal && { signal, killSignal: 'SIGKILL' as const }),
  })
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => (error.name === 'AbortError' ? undefined : reject(error)))
    child.once('close', resolve)
  })
  return { code, stdout: await stdout, stderr: await stderr }
}

/** The same, which must end well; the JSON result on stdout. */
export async function plumblineJson(folder: string, words: readonly string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await plumbline(folder, [...words, '--json'])
  if (code !== 0) throw new Error(`plumbline ${words.join(' ')} ended with ${code}\n${stdout}\n${stderr}`)
  return JSON.parse(stdout) as Record<string, unknown>
}

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString()
}
