// The verdicts of Plumbline and of datacontract-cli on the same contracts and files, and what is not yet explained of them.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { allCases } from './all-cases.mjs'
import { listDifferences } from './differences.mjs'
import { judgeCases } from './judge-cases.mjs'
import { verdictsPage } from './verdicts-md.mjs'

/** Whether each verdict of Plumbline is as expected and each difference explained; says so, and writes the page if asked. */
export async function compareVerdicts(root, peer, { isWritten }) {
  console.log(`${allCases.length} cases, by Plumbline and by ${peer.name}-cli ${peer.version} …`)
  const judged = await judgeCases(root, peer.python, allCases)
  const problems = findProblems(judged)
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const text = verdictsPage(judged, version, peer)
  console.log(text)
  for (const problem of problems) console.error(problem)
  if (isWritten && problems.length === 0) writeFileSync(join(root, 'docs/datacontract-cli.md'), text)
  return problems.length === 0
}

function findProblems(judged) {
  const used = new Set()
  const problems = judged.flatMap((one) => {
    const { ours, theirs, expected } = one
    const where = `${one.one.name} (${one.format}, ${one.side})`
    if (ours.verdict !== expected) return [`${where}: Plumbline says "${ours.verdict}", not "${expected}": ${ours.why}`]
    if (ours.verdict === theirs.verdict) return []
    const explained = explain(one)
    used.add(explained)
    if (explained !== undefined) return []
    return [`${where}: "${ours.verdict}" and "${theirs.verdict}" is not explained in differences.mjs: ${theirs.why}`]
  })
  const stale = entries
    .filter((entry) => !used.has(entry))
    .map(({ name, where, theirs }) => {
      return `${name} (${where}): datacontract-cli no longer says "${theirs}"; take it out of differences.mjs`
    })
  return [...problems, ...stale]
}

const entries = listDifferences()

function explain({ one, format, side, theirs }) {
  return entries.find(
    ({ name, where, theirs: verdict }) =>
      name === one.name && (where === side || where === `${format} ${side}`) && verdict === theirs.verdict,
  )
}
