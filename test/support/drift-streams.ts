import { type ColumnBlock, categoriesOf } from '../../action/drift/column-block.ts'
import type { DataBlock } from '../../action/drift/drift-reference.ts'
import { countNumbers } from '../../action/stats/number-counts.ts'

/**
 * Streams of 20 columns: 10 numeric ones of 4 shapes, 10 categorical ones of 2 to 40 values. Each block and window has its own
 * natural variation: a shift of `variation` deviations of numbers, the same of each category's log-odds; and four columns
 * drift by `drift`, if asked.
 */
export interface StreamRule {
  readonly seed: number
  /** Standard deviation from window to window, in deviations of the column. */
  readonly variation: number
  /** The D and total variation that `driftedColumns` move by; 0 for none. */
  readonly drift: number
}

/** The rows of a week, column by column. */
export interface StreamWeek {
  readonly sinceMs: number
  readonly rows: number
  readonly columns: ReadonlyMap<string, Float64Array | readonly string[]>
}

export const driftedColumns: readonly string[] = ['n0', 'n3', 'c0', 'c5']
const categoryCounts = [2, 2, 3, 4, 5, 8, 12, 20, 30, 40]
export const weekMs = 604_800_000

/** A week as Plumbline keeps it. */
export function blockOf({ sinceMs, rows, columns }: StreamWeek): DataBlock {
  const counted = [...columns].map(([name, values]): readonly [string, ColumnBlock] => {
    const counts = values instanceof Float64Array ? countNumbers(values.toSorted()) : categoriesOf(rowsOf(values), 1000)
    return [name, { rows, missing: 0, unreadable: 0, values: counts }]
  })
  return { sinceMs, untilMs: sinceMs + weekMs, columns: new Map(counted) }
}

function rowsOf(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

export class DriftStream {
  readonly #uniform: () => number
  readonly #rule: StreamRule
  readonly #logOdds: readonly (readonly number[])[]
  #next = 0

  constructor(rule: StreamRule) {
    this.#rule = rule
    this.#uniform = generator(rule.seed)
    this.#logOdds = categoryCounts.map((count) => Array.from({ length: count }, () => 0.7 * this.#normal()))
  }

  /** The next week, of so many rows, as counts. */
  block(rows: number, isDrifted = false): DataBlock {
    return blockOf(this.week(rows, isDrifted))
  }

  /** The next week, of so many rows, as they are. */
  week(rows: number, isDrifted = false): StreamWeek {
    const drift = isDrifted ? this.#rule.drift : 0
    const driftOf = (name: string) => (driftedColumns.includes(name) ? drift : 0)
    const sinceMs = this.#next * weekMs
    this.#next += 1
    const columns = new Map<string, Float64Array | readonly string[]>()
    for (let index = 0; index < 10; index += 1) {
      columns.set(`n${index}`, this.#numbers(index % 4, rows, driftOf(`n${index}`)))
    }
    for (const [index, logOdds] of this.#logOdds.entries()) {
      columns.set(`c${index}`, this.#texts(logOdds, rows, driftOf(`c${index}`)))
    }
    return { sinceMs, rows, columns }
  }

  /** A shift by 2.5 D deviations moves a normal column by about D. */
  #numbers(shape: number, rows: number, drift: number): Float64Array {
    const shift = this.#rule.variation * this.#normal() + 2.53 * drift
    return Float64Array.from({ length: rows }, () => this.#draw(shape) + shift)
  }

  /** Drift moves so much of the commonest value's share to the rarest. */
  #texts(logOdds: readonly number[], rows: number, drift: number): string[] {
    const weights = logOdds.map((odds) => Math.exp(odds + this.#rule.variation * this.#normal()))
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const shares = weights.map((weight) => weight / total)
    const [most, least] = [shares.indexOf(Math.max(...shares)), shares.indexOf(Math.min(...shares))]
    const moved = Math.min(drift, 0.95 * (shares[most] ?? 0))
    shares[most] = (shares[most] ?? 0) - moved
    shares[least] = (shares[least] ?? 0) + moved
    return Array.from({ length: rows }, () => {
      let [index, left] = [0, this.#uniform()]
      while (index < shares.length - 1 && left >= (shares[index] ?? 0)) {
        left -= shares[index] ?? 0
        index += 1
      }
      return `v${index}`
    })
  }

  /** Mean 0, deviation 1: normal, lognormal, uniform, two humps. */
  #draw(shape: number): number {
    if (shape === 0) return this.#normal()
    if (shape === 1) return (Math.exp(this.#normal()) - Math.exp(0.5)) / 2.161197415895088
    if (shape === 2) return (this.#uniform() - 0.5) * Math.sqrt(12)
    return (this.#uniform() < 0.5 ? -0.9 : 0.9) + 0.4358898943540674 * this.#normal()
  }

  #normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#uniform())) * Math.cos(2 * Math.PI * this.#uniform())
  }
}

/** Mulberry32: the same numbers on every machine, 0 (included) to 1. */
export function generator(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
