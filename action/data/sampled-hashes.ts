interface Kept {
  readonly key: number
}

/**
 * Things by the first 53 bits of their hash, as few as show that they are more than `most`, or all of them; and the level
 * down to which they are all there. `expected`: how many different ones there are, nearly. `ask` answers those below a key.
 */
export async function askKept<Some extends Kept>(
  expected: number,
  most: number,
  ask: (below: string) => Promise<Some[]>,
): Promise<{ readonly level: number; readonly kept: Some[] }> {
  // Twice to four times as many, so that one question does.
  let level = Math.max(0, Math.floor(Math.log2(Math.max(1, expected / most))) - 1)
  for (;;) {
    const kept = await ask(String(2 ** (53 - level)))
    if (level === 0 || kept.length > most) return { level, kept }
    level = Math.max(0, level - 1 - Math.floor(Math.log2(most / Math.max(1, kept.length))))
  }
}
