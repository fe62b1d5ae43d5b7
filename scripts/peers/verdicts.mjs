// The verdicts of Plumbline and of datacontract-cli on the same contracts and files, and what is not yet explained of them.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { allCases } from './all-cases.mjs'
import { differences } from './differences.mjs'
import { judgeCases } from './judge-cases.mjs'

/** Whether each verdict of Plumbline is as expected and each difference explained; says so, and writes the page if asked. */
export async function compareVerdicts(root, peer, { isWritten }) {
  console.log(`${allCases.length} cases, by Plumbline and by ${peer.name}-cli ${peer.version} …`)
  const judged = await judgeCases(root, peer.python, allCases)
  const problems = findProblems(judged)
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const text = page(judged, version, peer)
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

/** `{ multipleOf: 'breaks passes' }`: of the breaking side, it says passes; a format may stand before the side. */
const entries = differences.flatMap((difference) =>
  Object.entries(difference.cases).flatMap(([name, list]) =>
    list.split(', ').map((words) => {
      const parts = words.split(' ')
      return { difference, name, where: parts.slice(0, -1).join(' '), theirs: parts.at(-1) }
    }),
  ),
)

function explain({ one, format, side, theirs }) {
  return entries.find(
    ({ name, where, theirs: verdict }) =>
      name === one.name && (where === side || where === `${format} ${side}`) && verdict === theirs.verdict,
  )
}

function page(judged, version, { version: theirVersion }) {
  const isSame = ({ ours, theirs }) => ours.verdict === theirs.verdict
  const areas = [...new Set(judged.map(({ one }) => one.area))].map((area) => {
    const of = judged.filter(({ one }) => one.area === area)
    const cases = new Set(of.map(({ one }) => one.name)).size
    return `| ${area} | ${cases} | ${of.length} | ${of.filter(isSame).length} |`
  })
  const cases = new Set(judged.map(({ one }) => one.name)).size
  const told = differences.map(({ what, why, cases: of }) => {
    const names = Object.entries(of).map(([name, list]) => `- ${name}: ${list.split(', ').map(wordOf).join('; ')}`)
    return `### ${what}\n\n${why}\n\n${names.join('\n')}`
  })
  return `# Plumbline and datacontract-cli

The same contracts of the Open Data Contract Standard 3.1, held against the same files by \`plumbline validate\` ${version}
and by \`datacontract test\` of datacontract-cli ${theirVersion}: each case has rows that keep the contract and rows that break it,
as CSV, as Parquet, or as both. Made by \`npm run peers -- verdicts --write\`, which ends with an error where a verdict
differs and is not explained below; \`npm test\` holds Plumbline to every verdict without the other.

| | cases | files judged | same verdict |
| --- | ---: | ---: | ---: |
${areas.join('\n')}
| **all** | ${cases} | ${judged.length} | ${judged.filter(isSame).length} |

A verdict is *passes*, *warns* (broken, of a severity that keeps nothing out), *fails*, *refuses* (the contract is not
taken), or *skips* (the rule is named as not checked).

## Where they differ

${told.join('\n\n')}
`
}

function wordOf(words) {
  const parts = words.split(' ')
  const format = parts.length === 3 ? `${parts[0] === 'csv' ? 'CSV' : 'Parquet'}, ` : ''
  const side = parts.at(-2) === 'keeps' ? 'rows that keep it' : 'rows that break it'
  return `${format}${side}: datacontract-cli ${parts.at(-1)}`
}
