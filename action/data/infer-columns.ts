import type { LogicalType } from '../project/contract.ts'
import type { Engine } from './engine.ts'
import { findMissing } from './find-missing.ts'
import { findSpelling } from './find-spelling.ts'
import { holdRows } from './hold-rows.ts'
import type { InferredColumn } from './inferred-model.ts'
import { quoteName, quoteText } from './quote.ts'
import { type Examined, settleSpellings } from './settle-spellings.ts'
import type { DescribedFile } from './source-file.ts'
import { numberPattern, withUnit } from './spelled-values.ts'
import { columnParts, countedParts, stackColumns } from './stack-columns.ts'
import { timeLike } from './time-patterns.ts'

const maxListedValues = 1000

export interface InferOptions {
  /** Where the rows are held that are looked at many times; a name of its own for files that are needed beside others. */
  readonly table?: string
  /** The columns that are looked at; all where they are not given. */
  readonly wanted?: readonly string[]
}

/** Looks at every value of every column, or of those wanted: its type, its range, how many values there are. */
export async function inferColumns(
  engine: Engine,
  files: readonly DescribedFile[],
  { table = 'plumbline_rows', wanted }: InferOptions = {},
): Promise<readonly Examined[]> {
  const relation = await holdRows(engine, files, table)
  const rawTypes = new Map<string, string>()
  for (const { name, type } of files.flatMap((file) => file.columns)) {
    rawTypes.set(name, rawTypes.has(name) && rawTypes.get(name) !== type ? 'VARCHAR' : type)
  }
  const names = wanted ?? [...rawTypes.keys()]
  const columns: Examined[] = []
  for (const part of countedParts(names)) {
    const counted = await countColumns(engine, relation, part, rawTypes)
    const distinct = await countDistinct(engine, relation, counted)
    for (const [name, counts] of counted) {
      const missingIn = files.filter((file) => !file.columns.some((column) => column.name === name))
      const rawType = rawTypes.get(name) ?? 'VARCHAR'
      const plain = {
        name,
        type: typeOf(rawType, counts),
        rows: counts.rows,
        nulls: counts.rows - counts.filled,
        ...(distinct.get(name) ?? noValues),
        minimum: counts.minimum,
        maximum: counts.maximum,
        missingIn: missingIn.map(({ path }) => path),
      }
      const texts = textsOf(relation, name)
      const isNested = /^(STRUCT|MAP|UNION|BLOB|BIT|VARIANT)|\]$/.test(rawType)
      const forms = { ...counts, isText: rawType === 'VARCHAR', ...(isNested && { nested: counts.filled }) }
      columns.push(await readWithout(engine, { column: plain, texts, forms }))
    }
  }
  return await settleSpellings(engine, columns)
}

/** The column with its spelling; where words for nothing alone keep it from being numbers or moments, without them. */
async function readWithout(engine: Engine, examined: Examined): Promise<Examined> {
  const spelled = async ({ column, texts, forms: counts }: Examined) => ({
    column: await findSpelling(engine, texts, column, counts),
    texts,
    forms: counts,
  })
  const filled = await findMissing(engine, examined)
  if (filled === undefined || filled.forms.filled === 0) return await spelled(examined)
  const type = typeOf('VARCHAR', filled.forms)
  const without = await spelled({ ...filled, column: { ...filled.column, type } })
  const isOther = without.column.type !== 'string' && without.column.type !== 'boolean'
  return isOther ? without : await spelled(examined)
}

/** Rows whose value has a form. */
export interface Counts {
  readonly rows: number
  readonly filled: number
  readonly integers: number
  readonly numbers: number
  readonly codes: number
  readonly byComma: number
  readonly byPoint: number
  readonly timeLike: number
  readonly withUnits: number
  readonly nested: number
  readonly truths: number
  readonly dates: number
  readonly moments: number
  readonly distinct: number
  readonly minimum: number | null
  readonly maximum: number | null
}

