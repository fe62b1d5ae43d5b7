// Samples for the drift benchmark: two of eighteen columns of every kind, four of which drift a little, or of many columns of
// numbers; and a past of many windows.
import { join } from 'node:path'

import { DuckDBInstance } from '@duckdb/node-api'

/** Row `i` draws its value `k` from a hash, so that the number of threads changes nothing. */
const uniform = (k) => `((hash(i * 256 + ${k}) >> 11) / 9007199254740992.0)`
const normal = (k) => `(sqrt(-2 * ln(1 - ${uniform(k)})) * cos(2 * pi() * ${uniform(k + 1)}))`
const seldom = (k, value) => `CASE WHEN ${uniform(k)} < 0.02 THEN NULL ELSE ${value} END`

/** Writes `reference.parquet` and `current.parquet`, 122,880 rows a group, zstd, and answers their paths. */
export async function generateSamples(folder, { rows, columns }) {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const files = { reference: join(folder, 'reference.parquet'), current: join(folder, 'current.parquet') }
  for (const [side, [from, shift]] of Object.entries({ reference: [0, 0], current: [rows, 1] })) {
    const selected = columns === undefined ? eighteen(shift) : many(columns, shift)
    await connection.run(
      `COPY (SELECT ${selected.join(', ')} FROM range(${from}, ${from + rows}) t(i))
       TO '${files[side].replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)`,
    )
  }
  connection.closeSync()
  instance.closeSync()
  return files
}

/** Writes `past.parquet`, windows of an hour, `rows` in each, seven columns that vary from hour to hour, and answers its path. */
export async function generatePast(folder, { windows, rows }) {
  const file = join(folder, 'past.parquet')
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const hourly = (k) => `(0.1 * ${normal(k).replaceAll('hash(i *', `hash((i // ${rows}) *`)})`
  const selected = [
    `TIMESTAMP '2024-01-01' + to_milliseconds(CAST(floor(i * 3600000.0 / ${rows}) AS BIGINT)) AS ts`,
    `${normal(1)} + ${hourly(31)} AS f_norm`,
    `exp(${normal(3)} + ${hourly(33)}) AS f_logn`,
    `${seldom(12, `10 + 3 * ${normal(13)}`)} AS f_null`,
    `CAST(floor(40 * power(${uniform(21)}, 1 + ${hourly(35)})) AS BIGINT) AS i_count`,
    `['Thu', 'Fri', 'Sat', 'Sun'][1 + CAST(floor(4 * power(${uniform(23)}, exp(${hourly(37)}))) AS INTEGER)] AS c_day`,
    `'r' || CAST(floor(20 * ${uniform(26)}) AS INTEGER) AS c_region`,
    `${uniform(27)} < 0.38 AS b_smoker`,
  ]
  await connection.run(
    `COPY (SELECT ${selected.join(', ')} FROM range(${windows * rows}) t(i))
     TO '${file.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd)`,
  )
  connection.closeSync()
  instance.closeSync()
  return file
}

function eighteen(shift) {
  return [
    `${normal(1)} + ${0.05 * shift} AS f_norm`,
    `exp(3 + 0.5 * (${normal(3)} + ${0.06 * shift})) AS f_logn`,
    `round(20 * ${uniform(5)}, 2) AS f_tip`,
    `${normal(6)} / sqrt(${uniform(8)} + 0.01) AS f_t3`,
    `power(1 - ${uniform(9)}, -1 / 1.5) AS f_pareto`,
    `-2 * ln(1 - ${uniform(10)}) AS f_exp`,
    `${uniform(11)} AS f_unif`,
    `${seldom(12, `10 + 3 * ${normal(13)}`)} AS f_null`,
    `${seldom(15, `4 * ${uniform(16)}`)} AS f_null2`,
    `CASE WHEN ${uniform(17)} < 0.3 THEN -3 ELSE 2 END + ${normal(18)} AS f_bimodal`,
    `1 + CAST(floor(12 * power(${uniform(20)}, ${1.2 + 0.1 * shift})) AS BIGINT) AS i_size`,
    `CAST(floor(40 * ${uniform(21)}) AS BIGINT) AS i_count`,
    `CAST(floor(1000000 * ${uniform(22)}) AS BIGINT) AS i_big`,
    `['Thu', 'Fri', 'Sat', 'Sun'][1 + CAST(floor(4 * power(${uniform(23)}, ${1 + 0.03 * shift})) AS INTEGER)] AS c_day`,
    `['Lunch', 'Dinner'][1 + CAST(floor(2 * ${uniform(24)}) AS INTEGER)] AS c_time`,
    `['F', 'M'][1 + CAST(floor(2 * ${uniform(25)}) AS INTEGER)] AS c_sex`,
    `'r' || lpad(CAST(CAST(floor(20 * ${uniform(26)}) AS INTEGER) AS VARCHAR), 2, '0') AS c_region`,
    `${uniform(27)} < 0.38 AS b_smoker`,
  ]
}

/** One in ten drifts. */
function many(columns, shift) {
  return Array.from(
    { length: columns },
    (_, index) => `${normal(index)} + ${index % 10 === 0 ? 0.05 * shift : 0} AS f${index}`,
  )
}
