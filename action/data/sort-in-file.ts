import { sortNumbers } from '../stats/sort-numbers.ts'
import { firstAbove } from '../stats/sorted-bins.ts'
import { createNumberFile, type NumberFile } from './number-file.ts'

/** Sorts more numbers than are held at once. */
export interface FileSorter extends Disposable {
  take(numbers: Float64Array): void
  /** All numbers that were taken, ascending, without NaN, −0 as 0; once. The file is the caller's. */
  finish(): NumberFile
}

interface Run {
  /** Where what is left of it begins and ends in the file. */
  from: number
  readonly end: number
  /** What is held of it, ascending. */
  held: Float64Array
  readonly room: Float64Array
}

/**
 * Sorts into a file at `path`, and another beside it meanwhile. Some four times `runLength` numbers are held: a run of them is
 * sorted as soon as it is there, and at the end all runs are merged, a piece of each at a time.
 */
export function openFileSorter(path: string, runLength: number): FileSorter {
  const runs = createNumberFile(`${path}.runs`)
  const ends: number[] = []
  const room = new Float64Array(runLength)
  let filled = 0
  const endRun = () => {
    runs.append(sortNumbers(room.subarray(0, filled)))
    if (runs.length > (ends.at(-1) ?? 0)) ends.push(runs.length)
    filled = 0
  }
  return {
    take(numbers) {
      for (let taken = 0; taken < numbers.length; ) {
        const some = numbers.subarray(taken, taken + runLength - filled)
        room.set(some, filled)
        filled += some.length
        taken += some.length
        if (filled === runLength) endRun()
      }
    },
    finish() {
      endRun()
      const sorted = createNumberFile(path)
      try {
        merge(runs, ends, sorted, room)
        return sorted
      } catch (error) {
        sorted[Symbol.dispose]()
        throw error
      }
    },
    [Symbol.dispose]() {
      runs[Symbol.dispose]()
    },
  }
}

/** Each time all numbers up to the least that ends what is held of a run: none that follow there are less. */
function merge(file: NumberFile, ends: readonly number[], sorted: NumberFile, space: Float64Array): void {
  // A number of each run at least.
  const room = space.length < ends.length ? new Float64Array(ends.length) : space
  const pieceLength = Math.max(1, Math.floor(room.length / Math.max(1, ends.length)))
  const runs = ends.map((end, index): Run => {
    return { from: ends[index - 1] ?? 0, end, held: new Float64Array(), room: new Float64Array(pieceLength) }
  })
  for (;;) {
    for (const run of runs) if (run.held.length === 0) refill(run, file)
    const open = runs.filter(({ held }) => held.length > 0)
    if (open.length === 0) return
    const bounds = open.filter(({ from, end }) => from < end).map(({ held }) => held.at(-1) ?? Infinity)
    const bound = Math.min(Infinity, ...bounds)
    let count = 0
    for (const run of open) {
      const some = run.held.subarray(0, firstAbove(run.held, bound, 0))
      room.set(some, count)
      count += some.length
      run.held = run.held.subarray(some.length)
    }
    sorted.append(sortNumbers(room.subarray(0, count)))
  }
}

function refill(run: Run, file: NumberFile): void {
  const room = run.room.subarray(0, run.end - run.from)
  run.held = room.subarray(0, file.read(room, run.from))
  run.from += run.held.length
}
