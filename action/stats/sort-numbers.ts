import { sortNumbersProgram, sortTableBytes } from './sort-numbers.generated.ts'

interface Sorter {
  readonly memory: WebAssembly.Memory
  readonly sort: (from: number, end: number, scratch: number) => number
}

const pageBytes = 1 << 16
const numberBytes = Float64Array.BYTES_PER_ELEMENT

let opened: Sorter | undefined

/**
 * Sorts numbers in place, ascending as `Float64Array.sort()` has them: without NaN, −0 as 0. The answer is the part of
 * `values` that holds them. It keeps 16 bytes a number of the longest array for the next one.
 *
 * By digits, in WebAssembly: a tenth of the time of the language's own sort, and two fifths of what TypeScript takes, which
 * knows no whole numbers of 64 bits.
 */
export function sortNumbers(values: Float64Array): Float64Array {
  const { memory, sort } = (opened ??= openSorter())
  const bytes = values.length * numberBytes
  const missing = sortTableBytes + 2 * bytes - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes))
  new Float64Array(memory.buffer, sortTableBytes, values.length).set(values)
  const place = sort(sortTableBytes, sortTableBytes + bytes, sortTableBytes + bytes) >>> 0
  const [left = 0] = new Uint32Array(memory.buffer, 0, 1)
  const sorted = values.subarray(0, left / numberBytes)
  sorted.set(new Float64Array(memory.buffer, place, sorted.length))
  return sorted
}

function openSorter(): Sorter {
  const module = new WebAssembly.Module(Buffer.from(sortNumbersProgram, 'base64'))
  const { memory, sort } = new WebAssembly.Instance(module).exports
  if (!(memory instanceof WebAssembly.Memory) || typeof sort !== 'function')
    throw new TypeError('The program that sorts numbers exports no memory')
  return { memory, sort: sort as Sorter['sort'] }
}
