import type { TextFormat } from '../project/contract.ts'

const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?'
const hostname = `${label}(?:\\.${label})*`
const octet = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])'
const ipv4 = `${octet}(?:\\.${octet}){3}`
const group = '[0-9A-Fa-f]{1,4}'

/** Up to seven groups before `::` and after it; the eight of the full form. */
const compressed = Array.from({ length: 8 }, (_, before) => {
  const left = before === 0 ? '' : `${group}(?::${group}){${before - 1}}`
  const most = 7 - before - 1
  const right = most < 0 ? '' : `(?:${group}(?::${group}){0,${most}})?`
  return `${left}::${right}`
})

/** The formats of texts as RE2 patterns, of the whole text: simple forms of RFC 5321, 9562, 3986, 1123, 4291 and 4648. */
export const formatPatterns: Readonly<Record<TextFormat, string>> = {
  email: `[^\\s@"(),:;<>\\[\\]]+@${label}(?:\\.${label})+`,
  uuid: '[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}',
  uri: "[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\\[\\]@!$&'()*+,;=%-]+",
  hostname,
  ipv4,
  ipv6: [`(?:${group}:){7}${group}`, ...compressed, `::(?:[Ff]{4}:)?${ipv4}`].map((form) => `(?:${form})`).join('|'),
  byte: '(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?',
}