const aggregates: Readonly<Record<keyof Counts, string>> = {
  rows: 'count(*)',
  filled: 'count(x)',
  integers: "count(*) FILTER (WHERE regexp_full_match(x, '[+-]?[0-9]{1,18}'))",
  numbers: 'count(d)',
  codes: "count(*) FILTER (WHERE regexp_full_match(x, '[+-]?0[0-9]+'))",
  byComma: `count(*) FILTER (WHERE regexp_full_match(x, ${quoteText(numberPattern(','))}))`,
  byPoint: `count(*) FILTER (WHERE regexp_full_match(x, ${quoteText(numberPattern('.'))}))`,
  timeLike: `count(*) FILTER (WHERE regexp_full_match(x, ${quoteText(timeLike)}))`,
  withUnits: `count(*) FILTER (WHERE regexp_full_match(x, ${quoteText(withUnit)}))`,
  nested: "count(*) FILTER (WHERE regexp_full_match(x, '(?s)([{].*[}]|\\[.*\\])'))",
  truths: "count(*) FILTER (WHERE lower(x) IN ('true', 'false'))",
  // A cast that fails is slow, so only what has the form is cast.
  dates: "count(CASE WHEN regexp_full_match(x, '[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN TRY_CAST(x AS DATE) END)",
  moments:
    "count(CASE WHEN regexp_matches(x, '^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}') THEN TRY_CAST(x AS TIMESTAMPTZ) END)",
  distinct: 'approx_count_distinct(x)',
  minimum: 'min(d) FILTER (WHERE isfinite(d))',
  maximum: 'max(d) FILTER (WHERE isfinite(d))',
}

/** The forms of a text; what a file types itself needs none of them. */
const forms: ReadonlySet<string> = new Set([
  'integers',
  'numbers',
  'codes',
  'byComma',
  'byPoint',
  'timeLike',
  'withUnits',
  'nested',
  'truths',
  'dates',
  'moments',
])

