import { areaOf, ofColumn, ofTable } from './case.mjs'

const csv = ['csv']
const parquet = ['parquet']

const values = [
  ofColumn(
    'validValues of integers',
    'integer',
    'BIGINT',
    'metric: invalidValues, arguments: { validValues: [1, 2] }, mustBe: 0',
    [1, 2, null],
    [3],
  ),
  ofColumn(
    'validValues of numbers',
    'number',
    'DOUBLE',
    'metric: invalidValues, arguments: { validValues: [0.5, 1] }, mustBe: 0',
    [0.5, 1],
    [0.25],
  ),
  ofColumn(
    'validValues of truths',
    'boolean',
    'BOOLEAN',
    'metric: invalidValues, arguments: { validValues: [true] }, mustBe: 0',
    [true, null],
    [false],
  ),
  ofColumn(
    'validValues of digits in texts',
    'string',
    'VARCHAR',
    'metric: invalidValues, arguments: { validValues: ["01", "2"] }, mustBe: 0',
    ['01', '2'],
    ['1'],
    { formats: parquet },
  ),
  ofColumn(
    'validValues beyond ASCII',
    'string',
    'VARCHAR',
    'metric: invalidValues, arguments: { validValues: [å, 東京] }, mustBe: 0',
    ['å', '東京'],
    ['a\u030a'],
  ),
  ofColumn(
    'validValues with quotes',
    'string',
    'VARCHAR',
    'metric: invalidValues, arguments: { validValues: ["it\'s", "a,b"] }, mustBe: 0',
    ["it's", 'a,b'],
    ['its'],
  ),
  ofColumn(
    'validValues and a blank behind',
    'string',
    'VARCHAR',
    'metric: invalidValues, arguments: { validValues: [a] }, mustBe: 0',
    ['a'],
    ['a '],
  ),
  ofColumn(
    'pattern argument',
    'string',
    'VARCHAR',
    'metric: invalidValues, arguments: { pattern: "^P[0-9]+$" }, mustBe: 0',
    ['P1', null],
    ['Q1'],
  ),
  ofColumn(
    'pattern argument, percent',
    'string',
    'VARCHAR',
    'metric: invalidValues, arguments: { pattern: "^P" }, mustBeLessThan: 50, unit: percent',
    ['P', 'P', 'Q'],
    ['P', 'Q'],
  ),
  ofColumn(
    'validValues and pattern together',
    'string',
    'VARCHAR',
    'metric: invalidValues, arguments: { validValues: [ab, ac], pattern: "b$" }, mustBe: 0',
    ['ab'],
    ['ac'],
  ),
  ofColumn(
    'missingValues with null',
    'string',
    'VARCHAR',
    'metric: missingValues, arguments: { missingValues: [null, N/A] }, mustBe: 0',
    ['a'],
    ['a', null],
  ),
  ofColumn(
    'missingValues without null',
    'string',
    'VARCHAR',
    'metric: missingValues, arguments: { missingValues: [N/A] }, mustBe: 0',
    ['a', null],
    ['a', 'N/A'],
  ),
  ofColumn(
    'missingValues, an empty text in Parquet',
    'string',
    'VARCHAR',
    'metric: missingValues, arguments: { missingValues: [""] }, mustBe: 0',
    ['a'],
    ['a', ''],
    { formats: parquet },
  ),
  ofColumn(
    'missingValues, an empty text in CSV',
    'string',
    'VARCHAR',
    'metric: missingValues, arguments: { missingValues: [""] }, mustBe: 0',
    ['a'],
    'v\na\n""\n',
    { formats: csv },
  ),
  ofColumn(
    'missingValues of integers',
    'integer',
    'BIGINT',
    'metric: missingValues, arguments: { missingValues: [-999] }, mustBe: 0',
    [1, 2],
    [1, -999],
  ),
  ofColumn(
    'missingValues of integers as text',
    'integer',
    'VARCHAR',
    'metric: missingValues, arguments: { missingValues: [N/A] }, mustBeLessThan: 2',
    ['1', 'N/A'],
    ['N/A', 'N/A'],
    { formats: csv },
  ),
  ofColumn(
    'duplicateValues, thrice',
    'string',
    'VARCHAR',
    'metric: duplicateValues, mustBeLessThan: 2',
    ['a', 'a', 'b'],
    ['a', 'a', 'a'],
  ),
  ofColumn(
    'duplicateValues, nulls',
    'string',
    'VARCHAR',
    'metric: duplicateValues, mustBe: 0',
    ['a', null, null],
    ['a', 'a'],
  ),
  ofColumn(
    'nullValues of no rows, percent',
    'string',
    'VARCHAR',
    'metric: nullValues, mustBe: 0, unit: percent',
    [],
    ['a', null],
    { formats: parquet, expected: { keeps: 'cannot read', breaks: 'fails' } },
  ),
  ofColumn(
    'nullValues, a third in percent',
    'string',
    'VARCHAR',
    'metric: nullValues, mustBeLessThan: 34, unit: percent',
    ['a', 'b', null],
    ['a', null, null],
  ),
  ofColumn(
    'nullValues of no rows, at least one',
    'string',
    'VARCHAR',
    'metric: nullValues, mustBeGreaterThan: 0',
    [null],
    [],
    { formats: parquet, expected: { keeps: 'passes', breaks: 'cannot read' } },
  ),
  ofColumn('nullValues, NaN', 'number', 'DOUBLE', 'metric: nullValues, mustBe: 0', [1], [1, 'NaN']),
  ofColumn(
    'two rules of one metric',
    'string',
    'VARCHAR',
    ['metric: nullValues, mustBe: 0', 'metric: nullValues, mustBeLessThan: 9'],
    ['a'],
    ['a', null],
  ),
  ofColumn(
    'two rules of one metric, the second breaks',
    'string',
    'VARCHAR',
    ['metric: nullValues, mustBeLessThan: 9', 'metric: nullValues, mustBe: 0'],
    ['a'],
    ['a', null],
  ),
  ofColumn('severity error', 'string', 'VARCHAR', 'metric: nullValues, mustBe: 0, severity: error', ['a'], [null]),
  ofColumn('severity warning', 'string', 'VARCHAR', 'metric: nullValues, mustBe: 0, severity: warning', ['a'], [null], {
    expected: { keeps: 'passes', breaks: 'warns' },
  }),
  ofColumn('severity info', 'string', 'VARCHAR', 'metric: nullValues, mustBe: 0, severity: info', ['a'], [null], {
    expected: { keeps: 'passes', breaks: 'warns' },
  }),
  ofColumn('a dimension', 'string', 'VARCHAR', 'metric: nullValues, mustBe: 0, dimension: completeness', ['a'], [null]),
  ofColumn('a text rule', 'string', 'VARCHAR', 'type: text, description: looks right', ['a'], [null], {
    expected: { keeps: 'passes', breaks: 'passes' },
  }),
]

