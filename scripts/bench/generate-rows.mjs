// The data of the benchmark: 20 columns of every kind, the same bytes wherever the same DuckDB makes them.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { DuckDBInstance } from '@duckdb/node-api'

/** Row `i` draws its value `k` from a hash, so that the number of threads changes nothing. */
const uniform = (k) => `((hash(i * 64 + ${k}) >> 11) / 9007199254740992.0)`
const normal = (k) => `(sqrt(-2 * ln(1 - ${uniform(k)})) * cos(2 * pi() * ${uniform(k + 1)}))`
const pick = (k, values) =>
  `(list_value(${values.map((value) => `'${value}'`).join(', ')}))[1 + CAST(floor(${uniform(k)} * ${values.length}) AS INTEGER)]`
const seldom = (k, share, value) => `CASE WHEN ${uniform(k)} < ${share} THEN NULL ELSE ${value} END`
/** One row in 100,000 breaks a promise where breaks are wanted. */
const broken = (k, isBroken, value, wrong) =>
  isBroken ? `CASE WHEN i % 100000 = ${k} THEN ${wrong} ELSE ${value} END` : value

function selectRows(rows, isBroken) {
  const id = (i) => `'u' || lpad(CAST((${i}) * 7919 % 1000000007 AS VARCHAR), 10, '0')`
  const regions = Array.from({ length: 20 }, (_, i) => `r${String(i).padStart(2, '0')}`)
  return `SELECT ${broken(11, isBroken, id('i'), id('i - 1'))} AS id,
    ${broken(13, isBroken, "TIMESTAMP '2026-01-01' + to_seconds(i % 31536000)", 'NULL')} AS ts,
    ${normal(1)} AS f_norm, exp(3 + 0.5 * ${normal(3)}) AS f_logn, round(20 * ${uniform(5)}, 2) AS f_tip,
    ${normal(6)} / sqrt(${uniform(8)} + 0.01) AS f_t3, power(1 - ${uniform(9)}, -1 / 1.5) AS f_pareto,
    -2 * ln(1 - ${uniform(10)}) AS f_exp, ${broken(17, isBroken, uniform(11), '1.5')} AS f_unif,
    ${seldom(12, 0.02, `10 + 3 * ${normal(13)}`)} AS f_null, ${seldom(15, 0.02, `4 * ${uniform(16)}`)} AS f_null2,
    CASE WHEN ${uniform(17)} < 0.3 THEN -3 ELSE 2 END + ${normal(18)} AS f_bimodal,
    1 + CAST(floor(6 * ${uniform(20)}) AS BIGINT) AS i_size,
    ${broken(19, isBroken, `CAST(floor(40 * ${uniform(21)}) AS BIGINT)`, '101')} AS i_count,
    CAST(floor(1000000 * ${uniform(22)}) AS BIGINT) AS i_big,
    ${broken(23, isBroken, pick(23, ['Thu', 'Fri', 'Sat', 'Sun']), "'Mon'")} AS c_day,
    ${pick(24, ['Lunch', 'Dinner'])} AS c_time, ${pick(25, ['F', 'M'])} AS c_sex, ${pick(26, regions)} AS c_region,
    ${uniform(27)} < 0.38 AS b_smoker
  FROM range(${rows}) t(i) ORDER BY i`
}

/** Writes `rows.parquet` (122,880 rows a group where not said, zstd) or `rows.csv` and answers its path. */
export async function generateRows(folder, { rows, format, isBroken, groupRows = 122_880 }) {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `rows.${format}`)
  const options =
    format === 'parquet' ? `FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${groupRows}` : 'FORMAT csv, HEADER'
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`COPY (${selectRows(rows, isBroken)}) TO '${file.replaceAll("'", "''")}' (${options})`)
  connection.closeSync()
  instance.closeSync()
  return file
}

/** A project around `data/*`, whose contract holds the ten checks. */
export function writeProject(folder) {
  mkdirSync(join(folder, 'data'), { recursive: true })
  writeFileSync(join(folder, 'plumbline.yaml'), project)
  writeFileSync(join(folder, 'contract.yaml'), contract)
}

const project = `version: 1
model: { name: bench, task: binary, target: b_smoker, positive: true, id: id }
data: { source: "data/*", contract: contract.yaml }
stages:
  features: { sql: features.sql }
  train: { needs: [features], run: python train.py, out: { model: model.json } }
  predict: { needs: [features, train], run: python predict.py }
`

const contract = `apiVersion: v3.1.0
kind: DataContract
id: bench
version: 1.0.0
status: active
schema:
  - name: rows
    properties:
      - name: id
        logicalType: string
        required: true
        unique: true
        logicalTypeOptions: { pattern: "^u[0-9]{10}$" }
      - { name: ts, logicalType: timestamp, required: true }
      - { name: f_unif, logicalType: number, logicalTypeOptions: { minimum: 0, maximum: 1 } }
      - name: i_size
        logicalType: integer
        quality: [{ metric: invalidValues, arguments: { validValues: [1, 2, 3, 4, 5, 6] }, mustBe: 0 }]
      - { name: i_count, logicalType: integer, logicalTypeOptions: { minimum: 0, maximum: 100 } }
      - name: c_day
        logicalType: string
        quality: [{ metric: invalidValues, arguments: { validValues: [Thu, Fri, Sat, Sun] }, mustBe: 0 }]
      - name: c_time
        logicalType: string
        quality: [{ metric: invalidValues, arguments: { validValues: [Lunch, Dinner] }, mustBe: 0 }]
      - name: f_null
        logicalType: number
        quality: [{ metric: nullValues, unit: percent, mustBeLessOrEqualTo: 5 }]
      - { name: b_smoker, logicalType: boolean }
`
