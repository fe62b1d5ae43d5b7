// npm run demo: the main job on the embedded GitHub, from a folder of files to a released, explained model; then bad data comes.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import { installIfNeeded } from './install.mjs'

const root = resolve(fileURLToPath(import.meta.url), '../..')
const started = Date.now()

installIfNeeded()
const { build } = await import('./build.mjs')
await build()

const template = join(root, 'template')
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'plumbline-demo-')))
const generator = join(template, 'generate-stream.mjs')

tell('A folder with seven months of parcels, made by a seeded generator; labels come two weeks later.')
for (const part of ['landing', 'labels'])
  cpSync(join(template, 'data', part), join(folder, 'data', part), { recursive: true })
show('git', 'init', '--quiet', '--initial-branch=main')

tell('1  A project is inferred from the data: task, contract, features, training, gates, workflow.')
plumbline(
  'init',
  '--data',
  'data/landing/*.csv',
  '--labels',
  'data/labels/*.csv',
  '--target',
  'late',
  '--time',
  'shipped_at',
  '--id',
  'parcel',
  '--name',
  'parcels',
)

tell('2  The data is pinned, like a dependency, and checked against its contract.')
plumbline('snapshot')
plumbline('validate')
show('git', 'add', '--all')
show('git', ...author(), 'commit', '--quiet', '--message', 'Parcels: the first model')

tell('3  The model is trained, judged on rows that it never saw, and fitted once more on all of them.')
plumbline('run')

tell('4  It is released on the embedded GitHub: a real server and a real git repository, on this machine.')
const { tag } = resultOf('register')

tell('5  What produced this model?')
plumbline('lineage', tag)

tell('6  Months later: the newest file holds "state" where "region" was, and some weights in grams.')
run(process.execPath, [generator, '--until', '2025-10', '--into', join(folder, 'data')], { stdio: 'ignore' })
const stopped = plumbline('validate', { mayFail: true })
if (stopped !== 1) fail(`validate ended with ${stopped}; expected 1, for bad data stops here`)

tell(`Done in ${Math.round((Date.now() - started) / 1000)} s. The project stays in ${folder}; try there:
  alias plumbline="node ${join(root, 'dist/cli.js')}"
  cd ${folder}
  plumbline validate --accept-rename region=state     accept the new name
  plumbline run                                       again: everything from the cache
  plumbline lineage data/landing/2025-03.csv          which models used this file?
  plumbline --help`)

function plumbline(command, ...words) {
  const options = typeof words.at(-1) === 'object' ? words.pop() : {}
  console.log(`\n$ plumbline ${[command, ...words].map(quoted).join(' ')}\n`)
  return run(process.execPath, [join(root, 'dist/cli.js'), command, ...words], options)
}

/** Runs a command once for people; its result comes from a second, idempotent run. */
function resultOf(command) {
  plumbline(command)
  const { stdout } = spawnSync(process.execPath, [join(root, 'dist/cli.js'), command, '--json'], {
    cwd: folder,
    encoding: 'utf8',
  })
  return JSON.parse(stdout).result
}

function show(program, ...words) {
  console.log(
    `$ ${[program, ...words]
      .filter((word) => !word.includes('demo@'))
      .map(quoted)
      .join(' ')}`,
  )
  run(program, words)
}

function run(program, words, { mayFail = false, stdio = 'inherit' } = {}) {
  const { status, error } = spawnSync(program, words, { cwd: folder, stdio })
  if (error) fail(`Cannot run ${program}: ${error.message}`)
  if (status !== 0 && !mayFail)
    fail(`The demo stopped: ${relative(root, words[0] ?? program)} ended with ${status}. Its folder: ${folder}`)
  return status
}

/** For a machine where git does not know its user yet. */
function author() {
  const known = spawnSync('git', ['config', 'user.email'], { cwd: folder }).status === 0
  return known ? [] : ['-c', 'user.name=demo', '-c', 'user.email=demo@plumbline.invalid']
}

function quoted(word) {
  return /^[\w./=:@%+,-]+$/.test(word) ? word : `'${word}'`
}

function tell(text) {
  console.log(`\n── ${text}`)
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
