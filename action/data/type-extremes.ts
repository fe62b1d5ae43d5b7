export type TypeFamily = 'number' | 'time' | 'boolean' | 'text' | 'other'

/** What a column holds in training, numbers as they are and times as microseconds since 1970; null where nothing is known. */
export interface Extent {
  readonly low: number | null
  readonly high: number | null
}

export interface Bounds {
  readonly minimum?: number
  readonly maximum?: number
}

export interface Extreme {
  readonly holds: string
  readonly sql: string
}

/** How often the range of training lies between training and an extreme. */
const ranges = 10

const integerBits: Readonly<Record<string, readonly [bits: number, isSigned: boolean]>> = {
  TINYINT: [8, true],
  SMALLINT: [16, true],
  INTEGER: [32, true],
  BIGINT: [64, true],
  UTINYINT: [8, false],
  USMALLINT: [16, false],
  UINTEGER: [32, false],
  UBIGINT: [64, false],
}

export function familyOf(type: string): TypeFamily {
  if (type in integerBits || /^(FLOAT|DOUBLE|DECIMAL\(\d+,\d+\))$/.test(type)) return 'number'
  if (/^(DATE|TIMESTAMP)/.test(type)) return 'time'
  if (type === 'BOOLEAN') return 'boolean'
  return type === 'VARCHAR' ? 'text' : 'other'
}

/** The extremes of a type, and values ten ranges beyond those of training, all within the bounds. */
export function extremesOf(column: Extent & { readonly type: string }, bounds: Bounds = {}): readonly Extreme[] {
  const { type } = column
  const family = familyOf(type)
  if (family === 'boolean') return extremes('false', 'true')
  if (family === 'number') return numberExtremes(column, bounds)
  return family === 'time' ? timeExtremes(column) : []
}

function extremes(lowest: string, highest: string): readonly Extreme[] {
  return [
    { holds: 'the lowest of its type', sql: lowest },
    { holds: 'the highest of its type', sql: highest },
  ]
}

function beyond(below: string, above: string): readonly Extreme[] {
  return [
    { holds: 'far below training', sql: below },
    { holds: 'far above training', sql: above },
  ]
}

function numberExtremes({ type, low, high }: Extent & { readonly type: string }, bounds: Bounds): readonly Extreme[] {
  const { lowest, highest } = numberLimits(type)
  const isWhole = type in integerBits
  const cast = (number: string) => {
    const { minimum, maximum } = bounds
    const atLeast =
      minimum === undefined ? `(${number})` : `greatest((${number}), (${isWhole ? Math.ceil(minimum) : minimum}))`
    const within = maximum === undefined ? atLeast : `least(${atLeast}, (${isWhole ? Math.floor(maximum) : maximum}))`
    return `CAST(${within} AS ${type})`
  }
  const ofType = extremes(cast(lowest), cast(highest))
  if (low === null || high === null) return ofType
  const reach = ranges * (high - low || 1)
  // A little inside, for a double near the end of 64 bits may be beyond it.
  const clamp = (value: number) => String(Math.min(Number(highest) * 0.999, Math.max(Number(lowest) * 0.999, value)))
  return [...ofType, ...beyond(cast(clamp(low - reach)), cast(clamp(high + reach)))]
}

/** As SQL writes them. */
function numberLimits(type: string): { readonly lowest: string; readonly highest: string } {
  const integer = integerBits[type]
  if (integer) {
    const [bits, isSigned] = integer
    const power = 2n ** BigInt(isSigned ? bits - 1 : bits)
    return { lowest: isSigned ? `-${power}` : '0', highest: String(power - 1n) }
  }
  const [, precision, scale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(type) ?? []
  if (precision !== undefined && scale !== undefined) {
    const digits = '9'.repeat(Number(precision) - Number(scale)) || '0'
    const most = Number(scale) === 0 ? digits : `${digits}.${'9'.repeat(Number(scale))}`
    return { lowest: `-${most}`, highest: most }
  }
  // The largest that 32 bits hold: half of all libraries compute in them, and no measurement is beyond.
  return { lowest: '-3.4e38', highest: '3.4e38' }
}

/** Nanoseconds since 1970 in 64 bits, which pandas and others count in, reach from 1677 to 2262. */
const [earliest, latest] = ['1700-01-01', '2250-01-01']

function timeExtremes({ type, low, high }: Extent & { readonly type: string }): readonly Extreme[] {
  const cast = (text: string) => `CAST(TIMESTAMP '${text}' AS ${type})`
  const ofType = extremes(cast(earliest), cast(latest))
  if (low === null || high === null) return ofType
  const reach = ranges * Math.max(high - low, 86_400_000_000)
  const [least, most] = [Date.parse(earliest) * 1000, Date.parse(latest) * 1000]
  const moment = (value: number) =>
    `CAST(make_timestamp(CAST(${Math.round(Math.min(most, Math.max(least, value)))} AS BIGINT)) AS ${type})`
  return [...ofType, ...beyond(moment(low - reach), moment(high + reach))]
}
