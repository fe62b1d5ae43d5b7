const bars = '▁▂▃▄▅▆▇█'

/** Numbers as a row of bars, the least lowest: `▁▃▅▇`; a dot where there is none. All the same: bars of middle height. */
export function sparkline(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null)
  const least = Math.min(...known)
  const range = Math.max(...known) - least
  return values
    .map((value) => {
      if (value === null) return '·'
      const share = range > 0 && Number.isFinite(range) ? (value - least) / range : 0.5
      return bars[Math.min(bars.length - 1, Math.floor(share * bars.length))] ?? ''
    })
    .join('')
}
