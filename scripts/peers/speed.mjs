// The ten checks of the benchmark by Plumbline and by others, side by side.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { replaceSection } from '../bench/benchmarks-md.mjs'
import { generateRows, writeProject } from '../bench/generate-rows.mjs'
import { bareScans, formatSide, measureAll } from '../bench/measure-processes.mjs'

const rows = 1_000_000

/** Prints the table; with `isWritten` it goes into docs/benchmarks.md too. `peers` are `{ name, version, python }`. */
export async function compareSpeed(root, peers, { rounds, isWritten }) {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-peers-'))
  try {
    const tables = []
    for (const format of ['parquet', 'csv']) {
      const project = join(folder, format)
      writeProject(project)
      const file = await generateRows(join(project, 'data'), { rows, format, isBroken: true })
      tables.push({ format, measured: await measureAll(processesFor(root, peers, project, file, format), rounds) })
    }
    const text = formatSide(tables)
    console.log(text)
    if (isWritten) replaceSection(root, 'Ten checks, side by side', section(text, rounds))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function processesFor(root, peers, project, file, format) {
  const script = join(root, 'scripts/peers/speed.py')
  return [
    ...bareScans(root, file),
    { name: 'plumbline validate', words: [process.execPath, join(root, 'dist/cli.js'), 'validate'], folder: project },
    ...peers.map(({ name, version, python }) => ({
      name: `${name} ${version}`,
      words: [python, script, name, file, format, join(project, 'contract.yaml')],
      folder: project,
    })),
  ]
}

function section(text, rounds) {
  return `Measured by \`npm run peers\`: 1 million rows of 20 columns, the ten checks of \`scripts/bench/generate-rows.mjs\`, five
of them broken by ten rows each, which all of these find; whole processes, medians of ${rounds} in turn. The processor's
time is beside the time on the clock, for it depends far less on what else the machine does.

${text}`
}
