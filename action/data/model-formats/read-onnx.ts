import { ByteStream } from './byte-stream.ts'
import type { ModelBytes } from './model-format.ts'

/** Fields of ONNX's ModelProto and how each is written: 0 a number, 2 bytes after their length. */
const fields: ReadonlyMap<number, 0 | 2> = new Map([
  [1, 0],
  [2, 2],
  [3, 2],
  [4, 2],
  [5, 0],
  [6, 2],
  [7, 2],
  [8, 2],
  [14, 2],
  [20, 2],
  [25, 2],
  [26, 2],
])
const [graph, operators] = [7, 8]
const mostFields = 100_000

/** Whether bytes are an ONNX model: its fields and no others, to the end, a graph and operators among them. */
export async function isOnnx({ open }: ModelBytes): Promise<boolean> {
  const stream = new ByteStream(open())
  const seen = new Set<number>()
  try {
    for (let count = 0; count < mostFields; count += 1) {
      if (!(await stream.fill(1))) return seen.has(graph) && seen.has(operators)
      const key = await readNumber(stream)
      if (key === undefined) return false
      const [field, how] = [Math.floor(key / 8), key % 8]
      if (fields.get(field) !== how) return false
      seen.add(field)
      const value = await readNumber(stream)
      if (value === undefined || (how === 2 && !(await stream.skip(value)))) return false
    }
    return false
  } finally {
    await stream.close().catch(() => undefined)
  }
}

/** Seven bits a byte, the lowest first. */
async function readNumber(stream: ByteStream): Promise<number | undefined> {
  let value = 0
  for (let shift = 0; shift < 50; shift += 7) {
    if (!(await stream.fill(1))) return undefined
    const byte = stream.byte()
    value += (byte & 127) * 2 ** shift
    if (byte < 128) return value
  }
  return undefined
}
