// The table of verdicts, and what differs and why, as a page.
import { differences } from './differences.mjs'

/** docs/datacontract-cli.md. */
export function verdictsPage(judged, version, { version: theirVersion }) {
  const isSame = ({ ours, theirs }) => ours.verdict === theirs.verdict
  const areas = [...new Set(judged.map(({ one }) => one.area))].map((area) => {
    const of = judged.filter(({ one }) => one.area === area)
    const cases = new Set(of.map(({ one }) => one.name)).size
    return `| ${area} | ${cases} | ${of.length} | ${of.filter(isSame).length} |`
  })
  const cases = new Set(judged.map(({ one }) => one.name)).size
  const told = differences.map(({ what, why, cases: of }) => `### ${what}\n\n${why}\n\n${linesOf(of).join('\n')}`)
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

The verdicts of datacontract-cli, where they are not those of Plumbline.

${told.join('\n\n')}
`
}

/** Cases on which it gives the same verdicts share a line. */
function linesOf(cases) {
  const all = Object.entries(cases)
  return [...new Set(Object.values(cases))].map((list) => {
    const names = all.flatMap(([name, own]) => (own === list ? [name] : []))
    return `- ${names.join('; ')} — ${list.split(', ').map(wordOf).join(', ')}`
  })
}

function wordOf(words) {
  const parts = words.split(' ')
  const format = parts.length === 3 ? ` as ${parts[0] === 'csv' ? 'CSV' : 'Parquet'}` : ''
  return `what ${parts.at(-2)} it${format}: *${parts.at(-1)}*`
}