/** In the order of the names. */
async function countColumns(
  engine: Engine,
  relation: string,
  names: readonly string[],
  rawTypes: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, Counts>> {
  const isText = (name: string) => rawTypes.get(name) === 'VARCHAR'
  const texts = await countTexts(engine, relation, names.filter(isText))
  const typed = await countTyped(
    engine,
    relation,
    names.filter((name) => !isText(name)),
    rawTypes,
  )
  return new Map(names.map((name) => [name, countsOf(texts.get(name) ?? typed.get(name) ?? {})]))
}

type Counted = Readonly<Partial<Record<keyof Counts, number | null>>>

async function countTexts(
  engine: Engine,
  relation: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, Counted>> {
  if (names.length === 0) return new Map()
  const counts = Object.entries(aggregates).map(([key, sql]) => `${sql} AS ${quoteName(key)}`)
  const rows = await engine.query<Record<keyof Counts | 'c', number | null>>(
    `SELECT c, ${counts.join(', ')} FROM (
       SELECT c, ${filledText('x')} AS x, TRY_CAST(x AS DOUBLE) AS d FROM ${stackColumns(relation, names.map(quoteName))}
     ) GROUP BY c`,
  )
  return new Map(rows.map((row) => [names[row.c ?? 0] ?? '', row]))
}

async function countTyped(
  engine: Engine,
  relation: string,
  names: readonly string[],
  rawTypes: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, Counted>> {
  if (names.length === 0) return new Map()
  const own = Object.entries(aggregates).filter(([key]) => !forms.has(key))
  const values = names.map((name, i) => {
    const number = isNumber(rawTypes.get(name)) ? `TRY_CAST(${quoteName(name)} AS DOUBLE)` : 'NULL::DOUBLE'
    return `${quoteName(name)} AS x${i}, ${number} AS d${i}`
  })
  const counts = names.flatMap((_, i) =>
    own.map(([key, sql]) => `${sql.replace(/\b[xd]\b/g, (letter) => `${letter}${i}`)} AS ${key}_${i}`),
  )
  const [row] = await engine.query<Record<string, number | null>>(
    `SELECT ${counts.join(', ')} FROM (SELECT ${values.join(', ')} FROM ${relation})`,
  )
  return new Map(
    names.map((name, i) => [name, Object.fromEntries(own.map(([key]) => [key, row?.[`${key}_${i}`] ?? null]))]),
  )
}

function countsOf(counted: Counted): Counts {
  const count = (key: keyof Counts) => counted[key] ?? 0
  return {
    rows: count('rows'),
    filled: count('filled'),
    integers: count('integers'),
    numbers: count('numbers'),
    codes: count('codes'),
    byComma: count('byComma'),
    byPoint: count('byPoint'),
    timeLike: count('timeLike'),
    withUnits: count('withUnits'),
    nested: count('nested'),
    truths: count('truths'),
    dates: count('dates'),
    moments: count('moments'),
    distinct: count('distinct'),
    minimum: counted.minimum ?? null,
    maximum: counted.maximum ?? null,
  }
}

type Values = Pick<InferredColumn, 'distinct' | 'values' | 'isUnique'>

const noValues: Values = { distinct: 0, values: [], isUnique: false }

/** By column; none of a column without values. */
async function countDistinct(
  engine: Engine,
  relation: string,
  counted: ReadonlyMap<string, Counts>,
): Promise<ReadonlyMap<string, Values>> {
  const found = new Map<string, Values>()
  const filled = [...counted].filter(([, counts]) => counts.filled > 0)
  const few = filled.filter(([, { distinct }]) => distinct < maxListedValues * 1.2).map(([name]) => name)
  const listed = await listValues(engine, relation, few)
  const exact: string[] = []
  for (const [name, counts] of filled) {
    const values = listed.get(name)
    if (values && values.length <= maxListedValues) {
      found.set(name, { distinct: values.length, values, isUnique: isUnique(counts, values.length) })
    } else if (counts.distinct < counts.filled * 0.8) {
      found.set(name, { distinct: counts.distinct, values: [], isUnique: false })
    } else exact.push(name)
  }
  for (const [name, distinct] of await countExactly(engine, relation, exact, filled[0]?.[1].rows ?? 0)) {
    const counts = counted.get(name)
    if (counts) found.set(name, { distinct, values: [], isUnique: isUnique(counts, distinct) })
  }
  return found
}

function isUnique({ filled, rows }: Counts, distinct: number): boolean {
  return filled === rows && distinct === rows
}

async function countExactly(
  engine: Engine,
  relation: string,
  names: readonly string[],
  rows: number,
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>()
  for (const part of columnParts(names, rows)) {
    const counts = await engine.query<{ c: number; n: number }>(
      `SELECT c, count(DISTINCT x) AS n FROM ${stackColumns(relation, part.map(textOf))} GROUP BY c`,
    )
    for (const { c, n } of counts) found.set(part[c] ?? '', n)
  }
  return found
}

/** The most frequent values first, one more than are listed where there are more. */
async function listValues(
  engine: Engine,
  relation: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, InferredColumn['values']>> {
  if (names.length === 0) return new Map()
  const rows = await engine.query<{ c: number; x: string; n: number }>(
    `SELECT c, x, count(*) AS n FROM ${stackColumns(relation, names.map(textOf))} WHERE x IS NOT NULL GROUP BY c, x
     QUALIFY row_number() OVER (PARTITION BY c ORDER BY count(*) DESC, x) <= ${maxListedValues + 1} ORDER BY c, n DESC, x`,
  )
  const listed = new Map(names.map((name): [string, [string, number][]] => [name, []]))
  for (const { c, x, n } of rows) listed.get(names[c] ?? '')?.push([x, n])
  return listed
}

function isNumber(rawType: string | undefined): boolean {
  return /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL)/.test(rawType ?? '')
}

function textsOf(relation: string, name: string): string {
  return `(SELECT ${textOf(name)} AS x FROM ${relation})`
}

function textOf(name: string): string {
  return filledText(quoteName(name))
}

/** The value as text, blank as NULL. */
function filledText(value: string): string {
  return `nullif(trim(CAST(${value} AS VARCHAR)), '')`
}

/** Text that looks like a code (`007`) stays text; text in a Parquet file was made text on purpose, dates apart. */
function typeOf(rawType: string, counts: Counts): LogicalType {
  const { filled, integers, numbers, codes, truths, dates, moments } = counts
  const isAll = (count: number) => filled > 0 && count === filled
  if (/^(TINY|SMALL|BIG|HUGE|U[A-Z]*)?INT(EGER)?$/.test(rawType)) return 'integer'
  if (/^(DOUBLE|FLOAT|DECIMAL)/.test(rawType)) return 'number'
  if (rawType === 'BOOLEAN') return 'boolean'
  if (rawType === 'DATE') return 'date'
  if (rawType.startsWith('TIMESTAMP')) return 'timestamp'
  if (isAll(dates)) return 'date'
  if (isAll(moments) || isAll(moments + dates)) return 'timestamp'
  if (rawType !== 'VARCHAR') return 'string'
  if (isAll(truths)) return 'boolean'
  if (codes > 0) return 'string'
  if (isAll(integers)) return 'integer'
  return isAll(numbers) ? 'number' : 'string'
}
