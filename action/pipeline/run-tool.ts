import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A tool that Plumbline itself calls said no; what it said last is the reason. */
export class ToolFailed extends Error {
  override readonly name = 'ToolFailed'
  readonly lastLines: string

  constructor(tool: string, lastLines: string) {
    super(`${tool} failed: ${lastLines}`)
    this.lastLines = lastLines
  }
}

interface Options {
  readonly environment: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** Gets each line that the tool prints. */
  readonly tell?: (line: string) => void
}

const linesKept = 30

/** Runs one of Plumbline's own tools to its end and returns what it printed; throws ToolFailed on any other code than 0. */
export async function runTool(tool: string, args: readonly string[], options: Options): Promise<string> {
  const child = spawn(tool, args, {
    env: { ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: options.signal,
  })
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line)
      if (lines.length > linesKept) lines.shift()
      options.tell?.(line)
    })
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    let failure: Error | undefined
    child.once('error', (error) => {
      failure = error
      if (child.pid === undefined) reject(error)
    })
    // One that is being stopped still writes: whoever removes what it wrote waits for its end.
    child.once('close', (ended) => (failure ? reject(failure) : resolve(ended)))
  })
  if (code !== 0) throw new ToolFailed(tool, lines.join('\n'))
  return lines.join('\n')
}
