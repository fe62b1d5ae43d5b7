/** Compares texts by their UTF-8 bytes, as `LC_ALL=C sort` does; JavaScript's own order differs beyond U+FFFF. */
export function byBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at += 1) {
    const unit = a.charCodeAt(at)
    const other = b.charCodeAt(at)
    if (unit !== other) return inOrder(unit) - inOrder(other)
  }
  return a.length - b.length
}

/** Surrogates, which stand for what is beyond U+FFFF, go behind all other units. */
function inOrder(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}
