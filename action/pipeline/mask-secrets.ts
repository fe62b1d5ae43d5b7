/** Shorter texts stand everywhere: hiding them would hide the log. */
export const shortestMasked = 4

/**
 * What a log must not show of these secrets, longest first, so that no part of a longer one stays: each line on its own, as
 * logs are read by lines, and as an address writes it.
 */
export function textsToMask(secrets: readonly string[]): readonly string[] {
  const lines = secrets.flatMap((secret) => secret.split(/[\r\n\u2028\u2029]+/)).map((line) => line.trim())
  const texts = lines.flatMap((line) => [line, encodeURIComponent(Buffer.from(line).toString())])
  const long = new Set(texts.filter((text) => text.length >= shortestMasked))
  return [...long].sort((one, other) => other.length - one.length)
}
