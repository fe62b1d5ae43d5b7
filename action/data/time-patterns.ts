/** The ways in which a text may be read as a date or moment, all of one shape. */
export interface TimeShape {
  /** A regular expression that every text of the shape matches as a whole. */
  readonly shape: string
  /** As ODCS spells formats; in the order in which they are believed. */
  readonly patterns: readonly string[]
  readonly hasTime: boolean
}

/** What may be a date in a spelling of its own, as a regular expression of a whole text: cheap, and generous. */
export const timeLike =
  '([0-9]{1,4}([./-])[0-9]{1,2}[./-][0-9]{1,4}|[0-9]{1,2}[ .-]{1,2}[A-Za-z]{3,9}[ .,-]{1,2}[0-9]{2,4}|[A-Za-z]{3,9}[.]? [0-9]{1,2},? [0-9]{4}|[0-9]{8}|[0-9]{12}|[0-9]{14})(,?[ T].{4,20})?'

/**
 * What a text such as `31.12.2024 14:05` may mean. `isPadded`: whether all texts are of one length, so that days have two
 * digits. Undefined where it is no date. Names of months are read in English.
 */
export function timeShapeOf(example: string, isPadded: boolean): TimeShape | undefined {
  const [d, M, H, h] = isPadded ? ['dd', 'MM', 'HH', 'hh'] : ['d', 'M', 'H', 'h']
  for (const { text, shape, dates } of dateParts) {
    const found = text.exec(example)
    if (!found) continue
    const time = timePart(found.groups?.['rest'] ?? '', H, h)
    if (!time) return undefined
    const patterns = dates(found.groups ?? {}).map((date) => `${letters(date, d, M)}${time.pattern}`)
    return { shape: `${shape(found.groups ?? {})}${time.shape}`, patterns, hasTime: time.pattern !== '' }
  }
  return undefined
}

type Groups = Readonly<Record<string, string>>

interface DatePart {
  readonly text: RegExp
  /** Digits may be fewer in other texts, signs and names may not differ. */
  readonly shape: (groups: Groups) => string
  /** With D and M for a day and a month of one or two digits. */
  readonly dates: (groups: Groups) => readonly string[]
}

const digits = '[0-9]{1,2}'

const dateParts: readonly DatePart[] = [
  {
    text: /^\d{1,2}(?<sign>[./-])\d{1,2}\k<sign>(?<year>\d{4}|\d{2})(?<rest>\D.*)?$/,
    shape: ({ sign, year }) => `${digits}[${sign}]${digits}[${sign}][0-9]{${year?.length ?? 4}}`,
    dates: ({ sign = '', year }) => {
      const y = 'y'.repeat(year?.length ?? 4)
      const dayFirst = ['D', 'M', y].join(sign)
      // Nobody writes 12.31.2024.
      const others = sign === '.' ? [] : [['M', 'D', y].join(sign)]
      return [dayFirst, ...others]
    },
  },
  {
    text: /^\d{4}(?<sign>[./-])\d{1,2}\k<sign>\d{1,2}(?<rest>\D.*)?$/,
    shape: ({ sign }) => `[0-9]{4}[${sign}]${digits}[${sign}]${digits}`,
    dates: ({ sign = '' }) => [['yyyy', 'M', 'D'].join(sign)],
  },
  {
    text: /^\d{1,2}(?<first>[ .-]{1,2})(?<month>[A-Za-z]{3,9})(?<second>[ .,-]{1,2})(?<year>\d{4}|\d{2})(?<rest>\D.*)?$/,
    shape: ({ first = '', second = '', year }) =>
      `${digits}${literal(first)}[A-Za-z]{3,9}${literal(second)}[0-9]{${year?.length ?? 4}}`,
    dates: ({ first = '', second = '', year }) =>
      ['MMM', 'MMMM'].map((month) => `D${first}${month}${second}${'y'.repeat(year?.length ?? 4)}`),
  },
  {
    text: /^[A-Za-z]{3,9} \d{1,2}(?<comma>,?) \d{4}(?<rest>\D.*)?$/,
    shape: ({ comma = '' }) => `[A-Za-z]{3,9} ${digits}${comma} [0-9]{4}`,
    dates: ({ comma = '' }) => ['MMM', 'MMMM'].map((month) => `${month} D${comma} yyyy`),
  },
  { text: /^(19|20)\d{6}$/, shape: () => '(19|20)[0-9]{6}', dates: () => ['yyyyMMdd'] },
  { text: /^(19|20)\d{10}$/, shape: () => '(19|20)[0-9]{10}', dates: () => ['yyyyMMddHHmm'] },
  { text: /^(19|20)\d{12}$/, shape: () => '(19|20)[0-9]{12}', dates: () => ['yyyyMMddHHmmss'] },
]

function timePart(rest: string, H = 'HH', h = 'hh'): { readonly pattern: string; readonly shape: string } | undefined {
  if (rest === '') return { pattern: '', shape: '' }
  const found =
    /^(?<gap>,? |T)(?<hour>\d{1,2}):\d{2}(?<seconds>:\d{2})?(?<fraction>\.(?:\d{6}|\d{3}))?(?<half> ?[AaPp][Mm])?(?<zone> ?(?:Z|[+-]\d{2}:?\d{2}))?$/.exec(
      rest,
    )
  if (!found?.groups) return undefined
  const { gap = '', seconds, fraction, half, zone } = found.groups
  const space = (text: string) => (text.startsWith(' ') ? ' ' : '')
  const fractionLetters = fraction === undefined ? '' : `.${'S'.repeat(fraction.length - 1)}`
  const pattern = [
    gap === 'T' ? "'T'" : gap,
    half === undefined ? H : h,
    ':mm',
    seconds === undefined ? '' : ':ss',
    fractionLetters,
    half === undefined ? '' : `${space(half)}a`,
    zone === undefined ? '' : `${space(zone)}XXX`,
  ].join('')
  const shape = [
    `${gap}${digits}:[0-9]{2}`,
    seconds === undefined ? '' : ':[0-9]{2}',
    fraction === undefined ? '' : `[.][0-9]{${fraction.length - 1}}`,
    half === undefined ? '' : `${space(half)}[AaPp][Mm]`,
    zone === undefined ? '' : `${space(zone)}(Z|[+-][0-9]{2}:?[0-9]{2})`,
  ].join('')
  return { pattern, shape }
}

/** `D.M.yyyy` with as many letters as there are digits; the M of a month's name stays. */
function letters(date: string, d = 'dd', M = 'MM'): string {
  return date.replace('D', d).replace(/(?<!M)M(?!M)/, M)
}

function literal(text: string): string {
  return text.replace(/[.-]/g, '[$&]')
}
