/**
 * Some of the different things that came, each with how often: those whose hash begins with `level` zero bits, `level` being
 * the least with which at most `maxSampled` are left (Wegman's adaptive sampling, with the counts of Gibbons' distinct
 * sampling). Level 0 holds all of them. The form depends on nothing but what came: parts that are merged, in any order, give
 * the bytes of the whole.
 *
 * What it costs: above level 0 the number of different things is an estimate, its standard error 1 / √keys of it, 4.5 % at the
 * most for 1,024.
 */
export interface DistinctSample<Note = never> {
  readonly level: number
  /** Ascending: the first 53 bits of each hash. */
  readonly keys: Float64Array
  /** At least 1 each. */
  readonly counts: Float64Array
  /** What is known of each beside; of none where nothing is. */
  readonly notes: readonly Note[]
}

/** So many different things are kept, at most. */
export const maxSampled = 1024

const hashBits = 53

/** From any number of things by their keys, each key once; `level`: the one down to which all are there. */
export function distinctSample<Note = never>(
  level: number,
  kept: readonly { readonly key: number; readonly count: number; readonly note?: Note }[],
  most = maxSampled,
): DistinctSample<Note> {
  let fits = level
  let left = kept.filter(({ key }) => isKept(key, level))
  while (left.length > most) {
    fits += 1
    left = left.filter(({ key }) => isKept(key, fits))
  }
  left.sort((a, b) => a.key - b.key)
  return {
    level: fits,
    keys: Float64Array.from(left, ({ key }) => key),
    counts: Float64Array.from(left, ({ count }) => count),
    notes: left.flatMap(({ note }) => (note === undefined ? [] : [note])),
  }
}

export function mergeSamples<Note = never>(
  parts: readonly DistinctSample<Note>[],
  most = maxSampled,
): DistinctSample<Note> {
  const level = parts.reduce((highest, part) => Math.max(highest, part.level), 0)
  const merged = new Map<number, { key: number; count: number; note?: Note }>()
  for (const { keys, counts, notes } of parts) {
    for (const [index, key] of keys.entries()) {
      if (!isKept(key, level)) continue
      const note = notes[index]
      const count = (merged.get(key)?.count ?? 0) + (counts[index] ?? 0)
      merged.set(key, { key, count, ...(note !== undefined && { note }) })
    }
  }
  return distinctSample(level, [...merged.values()], most)
}

/** How many different things there are: exact at level 0. */
export function distinctIn({ level, keys }: Pick<DistinctSample, 'level' | 'keys'>): number {
  return keys.length * 2 ** level
}

/** How many things are the same as an earlier one: exact at level 0. */
export function repeatsIn({ level, counts }: Pick<DistinctSample, 'level' | 'counts'>): number {
  return counts.reduce((all, count) => all + count - 1, 0) * 2 ** level
}

/** A count, and the standard error of it as a share where it is an estimate; 0 where it is exact. */
export interface Estimate {
  readonly count: number
  readonly error: number
}

/**
 * How many different ones `all` things are: those kept times 2^level, or all less the repeats, whichever varies less by
 * chance: where hardly anything repeats, the latter.
 */
export function estimateDistinct(sample: Pick<DistinctSample, 'level' | 'keys' | 'counts'>, all: number): Estimate {
  const { level, keys, counts } = sample
  if (level === 0) return { count: keys.length, error: 0 }
  const spread = repeatSpread(counts)
  const count = Math.min(all, spread < keys.length ? all - repeatsIn(sample) : distinctIn(sample))
  return { count, error: (Math.sqrt(Math.min(spread, keys.length)) * 2 ** level) / count }
}

export function estimateRepeats(sample: Pick<DistinctSample, 'level' | 'counts'>): Estimate {
  const count = repeatsIn(sample)
  if (sample.level === 0) return { count, error: 0 }
  return {
    count,
    error: Math.min(1, (Math.sqrt(repeatSpread(sample.counts)) * 2 ** sample.level) / Math.max(1, count)),
  }
}

/** The variance of the repeats among those kept; where none was seen, one could have been. */
function repeatSpread(counts: Float64Array): number {
  return Math.max(
    1,
    counts.reduce((all, count) => all + (count - 1) ** 2, 0),
  )
}

function isKept(key: number, level: number): boolean {
  return key < 2 ** (hashBits - level)
}
