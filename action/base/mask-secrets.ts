/** Shorter texts stand everywhere: hiding them would hide the log. */
export const shortestMasked = 4
/** An encoded piece of fewer characters may be anything. */
const shortestPiece = 8
const mask = '***'

/**
 * What nothing may show of these secrets, longest first, so that no part of a longer one stays: each line on its own, as logs
 * are read by lines, and as addresses, JSON, HTML, hexadecimal digits and base64 write it, also in the middle of other bytes.
 */
export function textsToMask(secrets: readonly string[]): readonly string[] {
  const texts = new Set<string>()
  for (const secret of secrets) {
    const lines = secret.split(/[\r\n\u2028\u2029]+/).map((line) => line.trim())
    for (const line of lines.filter((text) => text.length >= shortestMasked)) {
      for (const text of [line, ...asAddress(line), ...asJson(line), ...asHtml(line)]) texts.add(text)
      for (const text of asBytes(line)) if (text.length >= shortestPiece) texts.add(text)
    }
    if (lines.length > 1 && secret.trim().length >= shortestMasked)
      for (const text of asBytes(secret)) if (text.length >= shortestPiece) texts.add(text)
  }
  return [...texts].sort((one, other) => other.length - one.length)
}

export function maskText(text: string, masked: readonly string[]): string {
  return masked.reduce((shown, secret) => shown.replaceAll(secret, mask), text)
}

/**
 * The same for every text in a plain value; names of fields stay. So does a digest: a short secret stands in one by chance,
 * and without its digits nothing could be checked.
 */
export function maskValue<Value>(value: Value, masked: readonly string[]): Value {
  return masked.length === 0 ? value : (maskAny(value, masked) as Value)
}

function maskAny(value: unknown, masked: readonly string[]): unknown {
  if (typeof value === 'string') return isDigest(value) && !masked.includes(value) ? value : maskText(value, masked)
  if (Array.isArray(value)) return value.map((item) => maskAny(item, masked))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, maskAny(field, masked)]))
}

function isDigest(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)
}

function asAddress(text: string): string[] {
  const whole = Buffer.from(text).toString()
  const encoded = [encodeURIComponent(whole), new URLSearchParams({ v: whole }).toString().slice(2)]
  return encoded.flatMap((each) => [each, each.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase())])
}

/** With letters beyond ASCII as they are and as numbers, and with slashes either way. */
function asJson(text: string): string[] {
  const plain = JSON.stringify(text).slice(1, -1)
  const ascii = plain.replace(/[^\0-\x7f]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return [plain, ascii].flatMap((each) => [each, each.replaceAll('/', '\\/')])
}

function asHtml(text: string): string[] {
  const escaped = text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
  return ['&#39;', '&#x27;'].map((quote) => escaped.replaceAll("'", quote))
}

function asBytes(text: string): string[] {
  const bytes = Buffer.from(text)
  const hex = bytes.toString('hex')
  const base64 = [0, 1, 2].flatMap((offset) => {
    const piece = base64Piece(bytes, offset)
    return [piece, piece.replaceAll('+', '-').replaceAll('/', '_')]
  })
  return [hex, hex.toUpperCase(), ...base64, ...wrapped(bytes.toString('base64'))]
}

/** The characters that these bytes alone decide where so many other bytes, modulo 3, stand before them. */
function base64Piece(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
  return text.slice(Math.ceil((offset * 4) / 3), Math.floor(((offset + bytes.length) * 4) / 3))
}

/** As programs break long base64 into lines. */
function wrapped(base64: string): string[] {
  return [64, 76].flatMap((width) =>
    base64.length <= width ? [] : (base64.match(new RegExp(`.{1,${width}}`, 'g')) ?? []),
  )
}
