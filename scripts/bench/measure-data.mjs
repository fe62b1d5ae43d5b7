// The data part of the benchmark: the ten checks, and snapshots, as whole processes beside bare reading and hashing.
import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { generateRows, writeProject } from './generate-rows.mjs'
import { bareScans, formatSide, measureAll } from './measure-processes.mjs'

const rounds = 5

/** Sections of docs/benchmarks.md: title → text. `isLarge` takes ten million rows instead of one, `only` some titles. */
export async function measureData(root, { isLarge, only = [] }) {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-bench-'))
  try {
    const rows = isLarge ? 10_000_000 : 1_000_000
    const all = new Map([
      [`Ten checks, ${rows / 1e6} million rows`, () => checks(root, join(folder, 'checks'), rows)],
      ['Snapshot', () => snapshots(root, join(folder, 'snapshots'))],
      ['Packed data', () => packs(root, join(folder, 'packs'))],
    ])
    const sections = new Map()
    for (const [title, measure] of all) {
      if (only.length === 0 || only.includes(title)) sections.set(title, await measure())
    }
    return sections
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
      if (!isBroken) processes.push(...bareScans(root, file))
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
      ...dvc(project),
      { name: 'snapshot, nothing known', words, folder: project, before: forget },
      { name: 'snapshot, unchanged', words, folder: project },
    ]
    tables.push({ format, measured: await measureAll(processes, 3) })
    rmSync(folder, { recursive: true })
  }
  return formatSide(tables)
}

/** Where DVC is at hand (PLUMBLINE_DVC is its program): the same files into its cache, of a repository of its own. */
function dvc(project) {
  const program = process.env.PLUMBLINE_DVC
  if (program === undefined) return []
  const own = `${project}-dvc`
  const copy = () => {
    rmSync(own, { recursive: true, force: true })
    mkdirSync(own, { recursive: true })
    cpSync(join(project, 'data'), join(own, 'data'), { recursive: true })
    for (const [name, ...words] of [
      ['git', 'init', '-q'],
      [program, 'init', '-q'],
    ])
      spawnSync(name, words, { cwd: own })
  }
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' })
  const words = [program, 'add', '-q', 'data']
  return [
    { name: `dvc ${stdout.trim()} add, nothing known`, words, folder: own, before: copy },
    { name: `dvc ${stdout.trim()} add, unchanged`, words, folder: own },
  ]
}

/** `validate` on the files as they came, and on what `snapshot --pack` made of them. */
async function packs(root, folder) {
  const tables = []
  for (const [format, fill] of [
    ['one row group, 1 million rows', fillOneGroup],
    ['1,000 CSV files', (data) => fillSmall(data, 1000)],
  ]) {
    const project = join(folder, 'project')
    writeProject(project)
    await fill(join(project, 'data'))
    rmSync(join(project, '.plumbline'), { recursive: true, force: true })
    const cli = [process.execPath, join(root, 'dist/cli.js')]
    const narrow = (glob) => {
      const file = join(project, 'plumbline.yaml')
      writeFileSync(file, readFileSync(file, 'utf8').replace(/source: "[^"]*"/, `source: "${glob}"`))
    }
    const as = (glob) => () => narrow(glob)
    const plain = format.endsWith('CSV files') ? 'data/*.csv' : 'data/*.parquet'
    narrow(plain)
    const packing = { name: 'snapshot --pack', words: [...cli, 'snapshot', '--pack'], folder: project }
    const again = () => {
      narrow(plain)
      for (const path of ['data/packed', '.plumbline']) rmSync(join(project, path), { recursive: true, force: true })
    }
    const validate = [...cli, 'validate']
    const processes = [
      { ...packing, before: again },
      { name: 'validate, as it came', words: validate, folder: project, before: as(plain) },
      { name: 'validate, packed', words: validate, folder: project, before: as('data/packed/features/*.parquet') },
    ]
    tables.push({ format, measured: await measureAll(processes, 3) })
    rmSync(folder, { recursive: true })
  }
  return formatSide(tables)
}

/** As pandas writes it: all rows in one row group, which one core reads. */
async function fillOneGroup(folder) {
  await generateRows(folder, { rows: 1_000_000, format: 'parquet', isBroken: false, groupRows: 2_000_000 })
}

const header = 'id,ts,f_unif,i_size,i_count,c_day,c_time,f_null,b_smoker\n'
const lineOf = (row) =>
  `u${String(row).padStart(10, '0')},2026-01-01 00:00:00,0.5,${1 + (row % 6)},${row % 40},Thu,Lunch,1.25,true\n`

function fillSmall(folder, files = 10_000) {
  for (let file = 0; file < files; file += 1) {
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
