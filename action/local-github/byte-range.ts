export interface ByteRange {
  /** Of the first byte, and of the last; 0-based. */
  readonly first: number
  readonly last: number
}

/**
 * What a `Range` header asks of a file: a range; the whole file where it asks for several ranges, or in words that are not
 * understood; `beyond` where nothing of the file lies in it.
 */
export function byteRange(header: string | undefined, bytes: number): ByteRange | 'whole' | 'beyond' {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? []
  if (from === '' && to === '') return 'whole'
  if (from === '') return Number(to) === 0 ? 'beyond' : { first: Math.max(0, bytes - Number(to)), last: bytes - 1 }
  const first = Number(from)
  const last = to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1)
  if (to !== '' && Number(to) < first) return 'whole'
  return first >= bytes ? 'beyond' : { first, last }
}
