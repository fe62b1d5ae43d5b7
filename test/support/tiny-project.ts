import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { tempFolder, writeFiles } from './temp-folder.ts'

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))

/** A project in a git repository of its own, removed with the test, whose stages are Node programs: small, real, and without an environment to build. */
export interface TinyProject {
  readonly folder: string
  write(path: string, text: string): void
  git(...args: string[]): Promise<string>
}

export interface TinyOptions {
  readonly rows?: number
  /** Replaces files of the project, or adds to them: path → text. */
  readonly files?: Readonly<Record<string, string>>
}

export async function tinyProject({ rows = 400, files = {} }: TinyOptions = {}): Promise<TinyProject> {
  const folder = tempFolder({ ...tinyFiles, 'data/parcels.csv': tinyRows(rows), ...files })
  const git = async (...args: string[]) => (await promisify(execFile)('git', args, { cwd: folder })).stdout.trim()
  await git('init', '-q', '-b', 'main')
  await git('config', 'user.name', 'Ada')
  await git('config', 'user.email', 'ada@example.com')
  return { folder, write: (path, text) => writeFiles(folder, { [path]: text }), git }
}

/** Parcels that are late the more often the farther they go; the same rows on every machine. */
export function tinyRows(rows: number): string {
  const start = Date.UTC(2025, 0, 1)
  const lines = Array.from({ length: rows }, (_, row) => {
    const distance = (row * 7919) % 1000
    const noise = (row * 104_729) % 1000
    const late = distance * 0.7 + noise * 0.3 > 600 ? 1 : 0
    const region = ['N', 'S', 'E', 'W'][row % 4]
    return [`p${row}`, new Date(start + row * 3_600_000).toISOString(), region, distance, late].join(',')
  })
  return `parcel,shipped_at,region,distance_km,late\n${lines.join('\n')}\n`
}

export const tinyYaml = `version: 1
model: { name: parcels, task: binary, target: late, positive: 1, time: shipped_at, id: parcel }
data: { source: data/*.csv }
split: { test: 0.25 }
stages:
  features: { sql: features.sql }
  train:
    needs: [features]
    run: node train.mjs
    out: { model: model.json }
    env: { MODULES: ${JSON.stringify(modules)} }
  predict:
    needs: [features, train]
    run: node predict.mjs
    env: { MODULES: ${JSON.stringify(modules)} }
gates:
  floor: { metric: roc_auc, min: 0.7 }
  regions: { metric: accuracy, by: region, min: 0.5, min-rows: 5 }
`

const duckdb = `import { createRequire } from 'node:module'
const { DuckDBInstance } = createRequire(process.env.MODULES + '/any.js')('@duckdb/node-api')
const connection = await (await DuckDBInstance.create(':memory:')).connect()
const features = process.env.PLUMBLINE_IN_FEATURES
`

export const tinyTrain = `${duckdb}
import { writeFileSync } from 'node:fs'
const reader = await connection.runAndReadAll(
  'select avg(distance_km) filter (late = 1) as late, avg(distance_km) as every, count(*)::int as rows from read_parquet($1)', [features])
writeFileSync(process.env.PLUMBLINE_OUT_MODEL, JSON.stringify(reader.getRowObjectsJson()[0]))
console.log('trained')
`

export const tinyPredict = `${duckdb}
import { readFileSync } from 'node:fs'
const model = JSON.parse(readFileSync(process.env.PLUMBLINE_IN_TRAIN, 'utf8'))
const out = process.env.PLUMBLINE_OUT_PREDICTIONS.replaceAll("'", "''")
await connection.run("copy (select parcel, coalesce(distance_km > " + model.every + ", false)::bigint as prediction, least(1.0, greatest(0.0, coalesce(distance_km, 0.0) / 1000.0)) as probability from read_parquet($1) order by parcel) to '" + out + "' (format parquet)", [features])
`

export const tinyFiles: Readonly<Record<string, string>> = {
  '.gitignore': '.plumbline/\n',
  'plumbline.yaml': tinyYaml,
  'contract.yaml': `apiVersion: v3.1.0
kind: DataContract
id: parcels
version: 1.0.0
status: active
schema:
  - name: parcels
    properties:
      - { name: parcel, logicalType: string, required: true, unique: true }
      - { name: shipped_at, logicalType: timestamp, required: true }
      - { name: region, logicalType: string }
      - { name: distance_km, logicalType: number, logicalTypeOptions: { minimum: 0 } }
      - { name: late, logicalType: integer, required: true }
`,
  'features.sql': 'select parcel, region, distance_km from data\n',
  'train.mjs': tinyTrain,
  'predict.mjs': tinyPredict,
}
