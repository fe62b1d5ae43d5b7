import { ByteStream } from './byte-stream.ts'
import { type PickleOpcode, pickleOpcodes } from './pickle-opcodes.ts'

/** A name that a pickle imports when it is loaded; `?` where it is put together only then. */
export interface PickleImport {
  readonly module: string
  readonly name: string
}

export interface PickleScan {
  /** Each once, in the order of their first use; at most `mostImports`. */
  readonly imports: readonly PickleImport[]
  /** Something was called, or the pickle came to its end: these bytes are a pickle, whatever follows. */
  readonly isPickle: boolean
  /** Whole pickles, one after another. */
  readonly pickles: number
  /** Why not all could be followed; null where all was. */
  readonly unseen: string | null
}

const mostImports = 1000
const mostStack = 1_000_000
const longestText = 512
const longestImport = 1200
const mostOpcodes = 50_000_000
/** Opcodes between two looks at the clock. */
const restEvery = 100_000

/** What lies on the stack, as far as it can name an import. */
type Value = string | null

/**
 * Reads a pickle's opcodes and names all that it imports; nothing of it is ever run. Bounded: the stack and the memo in their
 * entries, the whole in opcodes and by `deadlineMs` (of `performance.now()`); what is beyond is said in `unseen`.
 */
export async function scanPickle(chunks: AsyncIterable<Uint8Array>, deadlineMs: number): Promise<PickleScan> {
  const scanner = new Scanner(new ByteStream(chunks), deadlineMs)
  return await scanner.scan()
}

class Scanner {
  readonly #stream: ByteStream
  readonly #deadlineMs: number
  readonly #imports = new Map<string, PickleImport>()
  #stack: Value[] = []
  #marks: number[] = []
  #memo = new Map<number, string>()
  #memoized = 0
  #hasCalled = false
  #pickles = 0

  constructor(stream: ByteStream, deadlineMs: number) {
    this.#stream = stream
    this.#deadlineMs = deadlineMs
  }

