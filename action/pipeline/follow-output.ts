import { StringDecoder } from 'node:string_decoder'

import { maskText } from '../base/mask-secrets.ts'

export interface OutputEars {
  /** Texts that no log may show; one that holds another stands before it. */
  readonly masked: readonly string[]
  /** All that was printed, masked, in blocks; the stream waits for it. */
  readonly write: (text: string) => Promise<void>
  /** The beginning of a line; of very many, only the last are told. A passing one is rewritten by the next, as progress bars are. */
  readonly tell: (line: string, isPassing: boolean) => void
}

/** What is told of one line; the log holds all of it. */
const longestLine = 2000
/** Of what is printed at once, so many lines are told, the last ones. */
const linesTold = 40
/** What has no end of line is held back up to here. */
const longestHeld = 1 << 16

/**
 * Reads a stream to its end, as fast as its text can be written: lines, what progress bars rewrite, and endless lines in
 * pieces. Bytes that are no UTF-8 become U+FFFD. A secret is found wherever the stream happens to be cut.
 */
export async function followOutput(
  stream: AsyncIterable<Uint8Array>,
  { masked, write, tell }: OutputEars,
): Promise<void> {
  const decoder = new StringDecoder('utf8')
  const overlap = Math.max(0, ...masked.map((secret) => secret.length - 1))
  const tellLines = lineTeller(tell)
  let held = ''
  const pass = async (text: string) => {
    if (text === '') return
    tellLines(text)
    await write(text)
  }

  for await (const chunk of stream) {
    held += decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    // A \r at the very end may be half of a \r\n.
    const end = Math.max(held.lastIndexOf('\n'), held.lastIndexOf('\r', held.length - 2)) + 1
    if (end > 0) {
      const whole = maskText(held.slice(0, end), masked)
      held = held.slice(end)
      await pass(whole)
    } else if (held.length > longestHeld + overlap) {
      const safe = maskText(held, masked)
      const cut = wholeCharacters(safe, safe.length - overlap)
      held = safe.slice(cut)
      await pass(safe.slice(0, cut))
    }
  }
  const rest = maskText(held + decoder.end(), masked)
  await pass(rest === '' || /[\n\r]$/.test(rest) ? rest : `${rest}\n`)
}

/** Not between the two halves of one character. */
function wholeCharacters(text: string, cut: number): number {
  const code = text.charCodeAt(cut)
  return code >= 0xdc00 && code <= 0xdfff ? cut + 1 : cut
}

/** Tells lines by their beginnings, of very many only the last ones. */
function lineTeller(tell: OutputEars['tell']) {
  let begun = ''
  return (text: string) => {
    const start = startOfLast(text)
    if (start < 0) {
      begun = shorten(begun + text.slice(0, longestLine + 1))
      return
    }
    const parts = text.slice(start).split(/(\r\n|[\n\r])/)
    for (let at = 0; at + 1 < parts.length; at += 2) {
      tell(shorten(start === 0 && at === 0 ? begun + parts[at] : (parts[at] ?? '')), parts[at + 1] === '\r')
    }
    begun = shorten(parts.at(-1) ?? '')
  }
}

/** Where the last lines begin in a text that may hold a hundred thousand; -1 where no line ends in it. */
function startOfLast(text: string): number {
  // A text without \r is not searched for it again and again.
  const ends = ['\n', '\r'].filter((end) => text.includes(end))
  let at = text.length
  for (let lines = 0; lines <= linesTold; lines += 1) {
    const before = at === 0 ? -1 : Math.max(-1, ...ends.map((end) => text.lastIndexOf(end, at - 1)))
    if (before < 0) return lines === 0 ? -1 : 0
    at = before
  }
  return text[at] === '\r' && text[at + 1] === '\n' ? at + 2 : at + 1
}

function shorten(line: string): string {
  return line.length > longestLine ? `${line.slice(0, longestLine)}…` : line
}