const tables = [
  ofTable(
    'duplicateValues over two columns',
    ['{ metric: duplicateValues, arguments: { properties: [a, b] }, mustBe: 0 }'],
    {
      keeps: [
        [1, 'x'],
        [1, 'y'],
        [2, 'x'],
      ],
      breaks: [
        [1, 'x'],
        [2, 'y'],
        [1, 'x'],
      ],
    },
  ),
  ofTable(
    'duplicateValues over two columns, nulls',
    ['{ metric: duplicateValues, arguments: { properties: [a, b] }, mustBe: 0 }'],
    {
      keeps: [
        [1, null],
        [1, null],
      ],
      breaks: [
        [1, 'x'],
        [1, 'x'],
        [1, null],
      ],
    },
  ),
  ofTable(
    'duplicateValues over two columns, tolerated',
    ['{ metric: duplicateValues, arguments: { properties: [a, b] }, mustBeLessOrEqualTo: 1 }'],
    {
      keeps: [
        [1, 'x'],
        [1, 'x'],
        [2, 'x'],
      ],
      breaks: [
        [1, 'x'],
        [1, 'x'],
        [2, 'x'],
        [2, 'x'],
      ],
    },
  ),
  ofTable('rowCount of no rows', ['{ metric: rowCount, mustBeGreaterThan: 0 }'], {
    keeps: [[1, 'x']],
    breaks: [],
    formats: ['csv', 'parquet'],
    expected: { keeps: 'passes', breaks: 'cannot read' },
  }),
  ofTable('rowCount, a warning', ['{ metric: rowCount, mustBe: 1, severity: warning }'], {
    keeps: [[1, 'x']],
    breaks: [
      [1, 'x'],
      [2, 'x'],
    ],
    expected: { keeps: 'passes', breaks: 'warns' },
  }),
  ofTable('SQL with {table}', ['{ type: sql, query: "SELECT count(*) FROM {table} WHERE a < 0", mustBe: 0 }'], {
    keeps: [[1, 'x']],
    breaks: [[-1, 'x']],
  }),
  ofTable('SQL with the name of the table', ['{ type: sql, query: "SELECT count(*) FROM t WHERE a < 0", mustBe: 0 }'], {
    keeps: [[1, 'x']],
    breaks: [[-1, 'x']],
  }),
  ofTable(
    'SQL of two columns',
    ['{ type: sql, query: "SELECT count(*) FROM {object} WHERE b = \'x\' AND a > 5", mustBe: 0 }'],
    {
      keeps: [
        [9, 'y'],
        [5, 'x'],
      ],
      breaks: [[6, 'x']],
      formats: ['csv', 'parquet'],
    },
  ),
  ofTable('SQL of averages', ['{ type: sql, query: "SELECT avg(a) FROM {object}", mustBeBetween: [1.5, 2.5] }'], {
    keeps: [
      [1, 'x'],
      [2, 'x'],
    ],
    breaks: [[1, 'x']],
  }),
  ofTable('SQL, a warning', ['{ type: sql, query: "SELECT count(*) FROM {object}", mustBe: 1, severity: warning }'], {
    keeps: [[1, 'x']],
    breaks: [
      [1, 'x'],
      [2, 'x'],
    ],
    expected: { keeps: 'passes', breaks: 'warns' },
  }),
  ofTable('SQL that is true or false', ['{ type: sql, query: "SELECT min(a) > 0 FROM {object}", mustBe: true }'], {
    keeps: [[1, 'x']],
    breaks: [[0, 'x']],
  }),
  ofColumn(
    'SQL of a column with {property}',
    'integer',
    'BIGINT',
    'type: sql, query: "SELECT count(*) FROM {object} WHERE {property} IS NULL", mustBe: 0',
    [1],
    [null],
  ),
  ofColumn(
    'SQL of a column with {column}',
    'integer',
    'BIGINT',
    'type: sql, query: "SELECT max({column}) FROM {table}", mustBeLessThan: 10',
    [9],
    [10],
  ),
  ofColumn(
    'SQL with ${property}',
    'integer',
    'BIGINT',
    'type: sql, query: "SELECT max(${column}) FROM ${table}", mustBeLessThan: 10',
    [9],
    [10],
  ),
]

/** What Plumbline refuses to read, and why it need not guess: a promise that another tool reads past is kept by nobody. */
const refused = [
  ['two operators in one rule', 'metric: nullValues, mustBeGreaterThan: -1, mustBeLessThan: 1'],
  ['a pattern outside of arguments', 'metric: invalidValues, pattern: "^a", mustBe: 0'],
  ['rule instead of metric', 'rule: nullValues, mustBe: 0'],
  ['a metric that is misspelt', 'metric: nulValues, mustBe: 0'],
  ['no operator', 'metric: nullValues'],
  ['rowCount in a column', 'metric: rowCount, mustBe: 1'],
  ['a custom rule of another engine', 'type: custom, engine: soda, implementation: "x"'],
  ['a text rule with a metric', 'type: text, metric: nullValues, mustBe: 0'],
].map(([name, rule]) =>
  ofColumn(name, 'string', 'VARCHAR', rule, ['a'], [null, 'b'], {
    formats: csv,
    expected: { keeps: 'refuses', breaks: 'refuses' },
  }),
)

export const qualityCases = [
  ...areaOf('arguments, nulls, severities', values),
  ...areaOf('rules of the table, SQL', tables),
  ...areaOf('rules that cannot be meant', refused),
]
