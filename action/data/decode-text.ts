/** Bytes of a text as UTF-8, piece by piece. */
export interface TextDecoding {
  /** Throws `Undecodable` at the first byte that stands for nothing. */
  take(bytes: Buffer): Buffer
  /** What is left at the end. Throws where the text breaks off within a letter. */
  end(): Buffer
}

/** A text that is not in the encoding that it was taken for. */
export class Undecodable extends Error {
  /** From 1, where lines end in LF. */
  readonly line: number

  constructor(line: number) {
    super(`Cannot decode line ${line}`)
    this.line = line
  }
}

/** UTF-16 of either order, without its byte-order mark where it has one. */
export function decodingUtf16(order: 'little-endian' | 'big-endian'): TextDecoding {
  const lines = lineCounter()
  let rest: Buffer = Buffer.alloc(0)
  let isStart = true

  const decode = (bytes: Buffer): Buffer => {
    const text = (order === 'big-endian' ? Buffer.from(bytes).swap16() : bytes).toString('utf16le')
    const half = /\p{Surrogate}/u.exec(text)
    if (half) throw new Undecodable(lines.at(text.slice(0, half.index)))
    const plain = isStart ? text.replace(/^\ufeff/, '') : text
    isStart &&= bytes.length === 0
    return lines.count(Buffer.from(plain))
  }
  return {
    take(bytes) {
      const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
      const even = all.length - (all.length % 2)
      // The first half of a letter of four bytes waits for the second.
      const last = all[order === 'big-endian' ? even - 2 : even - 1] ?? 0
      const end = even > 0 && last >= 0xd8 && last < 0xdc ? even - 2 : even
      rest = Buffer.from(all.subarray(end))
      return decode(all.subarray(0, end))
    },
    end() {
      if (rest.length % 2 === 1) throw new Undecodable(lines.at(''))
      return decode(rest)
    },
  }
}

/** Western texts as Windows writes them: Latin-1 with letters and quotes in the place of its upper controls. */
export function decodingWindows1252(): TextDecoding {
  const lines = lineCounter()
  return {
    take(bytes) {
      const text = bytes
        .toString('latin1')
        .replace(upperControls, (each) => windows1252[each.charCodeAt(0) - 0x80] ?? '')
      const unknown = text.search(upperControls)
      if (unknown >= 0) throw new Undecodable(lines.at(text.slice(0, unknown)))
      return lines.count(Buffer.from(text))
    },
    end: () => Buffer.alloc(0),
  }
}

// oxlint-disable-next-line no-control-regex -- they are what the two encodings differ in
const upperControls = /[\x80-\x9f]/g

/** What 0x80 to 0x9F stand for; five of them for nothing, which stay what they are. Node's own decoder takes them for Latin-1's. */
const windows1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'

/** Whether a byte from 0x80 to 0x9F is a letter or a mark of Windows-1252. */
export function isWindows1252(byte: number): boolean {
  return windows1252.charCodeAt(byte - 0x80) !== byte
}

function lineCounter() {
  let ends = 0
  const endsIn = (bytes: Buffer) => {
    let found = 0
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) found += 1
    return found
  }
  return {
    count(bytes: Buffer): Buffer {
      ends += endsIn(bytes)
      return bytes
    },
    at: (before: string) => 1 + ends + endsIn(Buffer.from(before)),
  }
}
