// npm run peers: Plumbline beside other checkers. Installs them with pip into .tools/peers, once.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { build } from './build.mjs'
import { mirrorForReal } from './peers/mlflow.mjs'
import { compareSpeed } from './peers/speed.mjs'
import { compareVerdicts } from './peers/verdicts.mjs'

const help = `npm run peers [-- PART … --write]

  verdicts   the same contracts and files judged by Plumbline and by datacontract-cli: every difference must be explained
             in scripts/peers/differences.mjs, else it ends with 1; about five minutes
  mlflow     what register tells an MLflow server, killed at every call, against a real one; about five minutes
  speed      ten checks of a million rows by Plumbline and three others; about five minutes; ROUNDS=5

Without a part, verdicts and speed. --write puts the tables into docs/.`

const root = resolve(fileURLToPath(import.meta.url), '../..')
const tools = join(root, '.tools/peers')
const peers = [
  { name: 'pandera', version: '0.35.0', needs: 'pandera[polars]==0.35.0' },
  { name: 'pointblank', version: '1.1.1', needs: 'pointblank[pl]==1.1.1' },
  { name: 'datacontract', version: '1.2.8', needs: 'datacontract-cli[duckdb]==1.2.8' },
].map(installable)
const mlflow = installable({ name: 'mlflow', version: '3.17.2', needs: 'mlflow==3.17.2' })

const parts = ['verdicts', 'speed', 'mlflow']
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
})
const unknown = positionals.find((part) => !parts.includes(part))
if (values.help || unknown !== undefined) {
  if (unknown !== undefined) console.error(`Cannot run "${unknown}": no such part; expected ${parts.join(', ')}\n`)
  console.log(help)
  process.exitCode = unknown === undefined ? 0 : 1
} else await compare(positionals.length > 0 ? positionals : ['verdicts', 'speed'], values.write)

async function compare(chosen, isWritten) {
  await build()
  const judge = peers.find(({ name }) => name === 'datacontract')
  const needed = chosen.includes('speed') ? peers : chosen.includes('verdicts') ? [judge] : []
  for (const peer of [...needed, ...(chosen.includes('mlflow') ? [mlflow] : [])]) install(peer)
  if (chosen.includes('verdicts') && !(await compareVerdicts(root, judge, { isWritten }))) process.exitCode = 1
  if (chosen.includes('mlflow') && !(await mirrorForReal(root, mlflow))) process.exitCode = 1
  if (chosen.includes('speed')) await compareSpeed(root, peers, { rounds: Number(process.env.ROUNDS ?? 5), isWritten })
}

function install({ name, needs, python }) {
  if (existsSync(join(tools, name, 'installed'))) return
  run('python3', ['-m', 'venv', join(tools, name)])
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', needs, 'pyarrow'])
  run(python, ['-c', `open(${JSON.stringify(join(tools, name, 'installed'))}, 'w').close()`])
}

function run(program, words) {
  const { status } = spawnSync(program, words, { stdio: 'inherit' })
  if (status !== 0) throw new Error(`Cannot run "${program} ${words.join(' ')}": it ended with ${status}`)
}

function installable(peer) {
  return { ...peer, python: join(tools, peer.name, 'bin/python') }
}
