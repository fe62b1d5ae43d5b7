import type { EventSpan, TimeType } from './event-time.ts'

/** The oldest and the newest of the moments that stand in a text, as long as all are written in one plain way. */
export interface PlainMoments {
  /** False where the field is none that orders as a text does: another reader must look. */
  note(bytes: Uint8Array, start: number, end: number): boolean
  /** As they are written, for another to note; none where there is none. */
  ends(): readonly Uint8Array[]
  span(): Pick<EventSpan, 'since' | 'until'>
}

/**
 * Moments are compared as the texts that they are: `2025-02-28 23:30:00` is newer than `2025-02-28 23:29:59` letter by letter
 * if both are written alike. What is no date of the calendar, or written otherwise than the first, is not decided here.
 */
export function plainMoments(type: TimeType): PlainMoments {
  return type === 'integer' ? integers() : datesOrTimes(type)
}

function integers(): PlainMoments {
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  return {
    note(bytes, start, end) {
      if (start === end) return true
      const isNegative = bytes[start] === minus
      const first = isNegative ? start + 1 : start
      const digits = end - first
      if (digits < 1 || digits > 15 || (bytes[first] === zero && (digits > 1 || isNegative))) return false
      const value = numberAt(bytes, first, digits) * (isNegative ? -1 : 1)
      if (Number.isNaN(value)) return false
      least = Math.min(least, value)
      most = Math.max(most, value)
      return true
    },
    ends: () => (least > most ? [] : [least, most].map((value) => Buffer.from(String(value)))),
    span: () => (least > most ? { since: null, until: null } : { since: String(least), until: String(most) }),
  }
}

const [minus, zero, nine, colon, space, letterT, letterZ, dot] = [45, 48, 57, 58, 32, 84, 90, 46] as const
const dateLetters = 10

function datesOrTimes(type: 'date' | 'timestamp'): PlainMoments {
  let oldest: Uint8Array | undefined
  let newest: Uint8Array | undefined
  return {
    note(bytes, start, end) {
      // An empty field is a missing value.
      if (start === end) return true
      if (!oldest || !newest) {
        if (!isMoment(type, bytes, start, end, 0)) return false
        oldest = copyOf(bytes, start, end)
        newest = oldest
        return true
      }
      if (end - start !== newest.length) return false
      const same = sameLetters(bytes, start, newest)
      if (same === newest.length) return true
      if (!isMoment(type, bytes, start, end, same) || !isWrittenAlike(bytes, start, newest)) return false
      if (isBefore(newest, same, bytes, start)) {
        // Rows mostly come in the order of time: each takes the place of the one before.
        if (newest === oldest) newest = copyOf(bytes, start, end)
        else overwrite(newest, same, bytes, start)
      } else {
        const early = sameLetters(bytes, start, oldest)
        if (early < oldest.length && !isBefore(oldest, early, bytes, start)) oldest = copyOf(bytes, start, end)
      }
      return true
    },
    ends: () => [oldest, newest].filter((moment) => moment !== undefined),
    span: () => ({ since: oldest ? textOf(type, oldest) : null, until: newest ? textOf(type, newest) : null }),
  }
}

/** A slice of a Buffer would change with it. */
function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.subarray(start, end))
}

/** How many letters a moment begins with like another. */
function sameLetters(bytes: Uint8Array, start: number, other: Uint8Array): number {
  let at = 0
  while (at < other.length && bytes[start + at] === other[at]) at += 1
  return at
}

/** Whether the one held is the older, as its first letter says that is not the same. */
function isBefore(held: Uint8Array, same: number, bytes: Uint8Array, start: number): boolean {
  return (held[same] ?? 0) < (bytes[start + same] ?? 0)
}

function overwrite(held: Uint8Array, same: number, bytes: Uint8Array, start: number): void {
  for (let at = same; at < held.length; at += 1) held[at] = bytes[start + at] ?? 0
}

/** The separators stand where those of the other stand. */
function isWrittenAlike(bytes: Uint8Array, start: number, other: Uint8Array): boolean {
  return bytes[start + dateLetters] === other[dateLetters] || other.length === dateLetters
    ? (bytes[start + other.length - 1] === letterZ) === (other[other.length - 1] === letterZ)
    : false
}

/**
 * `2025-02-28`, or for a timestamp also `2025-02-28 23:30:00`, with a `T`, up to six digits of a second and a `Z`. Its first
 * `same` letters are those of one that is a moment.
 */
function isMoment(type: 'date' | 'timestamp', bytes: Uint8Array, start: number, end: number, same: number): boolean {
  const length = end - start
  if (length < dateLetters) return false
  if (same < dateLetters && (bytes[start] === zero || !isDate(bytes, start))) return false
  if (length === dateLetters) return true
  if (type === 'date' || length < 19) return false
  const separator = bytes[start + dateLetters]
  const isClock =
    (separator === space || separator === letterT) &&
    bytes[start + 13] === colon &&
    bytes[start + 16] === colon &&
    twoDigits(bytes, start + 11) < 24 &&
    twoDigits(bytes, start + 14) < 60 &&
    twoDigits(bytes, start + 17) < 60
  const last = bytes[end - 1] === letterZ ? end - 1 : end
  const fraction = last - (start + 20)
  if (!isClock) return false
  if (last === start + 19) return true
  return bytes[start + 19] === dot && fraction >= 1 && fraction <= 6 && numberAt(bytes, start + 20, fraction) >= 0
}

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function isDate(bytes: Uint8Array, start: number): boolean {
  if (bytes[start + 4] !== minus || bytes[start + 7] !== minus) return false
  const year = numberAt(bytes, start, 4)
  const month = numberAt(bytes, start + 5, 2)
  const day = numberAt(bytes, start + 8, 2)
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const days = month === 2 && isLeap ? 29 : (monthDays[month - 1] ?? 0)
  return year >= 1 && day >= 1 && day <= days
}

/** NaN where one of them is no digit: every line of a large file comes by here. */
function twoDigits(bytes: Uint8Array, start: number): number {
  const tens = (bytes[start] ?? 0) - zero
  const ones = (bytes[start + 1] ?? 0) - zero
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : Number.NaN
}

/** NaN where one of them is no digit. */
function numberAt(bytes: Uint8Array, start: number, digits: number): number {
  let value = 0
  for (let at = start; at < start + digits; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte < zero || byte > nine) return Number.NaN
    value = value * 10 + (byte - zero)
  }
  return value
}

/** As the lock writes it. */
function textOf(type: 'date' | 'timestamp', bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1')
  if (type === 'date') return text
  const [date, clock = '00:00:00'] = text.replace(/Z$/, '').split(/[ T]/)
  return `${date}T${clock.includes('.') ? clock.replace(/0+$/, '').replace(/\.$/, '') : clock}Z`
}
