// Whether checking stays linear: ever more columns, and ever more files, as whole processes.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { measureAll } from './measure-processes.mjs'

const rounds = 3
const rowsOfWide = 20_000
const rowsOfPartition = 60

/** Sections of docs/benchmarks.md: title → text. */
export async function measureWidth(root, folder) {
  const words = [process.execPath, join(root, 'dist/cli.js'), 'validate']
  const measured = []
  for (const { unit, sizes, fill } of [
    { unit: 'columns', sizes: [250, 500, 1000], fill: fillWide },
    { unit: 'files', sizes: [2500, 5000, 10_000], fill: fillPartitions },
  ]) {
    const processes = sizes.map((size) => {
      const project = join(folder, `${unit}-${size}`)
      fill(project, size)
      return { name: `${size} ${unit}`, size, words, folder: project }
    })
    measured.push(...(await measureAll(processes, rounds)))
  }
  rmSync(folder, { recursive: true })
  const lines = measured.map(({ name, size, seconds, cpuSeconds, megabytes }) => {
    const each = ((1000 * cpuSeconds) / size).toFixed(2)
    return `| ${name} | ${seconds.toFixed(2)} | ${cpuSeconds.toFixed(2)} | ${each} | ${megabytes.toFixed(0)} |`
  })
  const head = ['| | s | processor, s | processor, ms each | MB |', '| --- | ---: | ---: | ---: | ---: |']
  const text = `CSV: ${rowsOfWide} rows of so many columns with a type and two limits each; so many files of ${rowsOfPartition} rows.`
  return new Map([['Many columns, many files', `${text}\n\n${[...head, ...lines].join('\n')}`]])
}

function fillWide(folder, columns) {
  const names = Array.from({ length: columns }, (_, i) => `c${i}`)
  const rows = Array.from({ length: rowsOfWide }, (_row, row) => {
    return `${row},${names.map((_name, column) => (row * 31 + column * 7) % 1000).join(',')},${row % 2}`
  })
  writeProject(folder, names, { 'rows.csv': `id,${names.join(',')},y\n${rows.join('\n')}\n` })
}

function fillPartitions(folder, files) {
  const names = ['a', 'b', 'c']
  const texts = Array.from({ length: files }, (_file, file) => {
    const rows = Array.from({ length: rowsOfPartition }, (_, i) => `${file * rowsOfPartition + i},${i},${i % 7},${i},1`)
    return [`part-${String(file).padStart(5, '0')}.csv`, `id,a,b,c,y\n${rows.join('\n')}\n`]
  })
  writeProject(folder, names, Object.fromEntries(texts))
}

function writeProject(folder, names, files) {
  mkdirSync(join(folder, 'data'), { recursive: true })
  writeFileSync(join(folder, 'plumbline.yaml'), project)
  const limits = 'logicalTypeOptions: { minimum: 0, maximum: 1000 }'
  const columns = names.map((name) => `      - { name: ${name}, logicalType: integer, ${limits} }\n`)
  writeFileSync(join(folder, 'contract.yaml'), contract.replace('COLUMNS', columns.join('')))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'data', name), text)
}

const project = `version: 1
model: { name: bench, task: binary, target: y, positive: 1, id: id }
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
      - { name: id, logicalType: integer, required: true, unique: true }
COLUMNS      - { name: y, logicalType: integer }
`
