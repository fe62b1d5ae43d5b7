import { areaOf, columnCase, tableCase } from './case.mjs'

const options = (text) => `logicalTypeOptions: { ${text} }`
const csv = ['csv']
const parquet = ['parquet']

const types = [
  tableCase('a column that files lack', {
    columns: { a: 'BIGINT', b: 'BIGINT' },
    properties: ['{ name: a, logicalType: integer }', '{ name: b, logicalType: integer }'],
    keeps: [[1, 2]],
    breaks: { columns: { a: 'BIGINT' }, rows: [[1]] },
  }),
  tableCase('a column under its physical name', {
    columns: { B: 'BIGINT' },
    properties: ['{ name: a, physicalName: B, logicalType: integer, required: true }'],
    keeps: [[1]],
    breaks: [[1], [null]],
  }),
  columnCase('integer', { type: 'integer', keeps: ['1', '-2', null], breaks: ['1', 'two'] }),
  columnCase('integer, fractions', { type: 'integer', stored: 'DOUBLE', keeps: [1, 2], breaks: [1, 1.5] }),
  columnCase('integer, written 1.0', { type: 'integer', formats: csv, keeps: ['1.0', '2'], breaks: ['1.0', '2.5'] }),
  columnCase('integer, the widest', {
    type: 'integer',
    keeps: ['9223372036854775807', '-9223372036854775808'],
    breaks: ['9223372036854775808'],
  }),
  columnCase('number', { type: 'number', keeps: ['1e3', '-.5', '7'], breaks: ['1', '1,5'] }),
  columnCase('boolean', { type: 'boolean', keeps: ['true', 'false', null], breaks: ['true', 'maybe'] }),
  columnCase('boolean, yes and no', { type: 'boolean', keeps: ['yes', 'NO', 'Y'], breaks: ['yes', 'ja'] }),
  columnCase('boolean, ones and zeros', { type: 'boolean', keeps: ['1', '0'], breaks: ['1', '2'] }),
  columnCase('date', { type: 'date', keeps: ['2024-02-29', null], breaks: ['2024-02-29', '2023-02-29'] }),
  columnCase('date in a format', {
    type: 'date',
    more: options('format: dd.MM.yyyy'),
    keeps: ['31.12.2024'],
    breaks: ['12/31/2024'],
  }),
  columnCase('timestamp', { type: 'timestamp', keeps: ['2024-01-01 10:00:00'], breaks: ['2024-01-01 25:00:00'] }),
  columnCase('timestamp with an offset', {
    type: 'timestamp',
    more: options('minimum: "2024-01-01T09:00:00Z"'),
    keeps: ['2024-01-01T11:00:00+02:00'],
    breaks: ['2024-01-01T10:59:59+02:00'],
  }),
]

const flags = [
  columnCase('required', { type: 'string', more: 'required: true', keeps: ['a'], breaks: ['a', null] }),
  columnCase('required, an empty text in CSV', {
    type: 'string',
    more: 'required: true',
    formats: csv,
    keeps: 'v\n"a"\n',
    breaks: 'v\n"a"\n""\n',
  }),
  columnCase('required, an empty text in Parquet', {
    type: 'string',
    more: 'required: true',
    formats: parquet,
    keeps: ['a', ''],
    breaks: ['', null],
  }),
  columnCase('required, NaN', {
    type: 'number',
    stored: 'DOUBLE',
    more: 'required: true',
    keeps: [1],
    breaks: [1, 'NaN'],
  }),
  columnCase('unique', { type: 'integer', stored: 'BIGINT', more: 'unique: true', keeps: [1, 2], breaks: [1, 2, 1] }),
  columnCase('unique, nulls', {
    type: 'string',
    more: 'unique: true',
    keeps: ['a', null, null],
    breaks: ['a', null, 'a'],
  }),
  columnCase('unique, case and accents', {
    type: 'string',
    more: 'unique: true',
    keeps: ['a', 'A', '\u00e9', 'e\u0301'],
    breaks: ['\u00e9', '\u00e9'],
  }),
  columnCase('unique, empty texts in Parquet', {
    type: 'string',
    more: 'unique: true',
    formats: parquet,
    keeps: ['', 'a'],
    breaks: ['', ''],
  }),
  columnCase('unique, NaN', {
    type: 'number',
    stored: 'DOUBLE',
    more: 'unique: true',
    formats: parquet,
    keeps: ['NaN', 'NaN', 1],
    breaks: ['NaN', 1, 1],
  }),
  columnCase('primary key repeats', {
    type: 'string',
    more: 'primaryKey: true',
    keeps: ['a', 'b'],
    breaks: ['a', 'a'],
  }),
  columnCase('primary key is null', { type: 'string', more: 'primaryKey: true', keeps: ['a'], breaks: ['a', null] }),
  keyOfTwo(
    'key of two columns repeats',
    [
      ['a', 1],
      ['a', 2],
    ],
    [
      ['a', 1],
      ['a', 1],
    ],
  ),
  keyOfTwo('key of two columns has a null', [['a', 1]], [['a', null]]),
]

function keyOfTwo(name, keeps, breaks) {
  const key = (column, type, position) =>
    `{ name: ${column}, logicalType: ${type}, primaryKey: true, primaryKeyPosition: ${position} }`
  return tableCase(name, {
    columns: { a: 'VARCHAR', b: 'BIGINT' },
    properties: [key('a', 'string', 2), key('b', 'integer', 1)],
    keeps,
    breaks,
  })
}

