// npm run demo: the main job on the embedded GitHub: from a folder of files to a released, explained model; new data proposes
// the next one, which is merged, released, rolled out and rolled back; then bad data comes.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
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

// How soon to retrain is the user's to say; here as soon as there are a thousand new rows. What init wrote of it comes last.
const settings = join(folder, 'plumbline.yaml')
const [others] = readFileSync(settings, 'utf8').split(/^(?=retrain:)/m)
writeFileSync(settings, `${others}retrain: { any: [ { new-rows: 1000 } ], limits: { cool-down: 0s } }\n`)

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

tell('6  It is live: the first release answers everything, and the branch plumbline/deploy/production says so.')
plumbline('rollout', 'start', 'parcels-v1')

tell('7  A month later a new file lies there. Is it worth a training? The reasons are numbers with their limits.')
land('2025-08')
show('git', 'add', 'data')
show('git', ...author(), 'commit', '--quiet', '--message', 'Parcels of August')
plumbline('decide')

tell('8  A pull request pins the new data and says why. Its branch is trained and judged, as its checks do on GitHub.')
plumbline('propose')
await onGitHub(({ gitUrl, header }) => {
  console.log('\n$ git fetch && git checkout --detach plumbline/retrain/parcels')
  run('git', [...header, 'fetch', '--quiet', gitUrl, 'plumbline/retrain/parcels'])
  run('git', ['checkout', '--quiet', '--detach', 'FETCH_HEAD'])
})
plumbline('run')
const candidate = modelDigest(lastRun())

tell(
  '9  A person merges it; here the API does, as the page of plumbline github would. Nothing is trained again: the same',
)
console.log('   files give the same run key, and the release holds the very bytes that were judged.')
show('git', 'checkout', '--quiet', 'main')
await merge(1)
const { tag: second, assets } = resultOf('register')
const released = assets.find(({ name }) => name.startsWith('model.'))?.sha256
if (released !== candidate) fail(`The release holds ${released}; expected the candidate's bytes, ${candidate}`)
console.log(`\n   the candidate's bytes are reused: model sha256 ${candidate.slice(0, 12)}`)

tell('10 Five of a hundred rows go to the new release, the same ones each time; then all of them; then back.')
askToday()
plumbline('rollout', 'start', second)
plumbline(
  'score',
  '--rows',
  'data/today/*.csv',
  '--predictions',
  'data/predictions.csv',
  '--prediction-log',
  'data/log',
)
plumbline('rollout', 'promote', second)
plumbline('rollout', 'rollback', '--note', 'complaints from the north')
plumbline('registry', 'list')

tell('11 Months later: the newest file holds "state" where "region" was, and some weights in grams.')
land('2025-10')
const stopped = plumbline('validate', { mayFail: true })
if (stopped !== 1) fail(`validate ended with ${stopped}; expected 1, for bad data stops here`)

tell(`Done in ${Math.round((Date.now() - started) / 1000)} s. The project stays in ${folder}; try there:
  alias plumbline="node ${join(root, 'dist/cli.js')}"
  cd ${folder}
  plumbline validate --accept-rename region=state     accept the new name
  plumbline run                                       again: everything from the cache
  plumbline lineage data/landing/2025-03.csv          which models used this file?
  plumbline --help`)

/** The files of the stream up to a month. */
function land(until) {
  run(process.execPath, [generator, '--until', until, '--into', join(folder, 'data')], { stdio: 'ignore' })
}

/** Rows as they are asked: nobody knows yet who will be late. */
function askToday() {
  mkdirSync(join(folder, 'data/today'), { recursive: true })
  cpSync(join(folder, 'data/landing/2025-08.csv'), join(folder, 'data/today/rows.csv'))
}

/** Merges a pull request on the embedded GitHub and brings the merge here, as git pull does. */
async function merge(number) {
  await onGitHub(async ({ address, token, gitUrl, header }) => {
    const answer = await fetch(`${address}/pulls/${number}/merge`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ merge_method: 'squash' }),
    })
    if (!answer.ok) fail(`The pull request could not be merged: ${answer.status} ${await answer.text()}`)
    console.log(`\n$ PUT ${new URL(address).pathname.replace('/api/v3', '')}/pulls/${number}/merge   merged`)
    console.log('$ git pull')
    run('git', [...header, 'pull', '--quiet', '--ff-only', gitUrl, 'main'])
  })
}

/** Does something while the embedded GitHub is served. */
async function onGitHub(work) {
  const { token, owner, repository } = JSON.parse(readFileSync(join(folder, '.plumbline/github/state.json'), 'utf8'))
  const served = spawn(process.execPath, [join(root, 'dist/cli.js'), 'github', '--json'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const { apiUrl, gitUrl } = await servedAt(served)
    const credentials = Buffer.from(`x-access-token:${token}`).toString('base64')
    const header = ['-c', `http.extraHeader=Authorization: Basic ${credentials}`]
    await work({ address: `${apiUrl}/repos/${owner}/${repository}`, token, gitUrl, header })
  } finally {
    served.kill('SIGINT')
    await once(served, 'exit')
  }
}

/** The record of the newest run here. */
function lastRun() {
  const { stdout } = spawnSync(process.execPath, [join(root, 'dist/cli.js'), 'run', '--json'], {
    cwd: folder,
    encoding: 'utf8',
  })
  return JSON.parse(stdout).result
}

/** Of the fit that is released: the last stage that made a model. */
function modelDigest({ stages }) {
  return stages.findLast(({ outputs }) => outputs.model !== undefined).outputs.model
}

/** What `plumbline github --json` prints once it can be asked. */
async function servedAt(served) {
  let text = ''
  for await (const chunk of served.stdout) {
    text += chunk
    try {
      return JSON.parse(text).result
    } catch {
      // Not whole yet.
    }
  }
  return fail('plumbline github ended before it served')
}

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
