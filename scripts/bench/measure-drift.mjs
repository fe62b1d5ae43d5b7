// The drift part of the benchmark: two samples compared as whole processes, beside a plain loop of pandas and SciPy; then the
// rule replayed over windows of an hour.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { generatePast, generateSamples } from './generate-samples.mjs'
import { formatSide, measureAll } from './measure-processes.mjs'

/** Name, rows a side, columns of numbers beside none of texts; without `columns` the eighteen. */
const sizes = [
  { name: '100,000 × 18', rows: 100_000, rounds: 5 },
  { name: '1 million × 18', rows: 1_000_000, rounds: 5 },
  { name: '100,000 × 200', rows: 100_000, columns: 200, rounds: 5 },
  { name: '10 million × 18', rows: 10_000_000, rounds: 1, isLarge: true },
]

/**
 * One section of docs/benchmarks.md. `peers` are `{ name, version, python }`; those that take very long get 1 million rows at
 * the most. `isLarge` takes ten million rows, too.
 */
export async function measureDrift(root, peers, { isLarge }) {
  const tables = []
  for (const size of sizes.filter((one) => isLarge || !one.isLarge)) {
    const folder = mkdtempSync(join(tmpdir(), 'plumbline-drift-'))
    try {
      const files = await generateSamples(folder, size)
      const processes = processesFor(root, peers, files, size)
      const measured = await measureAll(processes, size.rounds)
      tables.push(`### ${size.name}\n\n${formatSide([{ format: 'parquet', measured }])}`)
      console.log(tables.at(-1))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  return [
    ['Drift', section(tables.join('\n\n'))],
    ['Drift, replayed', await measureReplay(root)],
  ]
}

/** Windows of an hour, 200 rows of seven columns in each: the last is half a year. */
const pasts = [135, 540, 1080, 2160, 4320]

/** One section of docs/benchmarks.md. */
export async function measureReplay(root) {
  const lines = []
  for (const windows of pasts) {
    const folder = mkdtempSync(join(tmpdir(), 'plumbline-replay-'))
    try {
      const file = await generatePast(folder, { windows, rows: 200 })
      const words = [
        process.execPath,
        join(root, 'dist/cli.js'),
        'drift',
        '--replay',
        '--reference',
        file,
        '--window',
        '1h',
      ]
      const [{ seconds, cpuSeconds, megabytes }] = await measureAll(
        [{ name: `${windows} windows`, words, isOnce: true }],
        1,
      )
      const each = (1000 * cpuSeconds) / windows
      lines.push(
        `| ${windows.toLocaleString('en')} | ${seconds.toFixed(1)} | ${cpuSeconds.toFixed(1)} | ${each.toFixed(1)} | ${megabytes.toFixed(0)} |`,
      )
      console.log(lines.at(-1))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  return `\`plumbline drift --replay --window 1h\` as whole processes, one run each, by \`npm run bench -- --drift\`: 200 rows an hour of seven
columns that vary from hour to hour, each window beside all before it. What its verdict does not depend on is not worked out: how much a column varies by itself lies
between bounds that are kept up to date as windows come, and is measured anew from all of them only where a verdict lies between.

| windows | s | processor, s | ms a window | MB |
| ---: | ---: | ---: | ---: | ---: |
${lines.join('\n')}`
}

function processesFor(root, peers, { reference, current }, { rows }) {
  const words = ['drift', '--reference', reference, '--current', current]
  const script = join(root, 'scripts/peers/drift.py')
  const asked = peers.filter(({ isSlow }) => !isSlow || rows <= 1_000_000)
  return [
    // It ends with 2 where it finds drift.
    {
      name: 'plumbline drift',
      isOnce: rows > 1_000_000,
      words: ['sh', '-c', '"$@" || test $? -eq 2', 'sh', process.execPath, join(root, 'dist/cli.js'), ...words],
    },
    ...asked.map(({ name, version, python, folder, isSlow }) => ({
      name: `${name} ${version}`,
      isOnce: isSlow || rows > 1_000_000,
      words: [python, script, folder, reference, current],
    })),
  ]
}

function section(tables) {
  return `Whole processes over two Parquet files, medians of five runs in turn (Evidently, NannyML and 10 million rows: one run), by \`npm run bench -- --drift\` (the loop) and \`npm run peers -- drift\`
(all of them; \`--large\` for 10 million rows). Plumbline tests every column with exact p-values and gives all its measures;
it reads every row. The loop is \`ks_2samp\` and a decile PSI of each column of numbers, \`chi2_contingency\` of the others;
the same numbers come out. Evidently runs its \`DataDriftPreset\`, NannyML its univariate drift of ten chunks. MB is the
largest process: Plumbline's other one takes 60 MB beside it.

${tables}`
}
