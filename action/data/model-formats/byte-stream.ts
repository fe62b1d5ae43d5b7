/** Bytes that come in chunks, taken piece by piece; no more than a chunk and what is asked for is ever held. */
export class ByteStream {
  readonly #chunks: AsyncIterator<Uint8Array>
  #buffer: Buffer = Buffer.alloc(0)
  #place = 0
  #isOver = false
  /** How many were taken or skipped. */
  taken = 0

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** How many are at hand without waiting. */
  get ready(): number {
    return this.#buffer.length - this.#place
  }

  /** Waits until so many are at hand, or all that there are; whether there are as many. */
  async fill(bytes: number): Promise<boolean> {
    const parts: Buffer[] = [this.#buffer.subarray(this.#place)]
    let have = this.ready
    while (have < bytes && !this.#isOver) {
      const { value, done } = await this.#chunks.next()
      if (done === true) {
        this.#isOver = true
        break
      }
      parts.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength))
      have += value.length
    }
    if (parts.length > 1) {
      this.#buffer = Buffer.concat(parts)
      this.#place = 0
    }
    return this.ready >= bytes
  }

  /** The next byte, which is at hand. */
  byte(): number {
    this.taken += 1
    return this.#buffer[this.#place++] ?? 0
  }

  /** The next bytes, which are at hand; valid until the next `fill`. */
  bytes(count: number): Buffer {
    const from = this.#place
    this.#place += count
    this.taken += count
    return this.#buffer.subarray(from, this.#place)
  }

  /** Those at hand, without taking them. */
  peek(count: number): Buffer {
    return this.#buffer.subarray(this.#place, this.#place + count)
  }

  /** Up to and with the next line feed, of which at most `most` bytes are kept; undefined where none comes. */
  async line(most: number): Promise<string | undefined> {
    const kept: Buffer[] = []
    let bytes = 0
    while (this.ready > 0 || (await this.fill(1))) {
      const end = this.peek(this.ready).indexOf(10)
      const piece = this.bytes(end < 0 ? this.ready : end)
      if (bytes < most) kept.push(piece.subarray(0, most - bytes))
      bytes += piece.length
      if (end < 0) continue
      this.byte()
      return Buffer.concat(kept).toString('utf8')
    }
    return undefined
  }

  /** Whether there were so many to skip. */
  async skip(count: number): Promise<boolean> {
    let left = count
    for (;;) {
      const here = Math.min(left, this.ready)
      this.#place += here
      this.taken += here
      left -= here
      if (left === 0) return true
      if (!(await this.fill(1))) return false
    }
  }

  async close(): Promise<void> {
    await this.#chunks.return?.()
  }
}
