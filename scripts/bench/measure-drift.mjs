// The drift part of the benchmark: two samples compared as whole processes, beside a plain loop of pandas and SciPy.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { generateSamples } from './generate-samples.mjs'
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
  return [['Drift', section(tables.join('\n\n'))]]
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
