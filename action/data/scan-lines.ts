import { paddingBytes, scanBytes, scanLinesProgram } from './scan-lines.generated.ts'

const space = 32

interface Scanner {
  readonly bytes: Buffer
  readonly ends: Int32Array
  readonly scan: (length: number, delimiter: number, lastField: number, longest: number, ends: number) => number
}

let opened: Scanner | undefined

/**
 * Where the lines end among bytes of a CSV file: the places of their newlines, to be read before the next call. Undefined where
 * the bytes hold a quote or a NUL, where a line that ends has another number of fields or is longer than `longestLine` bytes, or
 * where some lines end with a carriage return and others do not. What follows the last newline is looked at for quotes, NULs and
 * carriage returns alone. At most `scanBytes` bytes.
 *
 * WebAssembly, for its vectors: every byte of every CSV file comes by here, and TypeScript takes nine times as long.
 */
export function scanLines(
  bytes: Uint8Array,
  delimiter: number,
  fields: number,
  longestLine: number,
): Int32Array | undefined {
  const scanner = (opened ??= openScanner())
  scanner.bytes.set(bytes, 0)
  scanner.bytes.fill(space, bytes.length, bytes.length + paddingBytes)
  const count = scanner.scan(bytes.length, delimiter, fields - 1, longestLine, scanner.ends.byteOffset)
  return count === -1 ? undefined : scanner.ends.subarray(0, count)
}

function openScanner(): Scanner {
  const module = new WebAssembly.Module(Buffer.from(scanLinesProgram, 'base64'))
  const { memory, scan } = new WebAssembly.Instance(module).exports
  if (!(memory instanceof WebAssembly.Memory) || typeof scan !== 'function')
    throw new TypeError('The program that scans lines exports no memory')
  const text = scanBytes + paddingBytes
  return {
    bytes: Buffer.from(memory.buffer, 0, text),
    ends: new Int32Array(memory.buffer, text, scanBytes),
    scan: scan as Scanner['scan'],
  }
}
