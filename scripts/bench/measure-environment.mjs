// The template's environment: built by Plumbline with uv beside `uv pip sync` alone, and taken from the cache.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

import { bundle } from '../build.mjs'

const rounds = 5
const cachedRounds = 21
/** The most that building may take, of uv alone; and having it from the cache. */
const limit = 1.2
const cachedLimitMs = 50

/** Sections of docs/benchmarks.md: title → text. */
export async function measureEnvironment(root) {
  const place = mkdtempSync(join(tmpdir(), 'plumbline-environment-'))
  try {
    await bundle(join(place, 'bundle'), { 'have-environment': 'scripts/bench/have-environment.mjs' })
    run('python3', ['-m', 'venv', join(place, 'tools')])
    run(join(place, 'tools/bin/python'), ['-m', 'pip', 'install', '--quiet', 'uv'])
    return new Map([['Environments', measure(place, join(root, 'template/requirements.txt'))]])
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

function measure(place, requirements) {
  const uv = join(place, 'tools/bin/uv')
  const PATH = `${join(place, 'tools/bin')}${delimiter}${process.env.PATH}`
  const kept = { PLUMBLINE_CACHE: join(place, 'kept'), UV_CACHE_DIR: join(place, 'uv'), PATH }
  const have = (environment) => {
    const words = [join(place, 'bundle/have-environment.js'), requirements]
    return JSON.parse(run(process.execPath, words, environment))
  }
  // uv reads and keeps the packages in its cache, and Plumbline learns which Python there is.
  const { interpreter } = have(kept)
  const alone = (UV_CACHE_DIR) => {
    const folder = mkdtempSync(join(place, 'alone-'))
    run(uv, ['venv', '--quiet', '--python', interpreter, folder], { UV_CACHE_DIR })
    const words = ['pip', 'sync', '--quiet', '--python', folder, '--require-hashes', '--only-binary', ':all:']
    const started = performance.now()
    run(uv, [...words, requirements], { UV_CACHE_DIR })
    return performance.now() - started
  }
  const built = (UV_CACHE_DIR) => {
    rmSync(join(kept.PLUMBLINE_CACHE, 'environments'), { recursive: true, force: true })
    return have({ ...kept, UV_CACHE_DIR }).wholeMs
  }
  const fresh = () => mkdtempSync(join(place, 'uv-'))
  const cold = inTurn(rounds, [() => alone(fresh()), () => built(fresh())])
  const warm = inTurn(rounds, [() => alone(kept.UV_CACHE_DIR), () => built(kept.UV_CACHE_DIR)])
  const [cached] = inTurn(cachedRounds, [() => have(kept)])
  const [interpreterMs, wholeMs, cpuMs] = ['interpreterMs', 'wholeMs', 'cpuMs'].map((name) =>
    median(cached.map((one) => one[name])).toFixed(0),
  )
  const marker = join(cached[0].binFolder, '../plumbline-complete')
  const files = Object.keys(JSON.parse(readFileSync(marker, 'utf8')).files).length
  const row = (name, [one, other]) => {
    const seconds = [one, other].map((times) => (median(times) / 1000).toFixed(2)).join(' | ')
    return `| ${name} | ${seconds} | ${median(other.map((ms, round) => ms / one[round])).toFixed(2)} × | ${limit} × |`
  }
  return [
    `The template's requirements (${files} files that programs run or read), by \`npm run bench -- --environment\`; medians of ${rounds} rounds in turn, ratios within`,
    'a round. Beside `uv pip sync`, Plumbline finds the interpreter, makes the virtual environment and notes its files.',
    '',
    '| built with uv | uv pip sync alone, s | Plumbline, s | of it | at most |',
    '| --- | ---: | ---: | ---: | ---: |',
    row('nothing kept, all downloaded', cold),
    row('packages in uv’s cache', warm),
    '',
    '| from the cache, its files looked at | median | processor | at most |',
    '| --- | ---: | ---: | ---: |',
    `| interpreter and environment | ${wholeMs} ms | ${cpuMs} ms | ${cachedLimitMs} ms |`,
    `| of it the interpreter | ${interpreterMs} ms | | |`,
  ].join('\n')
}

function inTurn(times, measures) {
  const measured = measures.map(() => [])
  for (let round = 0; round < times; round += 1) {
    for (const [index, one] of measures.entries()) measured[index].push(one())
  }
  return measured
}

function run(program, words, environment = {}) {
  return execFileSync(program, words, {
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}
