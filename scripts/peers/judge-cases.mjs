// Every case judged by both, file by file: by plumbline validate in a project of its own, and by datacontract-cli.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { DuckDBInstance } from '@duckdb/node-api'

import { bundle } from '../build.mjs'
import { judgements, writeSide } from './case.mjs'

/**
 * A verdict is `passes`, `warns` (broken, yet not grave), `fails`, `refuses` (the contract is not taken), `skips` (a rule
 * is named as not checked) or `cannot read` (the file). Answers each judgement with `ours` and `theirs`, each
 * `{ verdict, why }`.
 */
export async function judgeCases(root, python, cases) {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-verdicts-'))
  try {
    const asked = await writeCases(folder, cases)
    const theirs = await judgeTheirs(root, python, folder, asked)
    const plumbline = await openCommandLine(root)
    const ours = await mapInTurn(asked, availableParallelism(), (one) => judgeOurs(plumbline, one))
    return asked.map((one, i) => ({ ...one, ours: ours[i], theirs: theirs[i] }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function writeCases(folder, cases) {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const asked = []
  for (const [index, judgement] of judgements(cases).entries()) {
    const { one, format, side } = judgement
    const project = join(folder, String(index))
    mkdirSync(join(project, 'data'), { recursive: true })
    writeFileSync(join(project, 'plumbline.yaml'), projectText)
    writeFileSync(join(project, 'contract.yaml'), one.contract)
    const file = await writeSide(connection, one.sides[side], format, join(project, 'data'))
    asked.push({ ...judgement, project, file })
  }
  connection.closeSync()
  instance.closeSync()
  return asked
}

const projectText = `version: 1
model: { name: case, task: regression, target: y }
data: { source: "data/*", contract: contract.yaml }
stages:
  features: { sql: features.sql }
  train: { needs: [features], run: python train.py, out: { model: model.json } }
  predict: { needs: [features, train], run: python predict.py }
`

/** The command line as dist/cli.js answers it, without a process for each file. */
async function openCommandLine(root) {
  const folder = join(root, '.tools/peers/plumbline')
  await bundle(folder, {
    terminal: 'action/commands/answer-terminal.ts',
    table: 'action/commands/command-table.ts',
    'sql-child': 'action/data/sql-child.ts',
  })
  const load = async (name) => await import(pathToFileURL(join(folder, `${name}.js`)).href)
  const { answerTerminal } = await load('terminal')
  const { commandTable } = await load('table')
  return async (words, project) => {
    let output = ''
    const stream = { write: (text) => ((output += text), true) }
    const stderr = { write: () => true }
    const { signal } = new AbortController()
    await answerTerminal(words, { table: commandTable, folder: project, environment, stdout: stream, stderr, signal })
    return output
  }
}

/** Without what a workflow that runs this would say of itself. */
const environment = Object.fromEntries(
  Object.entries({ ...process.env, NO_COLOR: '1' }).filter(
    ([name]) => !/^(GITHUB|ACTIONS|INPUT|RUNNER)_|^CI$/.test(name),
  ),
)

async function judgeOurs(plumbline, { project }) {
  const output = await plumbline(['validate', '--json'], project)
  const { outcome, result, diagnostics, fault } = JSON.parse(output)
  if (outcome === 'fault') throw new Error(`Cannot judge ${project}: ${fault.message}`)
  const why = (diagnostics ?? []).map(({ message }) => message).join('; ')
  if (result === undefined) return { verdict: 'refuses', why }
  const failing = result.checks.filter((check) => check.outcome === 'fail')
  if (diagnostics?.some(({ code }) => code.startsWith('data/'))) return { verdict: 'cannot read', why }
  if (failing.some(({ severity }) => severity === 'error')) return { verdict: 'fails', why }
  if (diagnostics !== undefined) return { verdict: 'refuses', why }
  return failing.length > 0 ? { verdict: 'warns', why: failing[0].promise.kind } : { verdict: 'passes', why }
}

async function judgeTheirs(root, python, folder, asked) {
  const list = join(folder, 'asked.json')
  writeFileSync(list, JSON.stringify(asked.map(({ one, file, format }) => ({ contract: one.contract, file, format }))))
  const answers = JSON.parse(await run(python, [join(root, 'scripts/peers/judge.py'), list], folder))
  return answers.map(({ result, checks }) => {
    const why = checks.map((check) => `${check.type} ${check.result}: ${check.reason}`).join('; ')
    if (checks.some(({ type, result: of }) => type === 'lint' && of === 'failed')) return { verdict: 'refuses', why }
    if (result === 'failed' || result === 'error') return { verdict: 'fails', why }
    // It says of every file with types that it does not check them; the rows are cast to the contract's types before.
    const told = checks.filter(({ result: of, type }) => of === 'warning' && type !== 'field_type')
    if (told.some(({ isMeasured }) => isMeasured)) return { verdict: 'warns', why }
    return { verdict: told.length > 0 ? 'skips' : 'passes', why }
  })
}

async function mapInTurn(items, width, work) {
  const results = []
  const left = items.entries()
  const lane = async () => {
    for (const [index, item] of left) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: width }, lane))
  return results
}

/** What a program prints; it may end with 1, which says no to the data. */
async function run(program, words, folder) {
  const child = spawn(program, words, { cwd: folder, env: { ...process.env, NO_COLOR: '1' } })
  let output = ''
  let complaint = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (complaint += chunk))
  const code = await new Promise((end, reject) => child.on('error', reject).on('close', end))
  if (output !== '' && code <= 1) return output
  throw new Error(`Cannot run "${program} ${words.join(' ')}": it ended with ${code}; ${complaint.slice(-2000)}`)
}
