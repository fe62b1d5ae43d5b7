export type TimeFormat =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly unknown: string }

/** Of `java.time.format.DateTimeFormatter`, as ODCS spells formats, to `strptime`, as DuckDB does. */
const directives: Readonly<Record<string, string>> = {
  yyyy: '%Y',
  uuuu: '%Y',
  y: '%Y',
  u: '%Y',
  yy: '%y',
  MM: '%m',
  M: '%m',
  MMM: '%b',
  MMMM: '%B',
  dd: '%d',
  d: '%d',
  DDD: '%j',
  EEE: '%a',
  EEEE: '%A',
  HH: '%H',
  H: '%H',
  hh: '%I',
  h: '%I',
  mm: '%M',
  m: '%M',
  ss: '%S',
  s: '%S',
  SSS: '%g',
  SSSSSS: '%f',
  a: '%p',
  X: '%z',
  XX: '%z',
  XXX: '%z',
  Z: '%z',
  xxx: '%z',
}

/** `dd.MM.yyyy` to `%d.%m.%Y`; quoted text stands for itself, two quotes for one. */
export function strptimeOf(pattern: string): TimeFormat {
  let format = ''
  for (const [token] of pattern.matchAll(/''|'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z]/g)) {
    if (token === "''") format += "'"
    else if (token.startsWith("'")) {
      if (token.length === 1) return { ok: false, unknown: 'a quote is not closed' }
      format += literal(token.slice(1, -1).replaceAll("''", "'"))
    } else if (/^[A-Za-z]/.test(token)) {
      const directive = directives[token]
      if (directive === undefined) return { ok: false, unknown: `"${token}" is not known in it` }
      format += directive
    } else format += literal(token)
  }
  return { ok: true, value: format }
}

function literal(text: string): string {
  return text.replaceAll('%', '%%')
}
