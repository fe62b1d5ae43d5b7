// The notation of the cases that Plumbline and datacontract-cli both judge: a table of a contract, rows that keep it and
// rows that break it. Rows are texts, cast to the columns' types; null is SQL's own.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * One column `v` of a logical type, beside one that the contract does not know. `stored` is the DuckDB type of its values, `more` what else the contract says of it.
 * `expected` is Plumbline's verdict of each side; a test holds it to that.
 */
export function columnCase(name, { type, stored = 'VARCHAR', more = '', keeps, breaks, ...rest }) {
  const property = `{ name: v, logicalType: ${type}${more === '' ? '' : `, ${more}`} }`
  const rows = (side) => (typeof side === 'string' ? side : side.map((value, i) => [i, value]))
  return tableCase(name, {
    columns: { k: 'BIGINT', v: stored },
    properties: [property],
    keeps: rows(keeps),
    breaks: rows(breaks),
    ...rest,
  })
}

/** A whole table: `quality` holds the rules of the table, `properties` its columns; a side may bring columns of its own. */
export function tableCase(name, { columns, properties, quality = [], keeps, breaks, ...rest }) {
  const lines = (key, items) =>
    items.length === 0
      ? []
      : [`    ${key}:`, ...items.map((item) => `      - ${item.trim().replaceAll('\n', '\n        ')}`)]
  return {
    name,
    contract: `${[head, ...lines('quality', quality), ...lines('properties', properties)].join('\n')}\n`,
    sides: { keeps: sideOf(columns, keeps), breaks: sideOf(columns, breaks) },
    formats: ['csv', 'parquet'],
    expected: { keeps: 'passes', breaks: 'fails' },
    ...rest,
  }
}

const head = `apiVersion: v3.1.0
kind: DataContract
id: case
version: 1.0.0
status: active
schema:
  - name: t`

/** The SELECT of rows; a text is a CSV file as it stands. */
function sideOf(columns, side) {
  if (typeof side === 'string') return { csv: side }
  const { rows, columns: own } = Array.isArray(side) ? { rows: side, columns } : side
  const names = Object.keys(own)
  const types = Object.values(own)
  const cells = (row) => row.map((value, i) => `CAST(${value === null ? 'NULL' : quote(String(value))} AS ${types[i]})`)
  const values = rows.length > 0 ? rows : [names.map(() => null)]
  const filter = rows.length > 0 ? '' : ' WHERE false'
  const list = values.map((row) => `(${cells(row).join(', ')})`).join(', ')
  return { sql: `SELECT * FROM (VALUES ${list}) AS t(${names.map((name) => `"${name}"`).join(', ')})${filter}` }
}

function quote(text) {
  return `'${text.replaceAll("'", "''")}'`
}

/**
 * Writes a side as `t.csv` or `t.parquet` into a folder and answers its path.
 * @param {import('@duckdb/node-api').DuckDBConnection} connection
 * @param {{ csv?: string, sql?: string }} side
 */
export async function writeSide(connection, { csv, sql }, format, folder) {
  const file = join(folder, `t.${format}`)
  if (csv !== undefined) writeFileSync(file, csv)
  else await connection.run(`COPY (${sql}) TO ${quote(file)} (FORMAT ${format}${format === 'csv' ? ', HEADER' : ''})`)
  return file
}

/** The `quality:` of a column. */
export function qualityOf(...rules) {
  return `quality: [${rules.map((rule) => `{ ${rule} }`).join(', ')}]`
}

/** Quality rules of a column. */
export function ofColumn(name, type, stored, rules, keeps, breaks, more = {}) {
  return columnCase(name, { type, stored, more: qualityOf(...[rules].flat()), keeps, breaks, ...more })
}

/** A rule of a table of two columns, `a` and `b`, as CSV. */
export function ofTable(name, rules, sides) {
  return tableCase(name, {
    columns: { a: 'BIGINT', b: 'VARCHAR' },
    properties: ['{ name: a, logicalType: integer }', '{ name: b, logicalType: string }'],
    quality: rules,
    formats: ['csv'],
    ...sides,
  })
}

/** Cases of one area, as the table sums them up. */
export function areaOf(area, cases) {
  return cases.map((one) => ({ area, ...one }))
}

/** Every file to judge: a case in each of its formats, both of its sides. */
export function judgements(cases) {
  return cases.flatMap((one) =>
    one.formats.flatMap((format) =>
      ['keeps', 'breaks'].map((side) => ({ one, format, side, expected: one.expected[side] })),
    ),
  )
}
