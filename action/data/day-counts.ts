/** How many rows each day has, or each month, or year where there are too many of them; merges exactly, in any order. */
export interface DayCounts {
  readonly unit: TimeUnit
  /** When each begins, UTC, milliseconds since 1970; ascending. */
  readonly starts: readonly number[]
  readonly counts: readonly number[]
}

/** From the finest. */
export const timeUnits = ['day', 'month', 'year'] as const
export type TimeUnit = (typeof timeUnits)[number]

/** With more of a unit the next coarser one is counted: eleven years of days. */
const mostKept = 4096

export const dayMs = 86_400_000

export function mergeDays(parts: readonly DayCounts[], most = mostKept): DayCounts {
  let place = parts.reduce((coarsest, { unit }) => Math.max(coarsest, timeUnits.indexOf(unit)), 0)
  for (;;) {
    const unit = timeUnits[place] ?? 'year'
    const rows = new Map<number, number>()
    for (const { starts, counts } of parts) {
      for (const [index, start] of starts.entries()) {
        const begin = beginOf(start, unit)
        rows.set(begin, (rows.get(begin) ?? 0) + (counts[index] ?? 0))
      }
    }
    if (rows.size <= most || unit === 'year') {
      const ascending = [...rows].sort(([a], [b]) => a - b)
      return { unit, starts: ascending.map(([start]) => start), counts: ascending.map(([, count]) => count) }
    }
    place += 1
  }
}

/** When the unit begins that a moment lies in. */
export function beginOf(moment: number, unit: TimeUnit): number {
  if (unit === 'day') return Math.floor(moment / dayMs) * dayMs
  const date = new Date(moment)
  return utc(date.getUTCFullYear(), unit === 'month' ? date.getUTCMonth() : 0)
}

/** When the next one begins. */
export function nextOf(begin: number, unit: TimeUnit): number {
  if (unit === 'day') return begin + dayMs
  const date = new Date(begin)
  return utc(date.getUTCFullYear() + (unit === 'year' ? 1 : 0), unit === 'month' ? date.getUTCMonth() + 1 : 0)
}

/** `Date.UTC()` takes the years 0 to 99 for those of 1900. */
function utc(year: number, month: number): number {
  return new Date(0).setUTCFullYear(year, month, 1)
}