const limited = (name, type, stored, text, keeps, breaks, more = {}) =>
  columnCase(name, { type, stored, more: options(text), keeps, breaks, ...more })

const limits = [
  limited('minLength', 'string', 'VARCHAR', 'minLength: 2', ['ab', null], ['ab', 'a']),
  limited('maxLength', 'string', 'VARCHAR', 'maxLength: 2', ['ab', null], ['ab', 'abc']),
  limited('maxLength in characters', 'string', 'VARCHAR', 'maxLength: 2', ['é😀', '漢字'], ['漢字体']),
  limited('minLength, an empty text in CSV', 'string', 'VARCHAR', 'minLength: 1', 'v\n""\nab\n', 'v\n" "\nab\n', {
    formats: csv,
    expected: { keeps: 'passes', breaks: 'passes' },
  }),
  limited('minLength, an empty text in Parquet', 'string', 'VARCHAR', 'minLength: 1', ['a', null], ['a', ''], {
    formats: parquet,
  }),
  limited('minimum', 'integer', 'BIGINT', 'minimum: 0', [0, null], [-1]),
  limited('maximum', 'integer', 'BIGINT', 'maximum: 9', [9, null], [10]),
  limited('exclusiveMinimum', 'integer', 'BIGINT', 'exclusiveMinimum: 0', [1, null], [0]),
  limited('exclusiveMaximum', 'number', 'DOUBLE', 'exclusiveMaximum: 1', [0.999, null], [1]),
  limited('minimum of fractions', 'number', 'DOUBLE', 'minimum: 0.1', [0.1], [0.0999999]),
  limited('both limits, negative', 'number', 'DOUBLE', 'minimum: -2.5, maximum: -1', [-2.5, -1], [-0.5]),
  limited('maximum, NaN', 'number', 'DOUBLE', 'maximum: 9', [1, 'NaN'], ['NaN', 10]),
  limited('maximum, infinite', 'number', 'DOUBLE', 'maximum: 9', [9], ['Infinity']),
  limited('minimum of dates', 'date', 'DATE', 'minimum: "2024-01-01"', ['2024-01-01', null], ['2023-12-31']),
  limited(
    'exclusiveMaximum of dates',
    'date',
    'DATE',
    'exclusiveMaximum: "2024-01-01"',
    ['2023-12-31'],
    ['2024-01-01'],
  ),
  limited(
    'maximum of timestamps',
    'timestamp',
    'TIMESTAMP',
    'maximum: "2024-01-01T12:00:00"',
    ['2024-01-01 12:00:00'],
    ['2024-01-01 12:00:01'],
  ),
  limited('multipleOf', 'integer', 'BIGINT', 'multipleOf: 5', [0, -5, null], [5, 6]),
  limited('multipleOf of fractions', 'number', 'DOUBLE', 'multipleOf: 0.1', [0.3, 1], [0.35]),
  limited('pattern', 'string', 'VARCHAR', 'pattern: "^[A-Z]{2}$"', ['AB', null], ['AB', 'ABC']),
  limited('pattern without anchors', 'string', 'VARCHAR', 'pattern: b', ['abc'], ['ac']),
  limited('pattern of any letters', 'string', 'VARCHAR', 'pattern: "^\\\\p{L}+$"', ['Zürich', '東京'], ['a1']),
  limited('format email', 'string', 'VARCHAR', 'format: email', ['a@b.org'], ['a@b']),
  limited('format uuid', 'string', 'VARCHAR', 'format: uuid', ['123e4567-e89b-12d3-a456-426614174000'], ['123e4567']),
  limited('format uri', 'string', 'VARCHAR', 'format: uri', ['https://a.org/x'], ['a org']),
  limited('format hostname', 'string', 'VARCHAR', 'format: hostname', ['a.example'], ['-a.org']),
  limited('format ipv4', 'string', 'VARCHAR', 'format: ipv4', ['10.0.0.1'], ['256.1.1.1']),
  limited('format ipv6', 'string', 'VARCHAR', 'format: ipv6', ['::1'], ['1::2::3']),
  limited('format byte', 'string', 'VARCHAR', 'format: byte', ['YQ=='], ['a-b=']),
  limited('format i8', 'integer', 'BIGINT', 'format: i8', [-128, 127], [128]),
  limited('format u16', 'integer', 'BIGINT', 'format: u16', [0, 65535], [-1]),
  columnCase('physicalType VARCHAR(3)', {
    type: 'string',
    more: 'physicalType: VARCHAR(3)',
    keeps: ['abc'],
    breaks: ['abcd'],
  }),
  columnCase('physicalType DECIMAL(4, 2)', {
    type: 'number',
    stored: 'DOUBLE',
    more: 'physicalType: "DECIMAL(4, 2)"',
    keeps: [99.99, -0.5],
    breaks: [100],
  }),
  columnCase('physicalType DECIMAL(4, 2), a third digit', {
    type: 'number',
    stored: 'DOUBLE',
    more: 'physicalType: "DECIMAL(4, 2)"',
    keeps: [99.99],
    breaks: [0.125],
  }),
  columnCase('physicalType UINT8', {
    type: 'integer',
    stored: 'BIGINT',
    more: 'physicalType: UINT8',
    keeps: [0, 255],
    breaks: [256],
  }),
]

export const columnCases = [
  ...areaOf('columns and their types', types),
  ...areaOf('required, unique, primary keys', flags),
  ...areaOf('lengths, limits, patterns, formats, physical types', limits),
]
