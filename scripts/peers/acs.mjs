// What Plumbline, Evidently and NannyML say of real people: the survey of 2016, 2017 and 2018 beside that of 2015.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'

const years = [2016, 2017, 2018]

/** One section of docs/benchmarks.md. `peers` are `{ name, version, folder, python }`: tasks of acs.py. */
export async function comparePeople(root, peers) {
  const folder = resolve(root, process.env.PLUMBLINE_TEST_DATA ?? '../shared/data', 'acs-employment')
  const ours = Object.fromEntries(
    await Promise.all(years.map(async (year) => [year, await judgeOurs(root, folder, year)])),
  )
  const theirs = []
  for (const { name, folder: task, python } of peers) {
    theirs.push(JSON.parse(await printed(name, python, [join(root, 'scripts/peers/acs.py'), task, folder])))
  }
  const table = tableOf(ours, theirs, peers)
  console.log(table)
  return [['Drift, a survey beside others', section(table, theirs, peers)]]
}

async function judgeOurs(root, folder, year) {
  const [reference, current] = [2015, year].map((of) => join(folder, `people-${of}.parquet`))
  const words = [join(root, 'dist/cli.js'), 'drift', '--reference', reference, '--current', current, '--json']
  const { result } = JSON.parse(await printed('Plumbline', process.execPath, words, [0, 2]))
  const cellOf = ({ verdict, rows }) => {
    if (verdict === 'not judged') return 'an id'
    const effect = Math.max(...rows.map((row) => row.effect)).toFixed(4)
    return verdict === 'no drift' ? effect : `${effect} ${verdict}`
  }
  return Object.fromEntries(result.columns.map((column) => [column.name, cellOf(column)]))
}

async function printed(name, program, words, codes = [0]) {
  const child = spawn(program, words)
  const [said, complaint, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  if (!codes.includes(code)) throw new Error(`Cannot judge people by ${name}: it ended with ${code}\n${complaint}`)
  return said
}

function tableOf(ours, theirs, peers) {
  const heads = ['Plumbline', ...peers.map(({ name }) => name)].flatMap((name) =>
    years.map((year) => `${name} ${year}`),
  )
  const names = Object.keys(ours[years.at(-1)])
  const rows = names.map((name) => [
    name,
    ...years.map((year) => ours[year][name]),
    ...theirs.flatMap((answer) => years.map((year) => peerCell(answer[year][name]))),
  ])
  const lines = [['column', ...heads], ['---', ...heads.map(() => '---:')], ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function peerCell({ value, drift, of }) {
  const told = of === 1 ? 'drift' : `drift in ${drift} of ${of}`
  return drift > 0 ? `${value.toFixed(4)} ${told}` : value.toFixed(4)
}

function section(table, theirs, peers) {
  const [{ version: evidently }, { version: nannyml }] = peers
  const rest = years.map((year) => Object.values(theirs[1][year]).filter((one) => one.rest > 0).length)
  return `By \`npm run peers -- acs\`: the people of Massachusetts in the American Community Survey of each year beside the 68,785 of
2015, by \`plumbline drift\`, by the \`DataDriftPreset\` of Evidently ${evidently} and by NannyML ${nannyml}, each with its defaults, in
the order of Plumbline's findings of 2018. Plumbline's number is its effect: D of numbers, total variation of
categories; Evidently's a Wasserstein distance over deviations or a Jensen-Shannon distance; NannyML's the mean Jensen-Shannon
distance of ten chunks of the year. NannyML makes the last few rows a chunk of their own, in which it finds drift of
${rest.slice(0, -1).join(', ')} and ${rest.at(-1)} of the 20 columns; that chunk is left out here.

${table}

What changed? No coding: each column holds the same codes in every year, but for a RAC1P code of 1 to 4 people whom 2017 lacks,
and the top age, 94 until 2016 and 95 after it. Nothing that matters at 0.1 but \`year\`, one value a file, which is no more to
do with people than \`id\`. Below that, slow and real: no ancestry (ANC 4) is reported by 13.7 % in 2015 and 17.2 % in 2018, a
single one by 52.3 % and 48.0 %, most of it at once in 2016 and at all ages; a bachelor's degree or more (SCHL) by 32.9 % and
35.4 %; aged 65 or more (AGEP) are 18.4 % and 19.7 %. Plumbline calls these notable, growing from year to year. Of its smallest
some are gone a year later (DEYE, MIG): people of one household are alike and moved together, and a p-value that takes
rows for independent is too small then, which is one reason for the limit of the effect. Evidently's limits are far above all
of this; it flags the year and the id. NannyML's one other alarm, RELP, is of the order of rows: people of group quarters are
scattered through the files of 2015 and 2016, the last rows of 2017 and the first of 2018. A chunk of rows then holds hardly
anybody else, while no share of the whole year moved by as much as a point.
`
}
