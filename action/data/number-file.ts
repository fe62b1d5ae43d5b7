import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import type { SortedNumbers } from '../stats/sorted-numbers.ts'

const numberBytes = Float64Array.BYTES_PER_ELEMENT
/** So many numbers are read at a time where all of them are gone through. */
const partLength = 65_536

/** Numbers in a file of their own, as this machine writes them. Closed, it is deleted; closing it again does nothing. */
export interface NumberFile extends Disposable {
  readonly path: string
  readonly length: number
  /** Behind what is there. */
  append(numbers: Float64Array): void
  /** Fills an array from a place on, as far as there are numbers; answers how many. */
  read(into: Float64Array, place: number): number
}

/** Creates a file, which must not be there. */
export function createNumberFile(path: string): NumberFile {
  const handle = openSync(path, 'wx+', 0o600)
  let length = 0
  let isClosed = false
  return {
    path,
    get length() {
      return length
    },
    append(numbers) {
      const bytes = bytesOf(numbers)
      for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done)
      length += numbers.length
    },
    read(into, place) {
      const bytes = bytesOf(into.subarray(0, Math.max(0, length - place)))
      for (let done = 0; done < bytes.length; ) {
        const read = readSync(handle, bytes, done, bytes.length - done, place * numberBytes + done)
        if (read === 0) throw new Error(`"${path}" ends before what was written to it`)
        done += read
      }
      return bytes.length / numberBytes
    },
    [Symbol.dispose]() {
      if (isClosed) return
      isClosed = true
      closeSync(handle)
      rmSync(path, { force: true })
    },
  }
}

/** Numbers of a file that stand in order there. */
export function sortedNumbersIn(file: NumberFile): SortedNumbers {
  const [one, part] = [new Float64Array(1), new Float64Array(partLength)]
  return {
    length: file.length,
    at: (place) => (place >= 0 && file.read(one, place) > 0 ? one[0] : undefined),
    subarray: (from) => part.subarray(0, file.read(part, from)),
  }
}

function bytesOf(numbers: Float64Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
}
