// The data part of the benchmark: the ten checks, and snapshots, as whole processes beside bare reading and hashing.
import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { generateRows, writeProject } from './generate-rows.mjs'
import { bareScan, formatSide, measureAll } from './measure-processes.mjs'

const rounds = 5

/** Sections of docs/benchmarks.md: title → text. `isLarge` takes ten million rows instead of one. */
export async function measureData(root, { isLarge }) {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-bench-'))
  try {
    const rows = isLarge ? 10_000_000 : 1_000_000
    return new Map([
      [`Ten checks, ${rows / 1e6} million rows`, await checks(root, join(folder, 'checks'), rows)],
      ['Snapshot', await snapshots(root, join(folder, 'snapshots'))],
    ])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function checks(root, folder, rows) {
  const tables = []
  for (const format of ['parquet', 'csv']) {
    const processes = []
    for (const isBroken of [false, true]) {
      const project = join(folder, `${format}-${isBroken}`)
      writeProject(project)
      const file = await generateRows(join(project, 'data'), { rows, format, isBroken })
      if (!isBroken) processes.push(bareScan(root, file))
      const name = isBroken ? 'validate, five checks fail' : 'validate, all hold'
      processes.push({ name, words: [process.execPath, join(root, 'dist/cli.js'), 'validate'], folder: project })
    }
    tables.push({ format, measured: await measureAll(processes, rounds) })
    rmSync(folder, { recursive: true })
  }
  return formatSide(tables)
}

async function snapshots(root, folder) {
  const tables = []
  for (const [format, fill] of [
    ['10,000 files', fillSmall],
    ['1 GB', fillLarge],
  ]) {
    const project = join(folder, 'project')
    writeProject(project)
    fill(join(project, 'data'))
    commit(project)
    const forget = () => rmSync(join(project, '.plumbline'), { recursive: true, force: true })
    const words = [process.execPath, join(root, 'dist/cli.js'), 'snapshot']
    // A file that was written just now is hashed again: waiting makes the unchanged ones old.
    await new Promise((wake) => setTimeout(wake, 2500))
    const all = 'find data -type f -print0 | xargs -0'
    const hashers = [
      ['openssl dgst -sha256', `${all} openssl dgst -sha256 > /dev/null`],
      ['sha256sum', `${all} sha256sum > /dev/null`],
    ]
      .filter(([name]) => spawnSync('which', [name.split(' ')[0]]).status === 0)
      .map(([name, script]) => ({ name, words: ['sh', '-c', script], folder: project }))
    const processes = [
      ...hashers,
      { name: 'snapshot, nothing known', words, folder: project, before: forget },
      { name: 'snapshot, unchanged', words, folder: project },
    ]
    tables.push({ format, measured: await measureAll(processes, 3) })
    rmSync(folder, { recursive: true })
  }
  return formatSide(tables)
}

const header = 'id,ts,f_unif,i_size,i_count,c_day,c_time,f_null,b_smoker\n'
const lineOf = (row) =>
  `u${String(row).padStart(10, '0')},2026-01-01 00:00:00,0.5,${1 + (row % 6)},${row % 40},Thu,Lunch,1.25,true\n`

function fillSmall(folder) {
  for (let file = 0; file < 10_000; file += 1) {
    const lines = Array.from({ length: 60 }, (_, i) => lineOf(file * 60 + i))
    writeFileSync(join(folder, `part-${String(file).padStart(5, '0')}.csv`), header + lines.join(''))
  }
}

function fillLarge(folder) {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'whole.csv')
  writeFileSync(file, header)
  let row = 0
  for (let bytes = 0; bytes < 1e9; ) {
    const lines = Array.from({ length: 100_000 }, () => lineOf((row += 1))).join('')
    appendFileSync(file, lines)
    bytes += lines.length
  }
}

function commit(folder) {
  const identity = ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.invalid']
  writeFileSync(join(folder, '.gitignore'), '.plumbline/\ndata/whole.csv\n')
  for (const words of [
    ['init', '-q'],
    ['add', '-A'],
    [...identity, 'commit', '-qm', 'data'],
  ])
    spawnSync('git', words, { cwd: folder })
}
