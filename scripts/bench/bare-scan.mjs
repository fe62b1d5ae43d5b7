// Reads the columns that the ten checks look at, and nothing more, by DuckDB alone.
import { DuckDBInstance } from '@duckdb/node-api'

const [, , file = ''] = process.argv
const columns = ['id', 'ts', 'f_unif', 'i_size', 'i_count', 'c_day', 'c_time', 'f_null', 'b_smoker']
const connection = await (await DuckDBInstance.create(':memory:')).connect()
const extremes = columns.map((name) => `min(${name}), max(${name})`).join(', ')
const reader = file.endsWith('.csv') ? `read_csv('${file}', all_varchar = true)` : `read_parquet('${file}')`
await connection.run(`SELECT ${extremes} FROM ${reader}`)
