// npm run peers: Plumbline beside other checkers. Installs them with pip into .tools/peers, once.
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { replaceSection } from './bench/benchmarks-md.mjs'
import { measureDrift } from './bench/measure-drift.mjs'
import { build } from './build.mjs'
import { comparePeople } from './peers/acs.mjs'
import { compareCalibration } from './peers/calibration.mjs'
import { plainLoop, slowPeers } from './peers/drift-peers.mjs'
import { installPeer } from './peers/install-peer.mjs'
import { mirrorForReal } from './peers/mlflow.mjs'
import { compareSpeed } from './peers/speed.mjs'
import { compareVerdicts } from './peers/verdicts.mjs'

const help = `npm run peers [-- PART … --write]

  verdicts   the same contracts and files judged by Plumbline and by datacontract-cli: every difference must be explained
             in scripts/peers/differences.mjs, else it ends with 1; about five minutes
  mlflow     what register tells an MLflow server, killed at every call, against a real one; about five minutes
  speed      ten checks of a million rows by Plumbline and three others; about five minutes; ROUNDS=5
  drift      two samples compared by Plumbline, by a loop of pandas and SciPy, by Evidently and by NannyML; about
             fifteen minutes, and 3 GB to install; --large for ten million rows, too
  calibration  false alarms and power of the rule over windows, of Evidently and of NannyML on the same streams; about
             twenty minutes; --repeats 10 for the streams of a case
  acs        people of four years of a survey (PLUMBLINE_TEST_DATA), judged by the same three; a minute

Without a part, verdicts and speed. --write puts the tables into docs/.`

const root = resolve(fileURLToPath(import.meta.url), '../..')
const peers = [
  { name: 'pandera', version: '0.35.0', needs: 'pandera[polars]==0.35.0' },
  { name: 'pointblank', version: '1.1.1', needs: 'pointblank[pl]==1.1.1' },
  { name: 'datacontract', version: '1.2.8', needs: 'datacontract-cli[duckdb]==1.2.8' },
]
const mlflow = { name: 'mlflow', version: '3.17.2', needs: 'mlflow==3.17.2' }

const parts = ['verdicts', 'speed', 'mlflow', 'drift', 'calibration', 'acs']
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    write: { type: 'boolean', default: false },
    large: { type: 'boolean', default: false },
    repeats: { type: 'string', default: '10' },
    help: { type: 'boolean', default: false },
  },
})
const unknown = positionals.find((part) => !parts.includes(part))
if (values.help || unknown !== undefined) {
  if (unknown !== undefined) console.error(`Cannot run "${unknown}": no such part; expected ${parts.join(', ')}\n`)
  console.log(help)
  process.exitCode = unknown === undefined ? 0 : 1
} else await compare(positionals.length > 0 ? positionals : ['verdicts', 'speed'], values.write)

async function compare(chosen, isWritten) {
  await build()
  // Where nobody answers, calling home takes longer than the work.
  Object.assign(process.env, { NML_DISABLE_USAGE_LOGGING: '1', DO_NOT_TRACK: '1' })
  const installed = (some) => some.map((peer) => installPeer(root, peer))
  const write = (sections) => {
    if (isWritten) for (const [title, text] of sections) replaceSection(root, title, text)
  }
  if (chosen.includes('verdicts')) {
    const [judge] = installed(peers.filter(({ name }) => name === 'datacontract'))
    if (!(await compareVerdicts(root, judge, { isWritten }))) process.exitCode = 1
  }
  if (chosen.includes('mlflow') && !(await mirrorForReal(root, ...installed([mlflow])))) process.exitCode = 1
  if (chosen.includes('speed')) {
    await compareSpeed(root, installed(peers), { rounds: Number(process.env.ROUNDS ?? 5), isWritten })
  }
  if (chosen.includes('drift')) {
    write(await measureDrift(root, installed([plainLoop, ...slowPeers]), { isLarge: values.large }))
  }
  if (chosen.includes('calibration')) {
    write(await compareCalibration(root, installed(slowPeers), { repeats: Number(values.repeats) }))
  }
  if (chosen.includes('acs')) write(await comparePeople(root, installed(slowPeers)))
}
