import { join } from 'node:path'
import { sha256 } from '../../action/base/sha256.ts'
import type { Candidate, RunRecord } from '../../action/pipeline/run-record.ts'
import { tempFolder } from './temp-folder.ts'

/** A run of `parcels` that passed, as `run.json` holds it. */
export function runRecord(change: Partial<RunRecord> = {}): RunRecord {
  const stage = {
    key: sha256('key'),
    cacheKey: sha256('cache'),
    outcome: 'done',
    startedAt: '2025-03-04T06:00:00.000Z',
    seconds: 6.1,
    outputs: {},
  } as const
  return {
    schema: 'plumbline/run/v1',
    model: 'parcels',
    runKey: sha256('run 1'),
    outcome: 'passed',
    trigger: { kind: 'manual', actor: 'ada', reason: 'on a terminal' },
    startedAt: '2025-03-04T06:00:00.000Z',
    finishedAt: '2025-03-04T06:00:20.000Z',
    code: { commit: '1'.repeat(40), uncommitted: 0 },
    builtFrom: null,
    data: { digest: sha256('data 1'), files: 12, rows: 43_118, since: '2024-03-01', until: '2025-02-28' },
    params: { 'max-depth': 6 },
    seed: 42,
    environment: { requirements: sha256('requirements'), packages: 38, python: '3.12.4', system: 'linux x64' },
    split: { train: 37_830, gap: 118, test: 3540, whole: 41_488, leftOut: { 'labels not in yet': 1630 } },
    stages: [
      { ...stage, name: 'train', detail: 'judged fit' },
      { ...stage, name: 'refit', detail: 'on all rows' },
    ],
    metrics: [{ name: 'roc_auc', value: 0.861, low: 0.848, high: 0.873, better: 'higher', rows: 3540 }],
    selfReported: {},
    gates: [
      { gate: 'floor', kind: 'pass', metric: 'roc_auc', value: 0.861, min: 0.75, reason: '0.861 ≥ 0.75', slices: [] },
    ],
    ...change,
  }
}

export interface TestCandidate {
  readonly folder: string
  readonly candidate: Candidate
  readonly contractFiles: Readonly<Record<string, string>>
  readonly lockFile: string
}

/** A candidate on disk, removed with the test. */
export function testCandidate(record = runRecord(), model = 'released bytes'): TestCandidate {
  const folder = tempFolder({
    'run.json': JSON.stringify(record),
    'released/model.skops': model,
    'judged/model.skops': 'judged bytes',
    'predictions.parquet': 'PAR1',
    'features.sql': 'select * from data\n',
    'predict.py': 'print()\n',
    'contract.yaml': 'kind: DataContract\n',
    'data.lock.yaml': `version: 1\nuntil: null\nfeatures:\n  - ${sha256('january')}  7  data/january.csv\n`,
  })
  const at = (path: string) => join(folder, path)
  const servingFiles = Object.fromEntries(['features.sql', 'predict.py'].map((path) => [path, at(path)]))
  return {
    folder,
    contractFiles: { 'contract.yaml': at('contract.yaml') },
    lockFile: at('data.lock.yaml'),
    candidate: {
      record,
      recordFile: at('run.json'),
      judgedModel: at('judged/model.skops'),
      releasedModel: at('released/model.skops'),
      predictions: at('predictions.parquet'),
      servingFiles,
    },
  }
}