  async scan(): Promise<PickleScan> {
    let unseen: string | null = null
    try {
      unseen = await this.#follow()
    } finally {
      await this.#stream.close().catch(() => undefined)
    }
    const imports = [...this.#imports.values()]
    return { imports, isPickle: this.#hasCalled || this.#pickles > 0, pickles: this.#pickles, unseen }
  }

  async #follow(): Promise<string | null> {
    const stream = this.#stream
    for (let count = 0; ; count += 1) {
      if (stream.ready < 16 && !(await stream.fill(16)) && stream.ready === 0)
        return this.#isBetween() ? null : 'it is cut off'
      if (count % restEvery === 0 && performance.now() > this.#deadlineMs) return 'it takes too long to read'
      if (count >= mostOpcodes) return `it has more than ${mostOpcodes / 1e6} million opcodes`
      const place = stream.taken
      const opcode = pickleOpcodes.get(stream.byte())
      const problem = opcode === undefined ? 'lost' : await this.#take(opcode)
      if (problem === 'cut off') return `it is cut off at byte ${stream.taken}`
      if (problem === 'lost') return await this.#searchOn(place)
      if (this.#stack.length > mostStack || this.#imports.size >= mostImports || this.#memo.size > mostStack)
        return 'it is too large to follow'
    }
  }

  /** What no opcode explains is an array, most often: what comes after it is looked through for what an import looks like. */
  async #searchOn(place: number): Promise<string> {
    const stream = this.#stream
    const before = this.#imports.size
    let window = ''
    while (stream.ready > 0 || (await stream.fill(1))) {
      if (performance.now() > this.#deadlineMs) break
      window = window.slice(-longestImport) + stream.bytes(stream.ready).toString('latin1')
      for (const { module, name } of importsLikely(window)) {
        if (this.#imports.size < mostImports) this.#imported(module, name)
      }
    }
    const found = this.#imports.size - before
    const beyond = found === 0 ? '' : `, where ${found} more names look like imports`
    return `other data follows at byte ${place}${beyond}`
  }

  #isBetween(): boolean {
    return this.#pickles > 0 && this.#stack.length === 0 && this.#marks.length === 0
  }

  async #take(opcode: PickleOpcode): Promise<'cut off' | 'lost' | undefined> {
    const argument = await this.#argument(opcode)
    if (argument === undefined) return 'cut off'
    return this.#apply(opcode, argument) ? undefined : 'lost'
  }

  /** Texts or a number, as the opcode has them; null where it is of no use here; undefined: it is cut off. */
  async #argument({ argument }: PickleOpcode): Promise<readonly string[] | number | null | undefined> {
    const stream = this.#stream
    if (argument.kind === 'fixed') {
      const { bytes } = argument
      if (bytes === 0) return null
      if (stream.ready < bytes && !(await stream.fill(bytes))) return undefined
      const held = stream.bytes(bytes)
      return bytes > 4 ? null : held.readUIntLE(0, bytes)
    }
    if (argument.kind === 'lines') {
      const lines: string[] = []
      while (lines.length < argument.lines) {
        const line = await stream.line(longestText + 1)
        if (line === undefined) return undefined
        lines.push(line)
      }
      return lines
    }
    const { lengthBytes, isText } = argument
    if (stream.ready < lengthBytes && !(await stream.fill(lengthBytes))) return undefined
    const head = stream.bytes(lengthBytes)
    const length = lengthBytes === 8 ? Number(head.readBigUInt64LE()) : head.readUIntLE(0, lengthBytes)
    if (!isText || length > longestText) return (await stream.skip(length)) ? null : undefined
    if (stream.ready < length && !(await stream.fill(length))) return undefined
    return [stream.bytes(length).toString('utf8')]
  }

  /** Whether a pickle can go on so. */
  #apply({ name, argument: form, effect }: PickleOpcode, argument: readonly string[] | number | null): boolean {
    const stack = this.#stack
    const [first = '', second = ''] = Array.isArray(argument) ? (argument as readonly string[]) : []
    const floor = this.#marks.at(-1) ?? 0
    switch (effect.kind) {
      case 'mark':
        this.#marks.push(stack.length)
        return true
      case 'stop':
        if (stack.length <= floor) return false
        this.#pickles += 1
        this.#stack = []
        this.#marks = []
        this.#memo = new Map()
        this.#memoized = 0
        return true
      case 'pop':
        if (stack.length > floor) stack.pop()
        else if (this.#marks.pop() === undefined) return false
        return true
      case 'dup':
        if (stack.length <= floor) return false
        stack.push(stack.at(-1) ?? null)
        return true
      case 'put':
      case 'memoize': {
        if (stack.length <= floor) return false
        const index = effect.kind === 'memoize' ? this.#memoized : indexOf(argument)
        if (index === undefined) return false
        this.#memoized += 1
        const top = stack.at(-1) ?? null
        if (top === null) this.#memo.delete(index)
        else this.#memo.set(index, top)
        return true
      }
      case 'get': {
        const index = indexOf(argument)
        if (index === undefined || this.#memoized === 0) return false
        stack.push(this.#memo.get(index) ?? null)
        return true
      }
      case 'global':
        if (!isName(first) || !isName(second)) return false
        this.#imported(first, second)
        stack.push(null)
        return true
      case 'inst':
        if (!isName(first) || !isName(second) || !this.#toMark()) return false
        this.#imported(first, second)
        this.#hasCalled = true
        stack.push(null)
        return true
      case 'stack global': {
        if (stack.length - floor < 2) return false
        const [named, module] = [stack.pop() ?? null, stack.pop() ?? null]
        this.#imported(module ?? '?', named ?? '?')
        stack.push(null)
        return true
      }
      case 'extension':
        this.#imported('copyreg', `extension ${String(argument)}`)
        stack.push(null)
        return true
      case 'to mark': {
        if (!this.#toMark()) return false
        const below = this.#marks.at(-1) ?? 0
        if (stack.length - below < effect.pops) return false
        if (effect.pops === 0 && effect.pushes === 1) stack.push(null)
        if (effect.calls) this.#hasCalled = true
        return true
      }
      case 'stack': {
        if (stack.length - floor < effect.pops) return false
        stack.length -= effect.pops
        if (effect.calls) this.#hasCalled = true
        const isText = form.kind !== 'fixed' && form.isText && Array.isArray(argument)
        if (effect.pushes === 1) stack.push(isText ? (name === 'STRING' ? unquoted(first) : first) : null)
        return true
      }
    }
  }

  #toMark(): boolean {
    const mark = this.#marks.pop()
    if (mark === undefined) return false
    this.#stack.length = mark
    return true
  }

  #imported(module: string, name: string): void {
    this.#imports.set(`${module} ${name}`, { module, name })
  }
}

/** Two short texts that an import ends, or the two lines of one, in the characters of bytes. */
function* importsLikely(window: string): Generator<PickleImport> {
  // oxlint-disable-next-line no-control-regex -- bytes, as characters
  const opcodes =
    /[\x8cU]([\s\S])([\w.]{1,255})(?:\x94|q[\s\S]|r[\s\S]{4})?[\x8cU]([\s\S])([\w.]{1,255})(?:\x94|q[\s\S]|r[\s\S]{4})?\x93/g
  for (const [, moduleLength = '', module = '', nameLength = '', name = ''] of window.matchAll(opcodes)) {
    if (moduleLength.charCodeAt(0) === module.length && nameLength.charCodeAt(0) === name.length) yield { module, name }
  }
  for (const [, module = '', name = ''] of window.matchAll(/[ci]([A-Za-z_][\w.]{1,255})\n([A-Za-z_][\w.]{1,255})\n/g))
    yield { module, name }
}

function indexOf(argument: readonly string[] | number | null): number | undefined {
  const index = typeof argument === 'number' ? argument : Number(argument?.[0] ?? Number.NaN)
  return Number.isSafeInteger(index) && index >= 0 ? index : undefined
}

/** `os.path`, as Python's import takes it: text that only begins as a pickle does is none. */
function isName(text: string): boolean {
  return text.length <= longestText && /^[\p{L}_][\p{L}\p{N}_.<>]*$/u.test(text)
}

function unquoted(text: string): string {
  return /^(['"]).*\1$/.test(text) ? text.slice(1, -1) : text
}
