/** The number between both, or one of them, that takes the fewest digits; of several the one nearest to the middle. */
export function roundest(least: number, largest: number): number {
  if (least === largest) return least
  if (least <= 0 && largest >= 0) return 0
  if (largest < 0) return -roundest(-largest, -least)
  const highest = Math.floor(Math.log10(largest))
  for (let power = highest; power > highest - 18; power -= 1) {
    const from = Math.ceil(scaled(least, power))
    const to = Math.floor(scaled(largest, power))
    const middle = Math.round(scaled(least, power) / 2 + scaled(largest, power) / 2)
    const found = Number(`${Math.min(to, Math.max(from, middle))}e${power}`)
    if (from <= to && found >= least && found <= largest) return found
  }
  return least
}

/** value / 10^power, where the power alone may be beyond doubles. */
function scaled(value: number, power: number): number {
  const half = Math.trunc(power / 2)
  return value / 10 ** half / 10 ** (power - half)
}
