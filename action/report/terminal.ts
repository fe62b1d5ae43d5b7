/* oxlint-disable no-control-regex -- control characters are what this file is about */

/** CSI, then string sequences (OSC, DCS, SOS, PM, APC) up to their end, then all other escape sequences.
 * None of them can hold the start of another, so that reading takes time in proportion to the text. */
const escapeSequences =
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|(?:\u001B[\]PX^_]|[\u0090\u0098\u009D-\u009F])[^\u0007\u001B\u0080-\u009F]*(?:\u0007|\u001B\\|\u009C)|\u001B[ -/]*[0-~]/g

/** Would start a line of their own, or jump. */
const breaks = /[\t\n\v\f\r\u0085\u2028\u2029]+/g

/** Controls, unpaired surrogates, and the marks that reverse the direction of what follows. */
const invisible = /[\p{Cc}\p{Cs}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gu

/** Many lines, each made safe; their ends stay. */
export function plainLines(text: string): string {
  return text.split('\n').map(plainText).join('\n')
}

/** Lines, of which each stays one whatever the names in it hold. */
export function ownLines(lines: readonly string[]): string {
  return lines.map(plainText).join('\n')
}

/** Untrusted text (a name, a value, a path) as one line that can neither move the cursor nor hide what stands beside it. */
export function plainText(text: string): string {
  return text.replace(escapeSequences, '').replace(breaks, ' ').replace(invisible, '')
}
