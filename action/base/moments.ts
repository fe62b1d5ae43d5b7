/** Orders two moments as the lock writes them: whole numbers, or ISO 8601 in UTC. */
export function compareMoments(a: string, b: string): number {
  if (a === b) return 0
  if (isInteger(a) && isInteger(b)) return BigInt(a) < BigInt(b) ? -1 : 1
  // Without the Z a fraction stands behind the same second without one.
  return withoutZone(a) < withoutZone(b) ? -1 : 1
}

/** The older and the newer of many; null where there is none. */
export function spanOfMoments(moments: readonly (string | null)[]): { since: string | null; until: string | null } {
  let since: string | null = null
  let until: string | null = null
  for (const moment of moments) {
    if (moment === null) continue
    if (since === null || compareMoments(moment, since) < 0) since = moment
    if (until === null || compareMoments(moment, until) > 0) until = moment
  }
  return { since, until }
}

/** Milliseconds since 1970 in UTC; undefined for a whole number, which only orders. */
export function millisecondsOf(moment: string): number | undefined {
  return isInteger(moment) ? undefined : Date.parse(moment)
}

function isInteger(moment: string): boolean {
  return /^-?\d+$/.test(moment)
}

function withoutZone(moment: string): string {
  return moment.endsWith('Z') ? moment.slice(0, -1) : moment
}
