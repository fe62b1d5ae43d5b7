import { byBytes } from '../base/byte-order.ts'
import type { CategoryCounts, TooManyTexts } from '../drift/column-block.ts'
import { type DistinctSample, distinctSample, mergeSamples } from '../stats/distinct-sample.ts'
import { countNumbers, mergeNumberCounts, type NumberCounts } from '../stats/number-counts.ts'

/** What is told of texts, of bounded size; merges exactly, in any order. */
export interface TextTally {
  readonly texts: CategoryCounts | TooManyTexts
  /** Characters, that is code points, of each. */
  readonly lengths: NumberCounts
  /** Some of the different texts, each with its shape. */
  readonly sample: DistinctSample<string>
}

/** One text, as often as it comes. */
export interface CountedText {
  readonly text: string
  readonly count: number
  /** The first 53 bits of DuckDB's hash of it, which its versions may change. */
  readonly key: number
}

/** More different texts are not listed, and none where one has more characters. */
export const mostTexts = 10_000
export const mostCharacters = 1000

/** Of all texts of a column, each once. */
export function tallyTexts(listed: readonly CountedText[]): TextTally {
  const entries = listed.map(({ text, count, key }) => ({ key, count, note: shapeOf(text) }))
  return {
    texts: listingOf(new Map(listed.map(({ text, count }) => [text, count]))),
    lengths: countLengths(listed.map(({ text, count }) => [lengthOf(text), count])),
    sample: distinctSample(0, entries),
  }
}

export function mergeTexts(parts: readonly TextTally[]): TextTally {
  const rowsOf = new Map<string, number>()
  let areListed = true
  for (const { texts } of parts) {
    if (texts.kind === 'too many texts') areListed = false
    else for (const [text, rows] of texts.values) rowsOf.set(text, (rowsOf.get(text) ?? 0) + rows)
  }
  return {
    texts: areListed ? listingOf(rowsOf) : { kind: 'too many texts' },
    lengths: mergeNumberCounts(parts.map(({ lengths }) => lengths)),
    sample: mergeSamples(parts.map(({ sample }) => sample)),
  }
}

/** From how often each length came. */
export function countLengths(lengths: readonly (readonly [length: number, count: number])[]): NumberCounts {
  const counts = new Map<number, number>()
  for (const [length, count] of lengths) counts.set(length, (counts.get(length) ?? 0) + count)
  const ascending = [...counts].sort(([a], [b]) => a - b)
  const whole: NumberCounts = {
    ...countNumbers(new Float64Array()),
    values: Float64Array.from(ascending, ([length]) => length),
    counts: Float64Array.from(ascending, ([, count]) => count),
  }
  return mergeNumberCounts([whole])
}

/** A text with its runs of letters as `a` and of digits as `9`, cut to 20 characters: `AB-1234` is `a-9`. */
export function shapeOf(text: string): string {
  const shape = text
    .slice(0, mostShaped)
    .replace(/\p{L}+/gu, 'a')
    .replace(/\p{Nd}+/gu, '9')
  return Array.from(shape).slice(0, 20).join('')
}

/** So much of a text decides its shape. */
export const mostShaped = 200

/** In characters, that is code points, as DuckDB counts them. */
export function lengthOf(text: string): number {
  let length = 0
  for (const _ of text) length += 1
  return length
}

function listingOf(rowsOf: ReadonlyMap<string, number>): CategoryCounts | TooManyTexts {
  if (rowsOf.size > mostTexts) return { kind: 'too many texts' }
  return { kind: 'category', values: [...rowsOf].sort(([a], [b]) => byBytes(a, b)) }
}
