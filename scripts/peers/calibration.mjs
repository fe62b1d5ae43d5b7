// How often Plumbline, Evidently and NannyML cry wolf, and what they find, on the same streams of weeks.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'

import { bundle } from '../build.mjs'

/** The methods of calibration.py. */
const methods = {
  evidently: { preset: 'its preset' },
  nannyml: { js: 'JS', 'ks-chi2': 'KS and χ²' },
}

/** One section of docs/benchmarks.md; each stream of each case is judged once by everyone. `peers` are `{ name, version, folder, python }`. */
export async function compareCalibration(root, peers, { repeats }) {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-calibration-'))
  try {
    await bundle(join(folder, 'ours'), { ours: 'test/support/peer-calibration.ts' })
    const ours = await import(pathToFileURL(join(folder, 'ours/ours.js')).href)
    const rows = []
    for (const one of ours.peerCases(repeats)) {
      const streams = join(folder, 'streams')
      ours.writeStreams(streams, one)
      const [own, ...others] = await Promise.all([
        ours.ourRow(one),
        ...peers.map(async (peer) => await judgeStreams(root, peer, streams)),
      ])
      rows.push(own, ...others.flat().map(({ judge, flags }) => ours.rowOf(one, judge, ours.sharesOf(one, flags))))
      console.log(rows.slice(-4).join('\n'))
      rmSync(streams, { recursive: true })
    }
    return [['Drift, false alarms beside others', section([...ours.peerTableHead, ...rows].join('\n'), peers, repeats)]]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function judgeStreams(root, { name, version, folder, python }, streams) {
  const child = spawn(python, [join(root, 'scripts/peers/calibration.py'), folder, streams])
  const [said, complaint, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  if (code !== 0) throw new Error(`Cannot judge streams by ${name}: it ended with ${code}\n${complaint}`)
  const answers = JSON.parse(said)
  return Object.entries(methods[folder]).map(([method, words]) => ({
    judge: `${name} ${version}, ${words}`,
    flags: answers.map((answer) => answer[method]),
  }))
}

function section(table, peers, repeats) {
  const names = peers.map(({ name, version }) => `${name} ${version}`).join(' and ')
  return `By \`npm run peers -- calibration\`: the [streams above](#drift-false-alarms-and-power), written to files and judged
by ${names} as they come, window by window; ${repeats} streams a line of four windows each, seed 2. Evidently's
\`DataDriftPreset\` compares with all of the reference (its tests without its drawings; of each stream's first window the preset itself, which says the same); NannyML's chunks are the weeks, its thresholds its own: Jensen-Shannon distance
for all columns (its default), or KS of numbers and χ² of categories. What persists is counted alike for all.

${table}

*False columns*: of columns that did not drift, flagged in a window; *any in a window*: windows with any of these; *in 2 of 3*:
with any that was flagged in two of the last three, 75 % at the most, for the first of four cannot be one. *Power*: of columns that drifted, flagged in a window; *in the third*: in
two of the first three; *unsure*: said to be \`insufficient data\`, which only Plumbline says.
`
}
