// npm run bench: how long Plumbline takes to start, against Node alone; with --data also to check and pin a million rows,
// with --large ten million, with --wide many columns and many files, with --pipeline runs and plans,
// with --environment an environment, built and kept, with --ledger lists of runs, with --registry uploads and downloads, with
// --drift two samples compared and --profile one described (--large: ten million rows, too); titles of sections behind it
// choose among them. --write puts the tables into docs/benchmarks.md.
import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import { replaceSection } from './bench/benchmarks-md.mjs'
import { installIfNeeded } from './install.mjs'

const root = resolve(fileURLToPath(import.meta.url), '../..')
const rounds = 41
/** The most that a start may cost, of a bare start of Node. */
const limit = 1.5

const starts = [
  { name: 'node -e 0', words: ['-e', '0'], until: 'exit' },
  { name: 'node -e console.log(0), first line', words: ['-e', 'console.log(0)'], until: 'output' },
  { name: 'dist/cli.js --version', words: [join(root, 'dist/cli.js'), '--version'], until: 'exit', limit },
  { name: 'dist/main.js, first line of work', words: [join(root, 'dist/main.js')], until: 'output', limit },
  { name: 'dist/cli.js --help', words: [join(root, 'dist/cli.js'), '--help'], until: 'exit' },
]

installIfNeeded()
const { build } = await import('./build.mjs')
await build()
const rows = await measureAll()
const table = formatTable(rows)
console.log(table)
const isWritten = process.argv.includes('--write')
if (isWritten) replaceSection(root, 'Start-up', startUp(table))
if (
  process.argv.includes('--data') ||
  (process.argv.includes('--large') && !process.argv.some((word) => word === '--drift' || word === '--profile'))
) {
  const { measureData } = await import('./bench/measure-data.mjs')
  const sections = await measureData(root, {
    isLarge: process.argv.includes('--large'),
    only: process.argv.slice(2).filter((word) => !word.startsWith('--')),
  })
  for (const [title, text] of sections) {
    console.log(`\n${title}\n\n${text}`)
    if (isWritten) replaceSection(root, title, text)
  }
}
if (process.argv.includes('--environment')) {
  const { measureEnvironment } = await import('./bench/measure-environment.mjs')
  for (const [title, text] of await measureEnvironment(root)) {
    console.log(`\n${title}\n\n${text}`)
    if (isWritten) replaceSection(root, title, text)
  }
}
if (process.argv.includes('--wide')) {
  const { measureWidth } = await import('./bench/measure-width.mjs')
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-width-'))
  for (const [title, text] of await measureWidth(root, folder)) {
    console.log(`\n${title}\n\n${text}`)
    if (isWritten) replaceSection(root, title, text)
  }
}
if (process.argv.includes('--pipeline')) {
  const { measurePipeline } = await import('./bench/measure-pipeline.mjs')
  for (const [title, text] of await measurePipeline(root)) {
    console.log(`\n${title}\n\n${text}`)
    if (isWritten) replaceSection(root, title, text)
  }
}
if (process.argv.includes('--ledger')) {
  const { measureLedger } = await import('./bench/measure-ledger.mjs')
  for (const [title, text] of await measureLedger(root)) {
    console.log(`\n${title}\n\n${text}`)
    if (isWritten) replaceSection(root, title, text)
  }
}
if (process.argv.includes('--registry')) {
  const { measureRegistry } = await import('./bench/measure-registry.mjs')
  for (const [title, text] of await measureRegistry()) {
    console.log(`\n${title}\n\n${text}`)
    if (isWritten) replaceSection(root, title, text)
  }
}
if (process.argv.includes('--drift')) {
  const { measureDrift } = await import('./bench/measure-drift.mjs')
  const { plainLoop } = await import('./peers/drift-peers.mjs')
  const { installPeer } = await import('./peers/install-peer.mjs')
  const isLarge = process.argv.includes('--large')
  for (const [title, text] of await measureDrift(root, [installPeer(root, plainLoop)], { isLarge })) {
    if (isWritten) replaceSection(root, title, text)
  }
}
if (process.argv.includes('--profile')) {
  const { measureProfile } = await import('./bench/measure-profile.mjs')
  const { profilePeers } = await import('./peers/profile-peers.mjs')
  const { installPeer } = await import('./peers/install-peer.mjs')
  const peers = profilePeers.map((peer) => installPeer(root, peer))
  for (const [title, text] of await measureProfile(root, peers, { isLarge: process.argv.includes('--large') })) {
    if (isWritten) replaceSection(root, title, text)
  }
}
const tooSlow = rows.filter((row) => row.limit !== undefined && row.ratio > row.limit)
for (const { name, ratio } of tooSlow)
  console.error(`${name} takes ${ratio.toFixed(2)} × of a bare start; expected at most ${limit}`)
process.exitCode = tooSlow.length > 0 ? 1 : 0

/** Rounds in turn, and ratios within a round, so that a busy moment hits all alike. */
async function measureAll() {
  const times = starts.map(() => [])
  for (const { words, until } of starts) await startOnce(words, until)
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { words, until }] of starts.entries()) times[index].push(await startOnce(words, until))
  }
  return starts.map((start, index) => {
    const bare = times[starts.findIndex(({ until }) => until === start.until)]
    return { ...start, ms: median(times[index]), ratio: median(times[index].map((ms, round) => ms / bare[round])) }
  })
}

async function startOnce(words, until) {
  return await new Promise((resolveStart, reject) => {
    const since = performance.now()
    const child = spawn(process.execPath, words, {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: process.env.PATH },
    })
    const stop = () => resolveStart(performance.now() - since)
    child.on('error', reject)
    if (until === 'output') child.stdout.once('data', stop)
    else {
      child.stdout.resume()
      child.on('close', stop)
    }
  })
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

function formatTable(measured) {
  const lines = measured.map(({ name, ms, ratio, limit: most }) => {
    return `| ${name} | ${ms.toFixed(0)} ms | ${ratio.toFixed(2)} × | ${most === undefined ? '' : `${most} ×`} |`
  })
  return ['| start | median | of a bare start | at most |', '| --- | ---: | ---: | ---: |', ...lines].join('\n')
}

function startUp(measured) {
  return `Medians of ${rounds} rounds by \`npm run bench\`, ratios within a round.\n\n${measured}`
}
