// Whole processes, timed on the clock and by the processor, in turn so that a busy moment hits all alike.
import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Node reads the certificates that a variable of this machine may name at every start, which takes longer than the start. */
const { NODE_EXTRA_CA_CERTS: _certificates, NODE_OPTIONS: _options, ...ownEnvironment } = process.env
const environment = { ...ownEnvironment, NO_COLOR: '1' }

/** DuckDB alone reads every checked column, or every column: what no checker that reads them can fall below by much. */
export function bareScans(root, file) {
  const words = [process.execPath, join(root, 'scripts/bench/bare-scan.mjs'), file]
  return [
    { name: 'DuckDB, bare scan of the nine columns that are checked', words },
    { name: 'DuckDB, bare scan of all twenty', words: [...words, 'all'] },
  ]
}

/** Adds `seconds`, `cpuSeconds` and `megabytes` (medians, largest resident set) to each process; `isOnce`: of a single run. */
export async function measureAll(processes, rounds) {
  const runs = processes.map(() => [])
  for (const one of processes) if (!one.isOnce) await measureOnce(one)
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, one] of processes.entries()) {
      if (!one.isOnce || round === 0) runs[index].push(await measureOnce(one))
    }
  }
  const middle = (list, key) => list.map((run) => run[key]).sort((a, b) => a - b)[Math.floor(list.length / 2)]
  return processes.map((one, index) => ({
    ...one,
    seconds: middle(runs[index], 'seconds'),
    cpuSeconds: middle(runs[index], 'cpuSeconds'),
    megabytes: middle(runs[index], 'megabytes'),
    output: runs[index][0].output,
  }))
}

/**
 * A check that finds something ends with 1; `mostCode: 0` is of what must succeed. The small Python around it reads what only a
 * parent may know: the processor's time and the memory of its child.
 */
async function measureOnce({ name, words, folder, before, mostCode = 1 }) {
  await before?.()
  const report = join(tmpdir(), `plumbline-measure-${process.pid}.json`)
  const child = spawn('python3', ['-c', measuring, report, ...words], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const code = await new Promise((end, reject) => child.on('error', reject).on('close', end))
  if (code !== 0) throw new Error(`Cannot measure ${name}: ${output}`)
  const measured = JSON.parse(readFileSync(report, 'utf8'))
  rmSync(report)
  if (measured.code > mostCode) throw new Error(`${name} ended with ${measured.code}: ${output.slice(-2000)}`)
  return { ...measured, output }
}

const measuring = `
import json, os, resource, subprocess, sys, time
start = time.perf_counter()
child = subprocess.Popen(sys.argv[2:])
_, status, usage = os.wait4(child.pid, 0)
seconds = time.perf_counter() - start
json.dump({"seconds": seconds, "cpuSeconds": usage.ru_utime + usage.ru_stime, "megabytes": usage.ru_maxrss / 1024,
  "code": os.waitstatus_to_exitcode(status)}, open(sys.argv[1], "w"))
`

/** One line a process; Parquet and CSV beside each other. */
export function formatSide(tables) {
  const [first] = tables
  const head = tables.map(({ format }) => `${format}, s | processor, s | MB`).join(' | ')
  const lines = first.measured.map(({ name }, index) => {
    const cells = tables.map(({ measured }) => {
      const { seconds, cpuSeconds, megabytes } = measured[index]
      return `${seconds.toFixed(2)} | ${cpuSeconds.toFixed(2)} | ${megabytes.toFixed(0)}`
    })
    return `| ${name} | ${cells.join(' | ')} |`
  })
  return [`| | ${head} |`, `| --- |${' ---: | ---: | ---: |'.repeat(tables.length)}`, ...lines].join('\n')
}
