import { type DistinctSample, distinctSample } from '../stats/distinct-sample.ts'

/** A column of a few rows. */
export interface NumberVector {
  readonly values: Float64Array
  /** A bit for each, the lowest first; without it all are there. */
  readonly areThere?: Uint8Array
}

/** Collects some of the different rows, each with numbers of it: NaN where it has none, −0 as 0. */
export interface RowCollector {
  /** `hashes`: of each row the first 53 bits, as a whole number; equal of rows that hold the same. */
  add(hashes: Float64Array, noted: readonly NumberVector[]): void
  collected(): DistinctSample<Float64Array>
}

interface KeptRow {
  count: number
  readonly note: Float64Array
}

const hashBits = 53

/** Keeps no more than `most`. */
export function rowCollector(most: number): RowCollector {
  const kept = new Map<number, KeptRow>()
  let level = 0
  /** 2^(53 − level): a power is dear to take for each row. */
  let end = 2 ** hashBits
  const loseSome = () => {
    level += 1
    end /= 2
    for (const key of kept.keys()) if (key >= end) kept.delete(key)
  }
  return {
    add(hashes, noted) {
      for (let row = 0; row < hashes.length; row += 1) {
        const key = hashes[row] ?? 0
        if (key >= end) continue
        const known = kept.get(key)
        if (known) known.count += 1
        else {
          kept.set(key, { count: 1, note: Float64Array.from(noted, (column) => numberAt(column, row)) })
          while (kept.size > most) loseSome()
        }
      }
    },
    collected() {
      return distinctSample(
        level,
        Array.from(kept, ([key, row]) => ({ key, ...row })),
        most,
      )
    },
  }
}

function numberAt({ values, areThere }: NumberVector, row: number): number {
  const isThere = areThere === undefined || (((areThere[row >>> 3] ?? 0) >>> (row & 7)) & 1) === 1
  return isThere ? (values[row] ?? 0) + 0 : Number.NaN
}
