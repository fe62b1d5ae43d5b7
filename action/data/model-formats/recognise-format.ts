import { Readable } from 'node:stream'
import { createGunzip, createInflate } from 'node:zlib'

import { ByteStream } from './byte-stream.ts'
import { headOf, type LookTerms, type ModelBytes, type ModelFormat } from './model-format.ts'
import { isOnnx } from './read-onnx.ts'
import { recogniseZip } from './recognise-zip.ts'
import { scanPickle } from './scan-pickle.ts'

interface Magic {
  readonly bytes: string
  /** Place of the first of them; left out: 0. */
  readonly at?: number
  readonly format: ModelFormat
}

/** What is told by its first bytes, which come before anything that a pickle could begin with. */
const magics: readonly Magic[] = [
  { bytes: 'GGUF', format: data('GGUF') },
  { bytes: 'TFL3', at: 4, format: data('TensorFlow Lite') },
  { bytes: 'CBM1', format: data('CatBoost') },
  { bytes: 'PAR1', format: data('Parquet') },
  { bytes: '\xac\xed\x00\x05', format: code('Java serialization') },
  { bytes: '\xca\xfe\xba\xbe', format: code('Java classes or a program') },
  { bytes: '\x7fELF', format: code('a program') },
  { bytes: 'MZ\x90', format: code('a program') },
  { bytes: '\xcf\xfa\xed\xfe', format: code('a program') },
  { bytes: '#!', format: code('a script') },
  { bytes: 'RDX2\n', format: code('R data') },
  { bytes: 'RDX3\n', format: code('R data') },
  { bytes: 'X\n\x00\x00\x00', format: code('R data') },
  { bytes: '\x00asm', format: code('WebAssembly') },
  { bytes: 'BZh', format: unknown('compressed by bzip2') },
  { bytes: '\xfd7zXZ\x00', format: unknown('compressed by xz') },
  { bytes: '\x28\xb5\x2f\xfd', format: unknown('compressed by Zstandard') },
  { bytes: '\x04\x22\x4d\x18', format: unknown('compressed by LZ4') },
]

/** What bytes are, by what they hold and never by their name; what nobody knows is `unknown`. */
export async function recogniseFormat(bytes: ModelBytes, terms: LookTerms): Promise<ModelFormat> {
  const { head } = bytes
  if (head.length === 0) return data('empty')
  const magic = magics.find(({ bytes: text, at = 0 }) => startsWith(head, text, at))
  if (magic) return magic.format
  if (startsWith(head, 'PK\x03\x04')) return await recogniseZip(bytes, terms, recogniseFormat)
  if (startsWith(head, '\x89HDF\r\n\x1a\n')) return await recogniseHdf5(bytes, terms)
  if (startsWith(head, '\x93NUMPY')) return recogniseNumpy(head)
  if (startsWith(head, '\x1f\x8b')) return await recogniseCompressed('gzip', bytes, terms)
  if (isZlib(head)) return await recogniseCompressed('zlib', bytes, terms)
  if (await isSafetensors(bytes)) return data('safetensors')
  if (await isOnnx(bytes)) return data('ONNX')
  if (startsWith(head, 'tree\nversion=')) return data('LightGBM text')
  const first = head.toString('latin1').trimStart().charAt(0)
  if (isText(head) && (first === '{' || first === '[')) return data('JSON')
  // An object of UBJSON begins with the type of its first key's length; of a pickle, `{` is no opcode.
  if (head[0] === 0x7b && 'UiIlL$#'.includes(String.fromCharCode(head[1] ?? 0))) return data('UBJSON')
  const pickle = await scanPickle(bytes.open(), terms.deadlineMs)
  if (pickle.isPickle) return { ...code('a pickle'), pickle }
  const isProtocol = head[0] === 0x80 && (head[1] ?? 255) <= 5
  if (isProtocol || (pickle.imports.length > 0 && !isText(head))) return { ...code('a broken pickle'), pickle }
  return isText(head) ? data('text') : unknown('nothing that Plumbline knows')
}

