import { formatBeside, formatNumber } from '../base/format-number.ts'

const unitsMs = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
] as const

/** A time between moments in its largest unit: `9.2 d`, `5 h`. */
export function wordSpan(ms: number): string {
  const [size, unit] = unitOf(ms)
  return `${formatNumber(ms / size)} ${unit}`
}

/** With as many digits as show on which side of the limit it is. */
export function wordSpanBeside(ms: number, limitMs: number): string {
  const [size, unit] = unitOf(ms)
  return `${formatBeside(ms / size, limitMs / size)} ${unit}`
}

function unitOf(ms: number): readonly [size: number, unit: string] {
  return unitsMs.find(([size]) => Math.abs(ms) >= size) ?? [1000, 's']
}
