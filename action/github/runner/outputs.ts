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
