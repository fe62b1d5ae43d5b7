// The profile part of the benchmark: data described as whole processes, beside polars and DuckDB.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { generateSamples } from './generate-samples.mjs'
import { formatSide, measureAll } from './measure-processes.mjs'

/** Name, rows, columns of numbers beside none of texts; without `columns` the eighteen. */
const sizes = [
  { name: '1 million × 18', rows: 1_000_000, rounds: 5 },
  { name: '100,000 × 200', rows: 100_000, columns: 200, rounds: 5 },
  { name: '10,000 × 2,000', rows: 10_000, columns: 2000, rounds: 3 },
  { name: '10 million × 18', rows: 10_000_000, rounds: 3, isLarge: true },
]

/** One section of docs/benchmarks.md. `peers` are `{ name, version, task, python }`; `isLarge` takes ten million rows, too. */
export async function measureProfile(root, peers, { isLarge }) {
  const tables = []
  for (const size of sizes.filter((one) => isLarge || !one.isLarge)) {
    const folder = mkdtempSync(join(tmpdir(), 'plumbline-profile-'))
    try {
      const { reference } = await generateSamples(folder, size)
      const measured = await measureAll(processesFor(root, peers, reference), size.rounds)
      tables.push(`### ${size.name}\n\n${formatSide([{ format: 'parquet', measured }])}`)
      console.log(tables.at(-1))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  return [['Profile', section(tables.join('\n\n'))]]
}

function processesFor(root, peers, file) {
  const script = join(root, 'scripts/peers/profile.py')
  return [
    { name: 'plumbline profile', words: [process.execPath, join(root, 'dist/cli.js'), 'profile', '--data', file] },
    ...peers.map(({ name, version, task, python }) => ({
      name: `${name} ${version}`,
      words: [python, script, task, file],
    })),
  ]
}

function section(tables) {
  return `Whole processes over one Parquet file, medians of runs in turn, by \`npm run bench -- --profile\` (\`--large\` for 10 million
rows). [What a profile says](profile.md) is more than both others say: polars gives counts, nulls, mean, deviation and five
quantiles; DuckDB those with an estimate of different values, its mean, deviation and quantiles another in each run with
several threads. MB is the largest process; Plumbline's other one takes 60 MB beside it.

${tables}`
}
