import { formatCount, formatNumber } from '../base/format-number.ts'

export { formatCount, formatNumber } from '../base/format-number.ts'

/** A share 0..1 in percent: `81 %`, `0.9 %`, `99.8 %`; never `0 %` or `100 %` for what is only near it. */
export function formatShare(share: number): string {
  if (share > 0 && share < 0.0005) return '< 0.1 %'
  if (share < 1 && share >= 0.9995) return '> 99.9 %'
  const percent = share * 100
  const isNearAnEnd = Math.abs(percent) < 9.95 || (percent > 99 && percent < 100)
  return `${formatNumber(Number(percent.toFixed(isNearAnEnd ? 1 : 0)), 6)} %`
}

/** How many of a thing, in words: `1 row`, `2,000 rows`. */
export function formatCounted(count: number, thing: string): string {
  return `${formatCount(count)} ${thing}${count === 1 ? '' : 's'}`
}

/** A p-value; one that is too small for a number to hold all its digits is no 0. */
export function formatChance(p: number): string {
  return p < 1e-300 ? '< 1e-300' : formatNumber(p)
}

/** A time that something took: `0.2 s`, `12 s`, `1 min 5 s`, `2 h 3 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 0.05) return '0.0 s'
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return twoUnits(Math.floor(whole / 60), 'min', whole % 60, 's')
  const minutes = Math.round(seconds / 60)
  return twoUnits(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** A size in decimal units: `812 B`, `1.4 kB`, `70 MB`. */
export function formatBytes(bytes: number): string {
  let amount = bytes
  let unit = 0
  while (amount >= 999.5 && unit < byteUnits.length - 1) {
    amount /= 1000
    unit++
  }
  const shown = unit > 0 && amount < 9.95 ? amount.toFixed(1) : amount.toFixed(0)
  return `${shown.replace(/\.0$/, '')} ${byteUnits[unit]}`
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}
