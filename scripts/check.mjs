// npm run check: the one gate. A line a check with its seconds; the output of those that fail.
// Words behind it choose checks: npm run check lint types
import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import { installIfNeeded } from './install.mjs'

const root = resolve(fileURLToPath(import.meta.url), '../..')
const bin = (name) => join(root, 'node_modules/.bin', process.platform === 'win32' ? `${name}.cmd` : name)
const node = process.execPath

/** Lanes run side by side, the checks of a lane one after the other: two cores, and the tests need the build. */
const lanes = [
  [
    { name: 'format', command: [bin('biome'), 'format', '.'] },
    { name: 'lint', command: [bin('oxlint'), '--type-aware'] },
    { name: 'types', command: [bin('tsc'), '-p', '.'] },
  ],
  [
    { name: 'layers', command: [node, 'scripts/check-layers.mjs'] },
    { name: 'generated', command: [node, 'scripts/generate.mjs', '--check'] },
    { name: 'duckdb', command: [node, 'scripts/duckdb-packages.mjs', '--check'] },
    { name: 'build', command: [node, 'scripts/build.mjs'] },
    { name: 'template', command: [node, 'scripts/template.mjs', '--check'] },
    { name: 'tests', command: [node, 'scripts/test.mjs'] },
  ],
]

installIfNeeded()
process.exitCode = await check(process.argv.slice(2))

async function check(chosen) {
  const known = lanes.flat().map(({ name }) => name)
  const unknown = chosen.filter((name) => !known.includes(name))
  if (unknown.length > 0) {
    console.error(`Cannot check "${unknown.join(', ')}": no such check; choose of ${known.join(', ')}`)
    return 1
  }
  const results = await Promise.all(
    lanes.map(async (lane) => {
      const outcomes = []
      for (const step of lane.filter(({ name }) => chosen.length === 0 || chosen.includes(name)))
        outcomes.push(await run(step))
      return outcomes
    }),
  )
  const failed = results.flat().filter(({ isGood }) => !isGood)
  for (const { name, output } of failed)
    console.log(`\n── ${name} ${'─'.repeat(80 - name.length)}\n${output.trimEnd()}`)
  console.log(
    failed.length === 0
      ? '\nAll checks pass'
      : `\n${failed.length} failed: ${failed.map(({ name }) => name).join(', ')}`,
  )
  return failed.length === 0 ? 0 : 1
}

async function run({ name, command: [program, ...words] }) {
  const start = performance.now()
  const { status, output } = await new Promise((resolveRun) => {
    const child = spawn(program, words, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: program.endsWith('.cmd'),
    })
    const chunks = []
    child.stdout.on('data', (chunk) => chunks.push(chunk))
    child.stderr.on('data', (chunk) => chunks.push(chunk))
    child.on('error', (error) => resolveRun({ status: 1, output: String(error) }))
    child.on('close', (code) => resolveRun({ status: code, output: Buffer.concat(chunks).toString() }))
  })
  const isGood = status === 0
  console.log(
    `${isGood ? '✓' : '✗'} ${name.padEnd(10)} ${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s`,
  )
  return { name, isGood, output }
}
