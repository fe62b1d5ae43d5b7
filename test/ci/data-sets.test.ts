import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

import { beforeAll, describe, expect, test } from 'vitest'
import { packageFolder } from '../../action/base/package-folder.ts'
import { silent } from '../../action/base/progress.ts'
import { findInterpreter } from '../../action/pipeline/find-interpreter.ts'
import { pythonEnvironment } from '../../action/pipeline/python-environment.ts'
import type { RunRecord } from '../../action/pipeline/run-record.ts'
import { plumbline, plumblineJson } from '../support/command-line.ts'
import { tempFolder } from '../support/temp-folder.ts'

const dataFolder = resolve(packageFolder(), process.env['PLUMBLINE_TEST_DATA'] ?? '../shared/data')

interface DataSet {
  readonly name: string
  /** Puts the files below `data/` of a fresh folder. */
  readonly bring: (folder: string) => Promise<void>
  readonly init: readonly string[]
  readonly metric: string
  /** What a sound model reaches at least (at most, for errors). */
  readonly bound: number
  /** Whether it is rebuilt from its pins too, and in which environment. */
  readonly reproduced?: 'environment built anew' | 'environment that is kept'
}

const dataSets: readonly DataSet[] = [
  {
    name: 'electricity',
    bring: (folder) => cp(join(dataFolder, 'electricity'), join(folder, 'data/landing'), { recursive: true }),
    init: ['--data', 'data/landing/*.csv', '--target', 'class', '--time', 'ts'],
    metric: 'roc_auc',
    bound: 0.75,
    reproduced: 'environment built anew',
  },
  {
    name: 'acs-employment',
    bring: (folder) => cp(join(dataFolder, 'acs-employment'), join(folder, 'data'), { recursive: true }),
    init: [
      ...['--data', 'data/people-*.parquet', '--labels', 'data/labels-*.parquet', '--target', 'employed', '--id', 'id'],
      ...['--exclude', 'prediction', '--exclude', 'predicted_probability', '--time', 'year', '--test', 'from:2018'],
    ],
    metric: 'roc_auc',
    bound: 0.85,
    reproduced: 'environment that is kept',
  },
  scikitLearn('iris', 'load_iris', 'accuracy', 0.8),
  scikitLearn('wine', 'load_wine', 'accuracy', 0.8),
  scikitLearn('diabetes', 'load_diabetes', 'r2', 0.2),
  scikitLearn('made', 'make_classification', 'roc_auc', 0.85),
]

const exporter = `
import sys
import pandas as pd
from sklearn import datasets
name, out = sys.argv[1:]
if name == "make_classification":
    features, target = datasets.make_classification(n_samples=3000, n_features=12, random_state=7)
    frame = pd.DataFrame(features, columns=[f"x{i}" for i in range(12)]).assign(target=target)
else:
    frame = getattr(datasets, name)(as_frame=True).frame
frame.to_csv(out, index=False)
`

function scikitLearn(name: string, maker: string, metric: string, bound: number): DataSet {
  return {
    name,
    bring: async (folder) => {
      await mkdir(join(folder, 'data'), { recursive: true })
      await promisify(execFile)(python, ['-c', exporter, maker, join(folder, 'data', `${name}.csv`)])
    },
    init: ['--data', `data/${name}.csv`, '--target', 'target'],
    metric,
    bound,
  }
}

let python: string

beforeAll(async () => {
  if (!(await stat(dataFolder).catch(() => undefined))) {
    throw new Error(`Cannot test on real data: no folder ${dataFolder}; PLUMBLINE_TEST_DATA names it`)
  }
  const interpreter = await findInterpreter(process.env, undefined)
  const { binFolder } = await pythonEnvironment({
    requirements: await readFile(join(packageFolder(), 'template/requirements.txt'), 'utf8'),
    file: 'requirements.txt',
    interpreter,
    caller: process.env,
    progress: silent,
    signal: new AbortController().signal,
  })
  python = join(binFolder, 'python')
}, 300_000)

describe.each(dataSets)(
  'plumbline takes $name from init to a release',
  ({ name, bring, init, metric, bound, reproduced }) => {
    test('and says what produced it', { timeout: 900_000 }, async () => {
      const folder = tempFolder()
      await bring(folder)

      await expectDone(folder, ['init', ...init, '--name', name])
      await expectDone(folder, ['snapshot'])
      await expectDone(folder, ['validate'])
      const git = async (...words: string[]) =>
        promisify(execFile)('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...words], {
          cwd: folder,
          maxBuffer: 1 << 26,
        })
      await git('add', '-A')
      await git('commit', '-q', '-m', 'The first model')
      const { result } = (await plumblineJson(folder, ['run'])) as { result: RunRecord }
      const registered = (await plumblineJson(folder, ['register'])) as { result: { tag: string } }
      const { tag } = registered.result

      console.log(figures(name, result))
      expect(result.metrics.find((measured) => measured.name === metric)?.value).toBeGreaterThan(bound)
      const lineage = await plumblineJson(folder, ['lineage', tag])
      expect(lineage).toMatchObject({
        result: { lineage: { kind: 'model', release: { tag, runKey: result.runKey, dataDigest: result.data.digest } } },
      })
      const users = await plumblineJson(folder, ['lineage', result.data.digest])
      expect(users).toMatchObject({ result: { lineage: { kind: 'used', releases: [{ tag }] } } })

      if (reproduced === undefined) return
      const kept = reproduced === 'environment that is kept' ? ['--keep-environment'] : []
      const again = await plumblineJson(folder, ['reproduce', tag, ...kept])
      expect(again).toMatchObject({ outcome: 'done', result: { tag, isSame: true, causes: [], environment: [] } })
    })
  },
)

async function expectDone(folder: string, words: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await plumbline(folder, words)
  expect(code, `plumbline ${words.join(' ')}\n${stdout}\n${stderr}`).toBe(0)
}

function figures(name: string, { data, stages, metrics }: RunRecord): string {
  const seconds = stages.map((stage) => `${stage.name} ${stage.seconds.toFixed(1)}`).join(', ')
  const values = metrics.map((metric) => `${metric.name} ${metric.value?.toPrecision(4)}`).join(', ')
  return `${name}: ${data.rows} rows in ${data.files} files · seconds: ${seconds} · ${values}`
}
