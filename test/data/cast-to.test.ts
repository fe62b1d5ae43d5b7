import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { openEngine } from '../../action/data/engine.ts'
import { quoteText } from '../../action/data/quote.ts'
import { castColumn, castTo } from '../../action/data/read-source.ts'
import { tempFolder } from '../support/temp-folder.ts'

const digits = (least: number, most: number) =>
  fc.string({ unit: fc.integer({ min: 0, max: 9 }).map(String), minLength: least, maxLength: most })

/** Texts that look like moments, with and without an offset, right and wrong. */
const moments = fc
  .tuple(
    fc.constantFrom('2024-03-31', '1969-12-31', '2024-1-1', '24-01-01', '2024/01/01', '20240101', '0044-01-01'),
    fc.constantFrom(
      '',
      ' 10:00',
      ' 02:30:00',
      'T23:59:59.25',
      ' 24:00:00',
      ' 10:00:00.1234567',
      ' 1:0',
      ' 10:00:00.5',
      'T10:20:30',
      ' 10:20:60',
    ),
    fc.constantFrom('', 'Z', '+02', '-08', '+02:30', '-00:30', ' UTC', ' Europe/Berlin', ' EST', '+15:59:59', 'x', ' '),
  )
  .map((parts) => parts.join(''))

const numbers = fc
  .tuple(
    fc.constantFrom('', '-', '+', ' ', '0', '- ', '0x', '1_'),
    digits(0, 20),
    fc.constantFrom('', '.', '.0', '.00', '.5', 'e3', ' ', '_000', '\t'),
  )
  .map((parts) => parts.join(''))

describe('castTo()', () => {
  it.each([
    ['timestamp', moments, (text: string) => `TRY_CAST(${text} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'`],
    [
      'integer',
      numbers,
      (text: string) =>
        `CASE WHEN regexp_full_match(${text}, '\\s*[+-]?[0-9]+(\\.0*)?\\s*') THEN TRY_CAST(${text} AS BIGINT) END`,
    ],
  ] as const)('takes no short cut that changes a %s', async (type, texts, plainCast) => {
    await using engine = await openEngine()
    // Row by row: a time zone that DuckDB finds in one row it keeps for the next.
    const plain = async (text: string) => {
      const [row] = await engine.query<{ cast: string | null }>(
        `SELECT CAST(${plainCast(quoteText(text))} AS VARCHAR) AS cast`,
      )
      return row?.cast
    }
    await fc.assert(
      fc.asyncProperty(fc.array(texts, { minLength: 30, maxLength: 30 }), async (some) => {
        const rows = some.map((text) => `(${quoteText(text)})`).join(', ')
        const read = await engine.query(
          `SELECT v, CAST(${castTo(type, 'v', 'VARCHAR')} AS VARCHAR) AS cast FROM (VALUES ${rows}) t(v)`,
        )
        expect(read).toEqual(await Promise.all(some.map(async (v) => ({ v, cast: await plain(v) }))))
      }),
      { numRuns: 20 },
    )
  })

  it('reads the moments of a Parquet file in UTC, whichever precision they have', async () => {
    await using engine = await openEngine()
    const file = quoteText(`${tempFolder()}/a.parquet`)
    await engine.run(
      `COPY (SELECT TIMESTAMP '2024-01-01 10:00:00' AS us, CAST('2024-01-01 10:00:00' AS TIMESTAMP_NS) AS ns,
         TIMESTAMPTZ '2024-01-01 12:00:00+02' AS tz, DATE '2024-01-01' AS day) TO ${file}`,
    )
    const types = { us: 'TIMESTAMP', ns: 'TIMESTAMP_NS', tz: 'TIMESTAMP WITH TIME ZONE', day: 'DATE' }
    const casts = Object.entries(types).map(([name, type]) => `${castTo('timestamp', name, type)} AS ${name}`)
    const ten = new Date('2024-01-01T10:00:00Z')
    expect(await engine.query(`SELECT ${casts.join(', ')} FROM ${file}`)).toEqual([
      { us: ten, ns: ten, tz: ten, day: new Date('2024-01-01T00:00:00Z') },
    ])
  })
})

describe('castColumn()', () => {
  const column = (more: object) =>
    ({ name: 'v', logicalType: 'number', line: 1, aliases: [], rules: [], ...more }) as const

  it.each([
    [column({ decimal: ',' }), { '1.234,56': '1234.56', '12,5': '12.5', '7': '7.0', '-1 234,5': '-1234.5' }],
    [column({ decimal: ',' }), { '1.5': null, '1,234.5': null, '12.34,5': null, '1,5 kg': null, '': null }],
    [column({ decimal: '.' }), { '1,234,567.5': '1234567.5', "1'234.5": '1234.5', '12,34': null, '0.5': '0.5' }],
    [
      column({ truth: { yes: 'Ja', no: 'nein' }, logicalType: 'boolean' }),
      { ja: 'true', ' NEIN ': 'false', yes: null, '1': null, '': null },
    ],
    [column({ missing: ['N/A', '-'], logicalType: 'string' }), { 'n/a': null, ' - ': null, '?': '?' }],
    [column({ missing: ['-'], decimal: ',' }), { '-': null, '-1,5': '-1.5' }],
    [column({ decimal: ',', logicalType: 'integer' }), { '1.234': '1234', '1.234,0': '1234', '1,5': null }],
    [column({ epoch: 'seconds', logicalType: 'timestamp' }), { '1735689600': '2025-01-01 00:00:00', '1,5': null }],
    [column({ epoch: 'milliseconds', logicalType: 'timestamp' }), { '1735689600250': '2025-01-01 00:00:00.25' }],
    [column({ epoch: 'seconds', logicalType: 'date' }), { '1735689600': '2025-01-01', '999999999999999999': null }],
  ])('reads the spelling of %j: %j', async (spelled, values) => {
    await using engine = await openEngine({ threads: 1 })
    const rows = Object.keys(values).map((value) => `(${quoteText(value)})`)
    const cast = await engine.query<{ v: string; cast: string | null }>(
      `SELECT v, CAST(${castColumn(spelled, 'v', 'VARCHAR')} AS VARCHAR) AS cast FROM (VALUES ${rows.join(', ')}) t(v)`,
    )
    expect(Object.fromEntries(cast.map((row) => [row.v, row.cast]))).toEqual(values)
  })
})
