// The ledger part of the benchmark: `runs list` of 1,000 runs, from the embedded GitHub and from the copy of an earlier reading;
// whole processes, GitHub's start among them.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { formatSide, measureAll } from './measure-processes.mjs'

const rounds = 7
const runs = 1000

/** Sections of docs/benchmarks.md: title → text. */
export async function measureLedger(root) {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-ledger-'))
  try {
    return new Map([['Ledger', await listing(root, folder)]])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function listing(root, folder) {
  const cli = [process.execPath, join(root, 'dist/cli.js')]
  const [first, again] = ['first', 'again'].map((name) => repository(cli, join(folder, name)))
  must([...cli, 'runs', 'list'], again)
  const forget = `rm -rf .plumbline/ledger && exec "$@"`
  const measured = await measureAll(
    [
      { name: 'node -e 0', words: [process.execPath, '-e', '0'], folder: first },
      {
        name: `runs list of ${runs} runs, nothing read before`,
        words: ['sh', '-c', forget, 'sh', ...cli, 'runs', 'list'],
        folder: first,
      },
      { name: `runs list of ${runs} runs, read before`, words: [...cli, 'runs', 'list'], folder: again },
    ],
    rounds,
  )
  return `Medians of ${rounds} in turn by \`npm run bench -- --ledger\`, with the embedded GitHub, which each process starts. Three calls
where nothing was read before, one where nothing is new; test/registry/ledger-copy.test.ts counts them.

${formatSide([{ format: 'whole process', measured }])}`
}

function repository(cli, folder) {
  mkdirSync(folder, { recursive: true })
  must(['git', 'init', '--quiet'], folder)
  must([...cli, 'runs', 'list'], folder)
  const at = (n) => new Date(Date.UTC(2025, 0, 1) + n * 3_600_000).toISOString()
  let previous = null
  let branch = ''
  for (let seq = 1; seq <= runs; seq += 1) {
    const body = runOf(seq, at(seq))
    const record = { actor: 'ada', at: at(seq), body, kind: 'run', model: 'parcels', previous }
    const text = canonical({ ...record, schema: 'plumbline/ledger/v1', seq })
    previous = createHash('sha256').update(text).digest('hex')
    branch += `commit refs/heads/plumbline/ledger\ncommitter A <a@example.org> ${1_735_689_600 + seq} +0000\ndata 1\nx\n`
    branch += `M 100644 inline records/${Math.floor(seq / 1000)}/${seq}-run.json\ndata ${Buffer.byteLength(text)}\n${text}\n`
  }
  const bare = join(folder, '.plumbline/github/repository.git')
  must(['git', '-C', bare, 'fast-import', '--quiet', '--force'], folder, branch)
  return folder
}

function runOf(seq, startedAt) {
  const digest = (text) => createHash('sha256').update(`${text} ${seq}`).digest('hex')
  const stages = ['validate', 'features', 'split', 'train', 'predict', 'evaluate', 'gate', 'refit', 'smoke']
  return {
    schema: 'plumbline/run/v1',
    model: 'parcels',
    runKey: digest('run'),
    outcome: 'passed',
    trigger: { kind: 'schedule', actor: 'ada', reason: 'every 7 days' },
    startedAt,
    finishedAt: startedAt,
    code: { commit: digest('commit').slice(0, 40), uncommitted: 0 },
    builtFrom: null,
    data: { digest: digest('data'), files: 12, rows: 43_118, since: '2024-03-01', until: '2025-02-28' },
    params: { 'max-depth': 6 },
    seed: 42,
    environment: { requirements: digest('requirements'), packages: 38, python: '3.12.4', system: 'linux x64' },
    split: { train: 37_830, gap: 118, test: 3540, whole: 41_488, leftOut: {} },
    stages: stages.map((name) => ({
      name,
      key: digest(`key of ${name}`),
      cacheKey: digest(`cache key of ${name}`),
      outcome: 'done',
      startedAt,
      seconds: 6.1,
      detail: '',
      outputs: { [name]: digest(`bytes of ${name}`) },
    })),
    metrics: [{ name: 'roc_auc', value: 0.861, low: 0.848, high: 0.873, better: 'higher', rows: 3540 }],
    selfReported: {},
    gates: [{ gate: 'floor', kind: 'pass', metric: 'roc_auc', value: 0.861, min: 0.75, reason: '', slices: [] }],
  }
}

function canonical(value) {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  const fields = Object.keys(value).sort()
  return `{${fields.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`
}

function must(words, cwd, input) {
  const { status, stderr } = spawnSync(words[0], words.slice(1), { cwd, input, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${words.join(' ')}: ${stderr}`)
}