/** Keras keeps names of classes that it imports with the weights. */
async function recogniseHdf5(bytes: ModelBytes, { deadlineMs }: LookTerms): Promise<ModelFormat> {
  const [config, lambda] = await findTexts(bytes, ['model_config', '"Lambda"'], deadlineMs)
  if (config === undefined) return unknown('HDF5 that takes too long to read')
  if (lambda) return code('Keras with a Lambda layer')
  return config ? code('Keras in HDF5') : data('HDF5')
}

/** Arrays of Python objects are pickled. */
function recogniseNumpy(head: Buffer): ModelFormat {
  const header = head.subarray(0, 1024).toString('latin1')
  return /'descr':\s*(\[.*)?'[|<>=]?O/.test(header) ? code('a NumPy array of objects') : data('NumPy array')
}

async function recogniseCompressed(how: 'gzip' | 'zlib', bytes: ModelBytes, terms: LookTerms): Promise<ModelFormat> {
  if (terms.depth >= 2) return unknown('compressed again and again')
  const open = () => {
    const unpacked = how === 'gzip' ? createGunzip() : createInflate()
    const packed = Readable.from(bytes.open())
    packed.on('error', (error) => unpacked.destroy(error))
    return packed.pipe(unpacked)
  }
  try {
    const inside = { head: await headOf(open()), size: undefined, open }
    const format = await recogniseFormat(inside, { ...terms, depth: terms.depth + 1 })
    return { ...format, name: `${format.name}, compressed` }
  } catch {
    return unknown(`broken ${how}`)
  }
}

/** The length of a JSON header, the header, then numbers. */
async function isSafetensors({ head, size, open }: ModelBytes): Promise<boolean> {
  if (head.length < 10 || head[8] !== 0x7b) return false
  const length = head.readBigUInt64LE()
  if (length > 100_000_000n || (size !== undefined && length + 8n > size)) return false
  const stream = new ByteStream(open())
  try {
    if (!(await stream.fill(8 + Number(length)))) return false
    stream.bytes(8)
    const header: unknown = JSON.parse(stream.bytes(Number(length)).toString('utf8'))
    const tensors = Object.entries(header as object).filter(([name]) => name !== '__metadata__')
    return tensors.every(
      ([, tensor]: [string, unknown]) => typeof tensor === 'object' && tensor !== null && 'dtype' in tensor,
    )
  } catch {
    return false
  } finally {
    await stream.close().catch(() => undefined)
  }
}

/** Which of some texts bytes hold; nothing where it takes too long. */
async function findTexts(
  { open }: ModelBytes,
  texts: readonly string[],
  deadlineMs: number,
): Promise<readonly boolean[]> {
  const found = texts.map(() => false)
  const overlap = Math.max(...texts.map(({ length }) => length)) - 1
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of open()) {
    if (performance.now() > deadlineMs) return []
    const window = Buffer.concat([rest, chunk])
    for (const [index, text] of texts.entries()) found[index] ||= window.includes(text)
    rest = window.subarray(Math.max(0, window.length - overlap))
  }
  return found
}

function isText(head: Buffer): boolean {
  if (head.some((byte) => byte < 32 && !(byte >= 9 && byte <= 13) && byte !== 27)) return false
  // The head may end within a character.
  const isWhole = (bytes: Buffer) => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes)
      return true
    } catch {
      return false
    }
  }
  return [0, 1, 2, 3].some((cut) => isWhole(head.subarray(0, head.length - cut)))
}

/** 0x78 and a check that the first two bytes come to a multiple of 31. */
function isZlib(head: Buffer): boolean {
  return head[0] === 0x78 && ((head[0] << 8) + (head[1] ?? 0)) % 31 === 0
}

function startsWith(head: Buffer, text: string, at = 0): boolean {
  return head.subarray(at, at + text.length).equals(Buffer.from(text, 'latin1'))
}

function data(name: string): ModelFormat {
  return { name, kind: 'data' }
}

function code(name: string): ModelFormat {
  return { name, kind: 'code' }
}

function unknown(name: string): ModelFormat {
  return { name, kind: 'unknown' }
}
