import { areaOf, columnCase, ofTable, qualityOf } from './case.mjs'

/** Each operator with a number that keeps it and one that breaks it, both beside a limit. */
const operators = [
  { name: 'mustBe', limits: [5], keeps: 5, breaks: 4 },
  { name: 'mustNotBe', limits: [5], keeps: 4, breaks: 5 },
  { name: 'mustBeGreaterThan', limits: [5], keeps: 6, breaks: 5 },
  { name: 'mustBeGreaterOrEqualTo', limits: [5], keeps: 5, breaks: 4 },
  { name: 'mustBeLessThan', limits: [5], keeps: 4, breaks: 5 },
  { name: 'mustBeLessOrEqualTo', limits: [5], keeps: 5, breaks: 6 },
  { name: 'mustBeBetween', limits: [4, 6], keeps: 6, breaks: 7 },
  { name: 'mustNotBeBetween', limits: [4, 6], keeps: 7, breaks: 6 },
]

/** Twenty rows, of which so many fail the metric. */
const twenty = (failing, bad, good) => Array.from({ length: 20 }, (_, i) => (i < failing ? bad(i) : good(i)))
const metrics = [
  {
    metric: 'metric: nullValues',
    rows: (failing) =>
      twenty(
        failing,
        () => null,
        () => 'a',
      ),
  },
  {
    metric: 'metric: missingValues, arguments: { missingValues: [N/A, "-"] }',
    rows: (failing) =>
      twenty(
        failing,
        (i) => (i % 2 ? 'N/A' : '-'),
        () => 'a',
      ),
  },
  {
    metric: 'metric: invalidValues, arguments: { validValues: [a, b] }',
    rows: (failing) =>
      twenty(
        failing,
        () => 'c',
        (i) => (i % 2 ? 'a' : 'b'),
      ),
  },
  {
    metric: 'metric: duplicateValues',
    rows: (failing) =>
      twenty(
        failing,
        (i) => `r${i + 10}`,
        (i) => `r${i}`,
      ),
  },
]

const counted = metrics.flatMap(({ metric, rows }) =>
  operators.flatMap((operator) =>
    ['rows', 'percent'].map((unit) => {
      const limits = operator.limits.map((limit) => (unit === 'percent' ? limit * 5 : limit))
      const words = limits.length === 1 ? limits[0] : `[${limits.join(', ')}]`
      const [, name] = metric.split(/[ ,]+/)
      return columnCase(`${name}, ${operator.name}, ${unit}`, {
        type: 'string',
        more: qualityOf(`${metric}, ${operator.name}: ${words}, unit: ${unit}`),
        formats: unit === 'rows' && name === 'nullValues' ? ['csv', 'parquet'] : ['csv'],
        keeps: rows(operator.keeps),
        breaks: rows(operator.breaks),
      })
    }),
  ),
)

const rowCounts = operators.map(({ name, limits, keeps, breaks }) =>
  ofTable(
    `rowCount, ${name}`,
    [`{ metric: rowCount, ${name}: ${JSON.stringify(limits.length === 1 ? limits[0] : limits)} }`],
    {
      keeps: some(keeps),
      breaks: some(breaks),
    },
  ),
)

function some(count) {
  return Array.from({ length: count }, (_, i) => [i, 'x'])
}

const sqlOperators = operators.map(({ name, limits, keeps, breaks }) =>
  ofTable(
    `SQL of the table, ${name}`,
    [
      `{ type: sql, query: "SELECT sum(a) FROM {object}", ${name}: ${JSON.stringify(limits.length === 1 ? limits[0] : limits)} }`,
    ],
    {
      keeps: [[keeps, 'x']],
      breaks: [
        [breaks - 1, 'x'],
        [1, 'y'],
      ],
    },
  ),
)

export const metricCases = areaOf('metrics and SQL, each with each operator, of rows and percent', [
  ...counted,
  ...rowCounts,
  ...sqlOperators,
])
