// npm run peers: the ten checks of the benchmark by Plumbline and by others, side by side; --write puts the table into
// docs/benchmarks.md. Installs the others with pip into .tools/peers, once.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import { replaceSection } from './bench/benchmarks-md.mjs'
import { generateRows, writeProject } from './bench/generate-rows.mjs'
import { bareScan, formatSide, measureAll } from './bench/measure-processes.mjs'
import { build } from './build.mjs'

const root = resolve(fileURLToPath(import.meta.url), '../..')
const tools = join(root, '.tools/peers')
const rows = 1_000_000
const rounds = Number(process.env.ROUNDS ?? 5)

const peers = [
  { name: 'pandera', version: '0.35.0', needs: 'pandera[polars]==0.35.0', task: 'pandera' },
  { name: 'pointblank', version: '1.1.1', needs: 'pointblank[pl]==1.1.1', task: 'pointblank' },
  { name: 'datacontract', version: '1.2.8', needs: 'datacontract-cli[duckdb]==1.2.8', task: 'datacontract' },
]

await build()
for (const peer of peers) install(peer)
const folder = mkdtempSync(join(tmpdir(), 'plumbline-peers-'))
try {
  const tables = []
  for (const format of ['parquet', 'csv']) {
    const project = join(folder, format)
    writeProject(project)
    const file = await generateRows(join(project, 'data'), { rows, format, isBroken: true })
    tables.push({ format, measured: await measureAll(processesFor(project, file, format), rounds) })
  }
  const text = formatSide(tables)
  console.log(text)
  if (process.argv.includes('--write')) replaceSection(root, 'Ten checks, side by side', section(text))
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function install({ name, needs }) {
  const python = join(tools, name, 'bin/python')
  if (existsSync(python)) return
  run('python3', ['-m', 'venv', join(tools, name)])
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', needs, 'pyarrow'])
}

function run(program, words) {
  const { status } = spawnSync(program, words, { stdio: 'inherit' })
  if (status !== 0) throw new Error(`Cannot run "${program} ${words.join(' ')}": it ended with ${status}`)
}

function processesFor(project, file, format) {
  const script = join(root, 'scripts/bench/peer.py')
  return [
    bareScan(root, file),
    { name: 'plumbline validate', words: [process.execPath, join(root, 'dist/cli.js'), 'validate'], folder: project },
    ...peers.map(({ name, version, task }) => ({
      name: `${name} ${version}`,
      words: [join(tools, name, 'bin/python'), script, task, file, format, join(project, 'contract.yaml')],
      folder: project,
    })),
  ]
}

function section(text) {
  return `Measured by \`npm run peers\`: 1 million rows of 20 columns, the ten checks of \`scripts/bench/generate-rows.mjs\`, five
of them broken by ten rows each, which all of these find; whole processes, medians of ${rounds} in turn. The processor's
time is beside the time on the clock, for it depends far less on what else the machine does.

${text}`
}
