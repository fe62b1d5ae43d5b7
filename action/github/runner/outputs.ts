import { Fault } from '../../base/fault.ts'

/** What GitHub takes of a job's outputs together, counted in UTF-16. */
export const outputsLimitBytes = 1024 * 1024

/** A Fault, `workflow/outputs-too-long`, where the runner would not take these outputs. */
export function requireShortOutputs(outputs: Readonly<Record<string, string>>): void {
  const sizes = Object.entries(outputs).map(([name, value]) => ({ name, bytes: 2 * (name.length + value.length) }))
  const bytes = sizes.reduce((sum, size) => sum + size.bytes, 0)
  if (bytes <= outputsLimitBytes) return
  const [largest] = sizes.toSorted((one, other) => other.bytes - one.bytes)
  throw new Fault(
    'workflow/outputs-too-long',
    `Cannot hand the output "${largest?.name ?? ''}" to the workflow: all outputs together have ${bytes} bytes; expected at most ${outputsLimitBytes}`,
    { remedy: 'Shorten the text that it repeats: a name, a reason or an address.' },
  )
}

/** Hands step outputs to the runner; values of any text are safe, as each has a delimiter of its own. */
export async function writeOutputs(outputs: Readonly<Record<string, string>>): Promise<void> {
  const { setOutput } = await import('@actions/core')
  for (const [name, value] of Object.entries(outputs)) setOutput(name, value)
}

/** Keeps a secret out of the log from now on. */
export async function maskSecret(secret: string): Promise<void> {
  const { setSecret } = await import('@actions/core')
  setSecret(secret)
}
