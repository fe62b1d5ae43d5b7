const millisecondsPerUnit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/** A duration in milliseconds from `90s`, `15m`, `6h`, `30d` or `2w`; undefined where the text is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(text.trim())
  if (!match) return undefined
  const [, amount, unit] = match
  return Number(amount) * millisecondsPerUnit[unit as keyof typeof millisecondsPerUnit]
}

/** The shortest exact form of a duration, as `parseDuration` reads it. */
export function formatDuration(durationMs: number): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    if (durationMs >= millisecondsPerUnit[unit] && durationMs % millisecondsPerUnit[unit] === 0) {
      return `${durationMs / millisecondsPerUnit[unit]}${unit}`
    }
  }
  return `${durationMs}ms`
}
