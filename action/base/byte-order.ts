/** Compares texts by their UTF-8 bytes, as `LC_ALL=C sort` does; JavaScript's own order differs beyond U+FFFF. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
