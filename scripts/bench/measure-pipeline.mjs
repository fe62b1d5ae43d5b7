// The pipeline part of the benchmark: a run with nothing to do beside `dvc repro` with nothing to do on the same graph, what a
// stage costs beyond its program, and the plan of many stages; whole processes.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { formatSide, measureAll } from './measure-processes.mjs'

const rounds = 7
const manyStages = 200
const emptyStages = 20

/** Sections of docs/benchmarks.md: title → text. */
export async function measurePipeline(root) {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-pipeline-'))
  try {
    return new Map([['Runs', await runs(root, folder)]])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runs(root, folder) {
  const cli = [process.execPath, join(root, 'dist/cli.js')]
  const plain = project(join(folder, 'plain'), { rows: 45_000, stages: 0 })
  const chained = project(join(folder, 'chained'), { rows: 1000, stages: emptyStages })
  const many = project(join(folder, 'many'), { rows: 1000, stages: manyStages })
  for (const at of [plain, chained]) must([...cli, 'run'], at)
  const processes = [
    { name: 'node -e 0', words: [process.execPath, '-e', '0'], folder: plain },
    { name: 'run, nothing to do', words: [...cli, 'run'], folder: plain },
    ...dvc(join(folder, 'dvc')),
    { name: `run, ${emptyStages} stages more, nothing to do`, words: [...cli, 'run'], folder: chained },
    {
      name: `run, ${emptyStages} stages of \`:\` done again`,
      words: [...cli, 'run', '--from', 's0', '--to', `s${emptyStages - 1}`],
      folder: chained,
    },
    { name: 'plan', words: [...cli, 'plan'], folder: plain },
    { name: `plan, ${manyStages} stages more`, words: [...cli, 'plan'], folder: many },
  ]
  const measured = await measureAll(processes, rounds)
  return `Medians of ${rounds} in turn by \`npm run bench -- --pipeline\`; PLUMBLINE_DVC names DVC's program. 45,000 rows; the graph is
features, split, train, predict, evaluate, gate and refit, for DVC seven stages over the same files. What a stage costs
beyond its program is the difference of the two rows of ${emptyStages} stages, divided by ${emptyStages}: ${overhead(measured)} ms, the shell's own start among it. To read, check and plan ${manyStages} stages more
takes ${planning(measured)} ms.

${formatSide([{ format: 'whole process', measured }])}`
}

function overhead(measured) {
  const [idle, again] = measured
    .filter(({ name }) => name.startsWith(`run, ${emptyStages}`))
    .map(({ seconds }) => seconds)
  return (((again - idle) / emptyStages) * 1000).toFixed(0)
}

function planning(measured) {
  const [few, many] = measured.filter(({ name }) => name.startsWith('plan')).map(({ seconds }) => seconds)
  return ((many - few) * 1000).toFixed(0)
}

/** A project whose programs take no time, in a repository with its data pinned, and `stages` more stages in a chain. */
function project(folder, { rows, stages }) {
  mkdirSync(join(folder, 'data'), { recursive: true })
  const lines = Array.from({ length: rows }, (_, row) => {
    const day = new Date(Date.UTC(2020, 0, 1) + row * 1_800_000).toISOString()
    return `r${row},${day},${(row * 7919) % 1000},${(row * 104_729) % 997},${row % 3 === 0 ? 1 : 0}`
  })
  writeFileSync(join(folder, 'data/rows.csv'), `id,ts,a,b,class\n${lines.join('\n')}\n`)
  const chain = Array.from({ length: stages }, (_, at) => {
    const needs = at === 0 ? 'features' : `s${at - 1}`
    return `  s${at}: { needs: [${needs}], run: ':' }\n`
  })
  writeFileSync(
    join(folder, 'plumbline.yaml'),
    `version: 1
model: { name: price, task: binary, target: class, positive: 1, time: ts, id: id }
data: { source: data/*.csv }
split: { test: 0.2 }
stages:
  features: { sql: features.sql }
${chain.join('')}  train: { needs: [features], run: 'echo m > model.txt', out: { model: model.txt } }
  predict:
    needs: [features, train]
    run: node predict.mjs
    env: { MODULES: ${JSON.stringify(new URL('../../node_modules', import.meta.url).pathname)} }
gates: { floor: { metric: accuracy, min: 0.5 } }
`,
  )
  writeFileSync(join(folder, 'features.sql'), 'select id, a, b from data\n')
  writeFileSync(join(folder, '.gitignore'), '.plumbline/\n')
  writeFileSync(
    join(folder, 'predict.mjs'),
    `import { createRequire } from 'node:module'
const { DuckDBInstance } = createRequire(process.env.MODULES + '/any.js')('@duckdb/node-api')
const connection = await (await DuckDBInstance.create(':memory:')).connect()
const out = process.env.PLUMBLINE_OUT_PREDICTIONS.replaceAll("'", "''")
await connection.run("copy (select id, 0::bigint as prediction, 0.4 as probability from read_parquet($1)) to '" + out + "' (format parquet)", [process.env.PLUMBLINE_IN_FEATURES])
`,
  )
  writeFileSync(
    join(folder, 'contract.yaml'),
    `apiVersion: v3.1.0
kind: DataContract
id: price
version: 1.0.0
status: active
schema:
  - name: price
    properties:
      - { name: id, logicalType: string, required: true }
      - { name: ts, logicalType: timestamp, required: true }
      - { name: a, logicalType: integer }
      - { name: b, logicalType: integer }
      - { name: class, logicalType: integer, required: true }
`,
  )
  must(['git', 'init', '-q'], folder)
  must([process.execPath, new URL('../../dist/cli.js', import.meta.url).pathname, 'snapshot'], folder)
  return folder
}

/** Where DVC is at hand: seven stages, each with its code, what it needs and what it makes. */
function dvc(folder) {
  const program = process.env.PLUMBLINE_DVC
  if (program === undefined) return []
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'rows.csv'), 'id,a\n1,2\n')
  const graph = {
    features: ['rows.csv'],
    split: ['features'],
    train: ['split'],
    predict: ['split', 'train'],
    evaluate: ['predict'],
    gate: ['evaluate'],
    refit: ['gate', 'split'],
  }
  const stages = Object.entries(graph).map(([name, needs]) => {
    writeFileSync(join(folder, `${name}.py`), '# code\n')
    const deps = [`${name}.py`, ...needs].map((need) => `      - ${need}`).join('\n')
    return `  ${name}:\n    cmd: cat ${needs.join(' ')} > ${name}\n    deps:\n${deps}\n    outs:\n      - ${name}\n`
  })
  writeFileSync(join(folder, 'dvc.yaml'), `stages:\n${stages.join('')}`)
  must(['git', 'init', '-q'], folder)
  for (const words of [
    ['init', '-q'],
    ['repro', '-q'],
  ])
    must([program, ...words], folder)
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' })
  return [{ name: `dvc ${stdout.trim()} repro, nothing to do`, words: [program, 'repro'], folder }]
}

function must([program, ...words], cwd) {
  const { status, stderr } = spawnSync(program, words, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`Cannot run "${program} ${words.join(' ')}": it ended with ${status}\n${stderr}`)
}
