/**
 * A number for people: `digits` significant digits, the whole part never rounded away, thousands parted by commas.
 * Zeros at the end show that something was rounded off (`1.000` for 0.9996); exact values go without (`0.75`, `1`).
 */
export function formatNumber(value: number, digits = 3): string {
  if (Number.isNaN(value)) return 'NaN'
  const sign = value < 0 ? '−' : ''
  const size = Math.abs(value)
  if (size === Infinity) return `${sign}∞`
  if (size >= 1e15 || (size > 0 && size < 1e-4)) return sign + exponential(size, digits)
  return sign + formatDecimals(size, digits - 1 - magnitude(size))
}

/** A count with thousands parted by commas: `43,118`. */
export function formatCount(count: number): string {
  return formatNumber(count, 1)
}

/** A number in the fewest digits that mean exactly it, thousands parted by commas: a limit as its author wrote it. */
export function formatExact(value: number): string {
  for (let digits = 1; digits < 17; digits++) {
    if (Number(value.toPrecision(digits)) === value) return formatNumber(value, digits)
  }
  return formatNumber(value, 17)
}

/** A number for people with as many digits as it takes to see on which side of `limit` it is: 0.5996 beside 0.6. */
export function formatBeside(value: number, limit: number): string {
  const side = Math.sign(value - limit)
  for (let digits = 3; digits < 17; digits++) {
    if (Math.sign(Number(value.toPrecision(digits)) - limit) === side) return formatNumber(value, digits)
  }
  return formatExact(value)
}

function formatDecimals(size: number, decimals: number): string {
  const rounded = size.toFixed(Math.min(100, Math.max(0, decimals)))
  const [whole = '', fraction = ''] = rounded.split('.')
  const isExact = Number(rounded) === size
  const shownFraction = isExact ? fraction.replace(/0+$/, '') : fraction
  const parted = whole.replace(/\B(?=(?:\d{3})+$)/g, ',')
  return shownFraction ? `${parted}.${shownFraction}` : parted
}

/** The power of ten of the first digit: 3 for 4,107, −1 for 0.861. */
function magnitude(size: number): number {
  return size === 0 ? 0 : Math.floor(Math.log10(size))
}

function exponential(size: number, digits: number): string {
  const [factor = '', exponent = ''] = size.toExponential(digits - 1).split('e')
  return `${factor.replace(/\.?0+$/, '')}e${exponent.replace('+', '')}`
}
