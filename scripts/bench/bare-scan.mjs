// Reads the columns that the ten checks look at, or `all` of them, and does nothing more, by DuckDB alone.
import { DuckDBInstance } from '@duckdb/node-api'

const [, , file = '', which = 'checked'] = process.argv
const checked = ['id', 'ts', 'f_unif', 'i_size', 'i_count', 'c_day', 'c_time', 'f_null', 'b_smoker']
const connection = await (await DuckDBInstance.create(':memory:')).connect()
const reader = file.endsWith('.csv') ? `read_csv('${file}', all_varchar = true)` : `read_parquet('${file}')`
const columns = which === 'all' ? (await connection.run(`SELECT * FROM ${reader} LIMIT 0`)).columnNames() : checked
const extremes = columns.map((name) => `min(${name}), max(${name})`).join(', ')
await connection.run(`SELECT ${extremes} FROM ${reader}`)
