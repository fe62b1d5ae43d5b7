// Makes the template's project from its data by `plumbline init` and `plumbline snapshot` themselves, so that what users start
// from is what init writes; --check only says what differs.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(fileURLToPath(import.meta.url), '../..')
const template = join(root, 'template')
const init = [
  ...['init', '--name', 'parcels', '--data', 'data/landing/*.csv', '--labels', 'data/labels/*.csv'],
  ...['--target', 'late', '--time', 'shipped_at', '--id', 'parcel'],
]

const folder = mkdtempSync(join(tmpdir(), 'plumbline-template-'))
try {
  for (const part of ['landing', 'labels'])
    cpSync(join(template, 'data', part), join(folder, 'data', part), { recursive: true })
  const written = plumbline(init).result.written
  plumbline(['snapshot'])
  process.exitCode = settle([...written, 'data.lock.yaml'])
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function plumbline(words) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'dist/cli.js'), ...words, '--json'], {
    cwd: folder,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`plumbline ${words[0]} ended with ${status}\n${stdout}\n${stderr}`)
  return JSON.parse(stdout)
}

function settle(paths) {
  const stale = paths.filter((path) => text(join(template, path)) !== text(join(folder, path)))
  if (!process.argv.includes('--check')) {
    for (const path of stale) cpSync(join(folder, path), join(template, path))
    console.log(stale.length === 0 ? 'nothing to write' : `wrote ${stale.map((path) => `template/${path}`).join(', ')}`)
    return 0
  }
  for (const path of stale) console.error(`template/${path} is not what init writes`)
  if (stale.length === 0) console.log(`${paths.length} files of the template are what init writes`)
  else console.error('Run node scripts/template.mjs after npm run build, and commit the files.')
  return stale.length === 0 ? 0 : 1
}

function text(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
