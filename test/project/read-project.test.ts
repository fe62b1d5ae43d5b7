import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { findCycle, orderStages } from '../../action/project/order-stages.ts'
import { parseProject, readProject } from '../../action/project/read-project.ts'
import { parseTestSize } from '../../action/project/test-size.ts'
import { tempFolder } from '../support/temp-folder.ts'

const smallest = `version: 1
model: { name: price, task: binary, target: class, positive: 1 }
data: { source: data/*.csv }
stages:
  features: { sql: features.sql }
  train: { needs: [features], run: python train.py, out: { model: model/ } }
  predict: { needs: [features, train], run: python predict.py }
`

function faults(text: string): string[] {
  const read = parseProject('/project', text)
  return read.ok ? [] : read.diagnostics.map(({ line, message, remedy }) => `${line}: ${message} | ${remedy ?? ''}`)
}

describe('readProject()', () => {
  test('says where the project is when it was started below it', async () => {
    const folder = tempFolder({ 'plumbline.yaml': smallest, 'data/landing/a.csv': '' })
    const remedyIn = async (path: string) => {
      const read = await readProject(join(folder, path))
      return read.ok ? 'read' : read.diagnostics[0]?.remedy
    }
    expect(await remedyIn('.')).toBe('read')
    expect(await remedyIn('data')).toBe('Run in the folder that holds it: cd ..')
    expect(await remedyIn('data/landing')).toBe('Run in the folder that holds it: cd ../..')
  })

  test('says how to write one where there is none', async () => {
    const read = await readProject(tempFolder({}))
    expect(read).toMatchObject({ diagnostics: [{ remedy: expect.stringContaining('plumbline init') }] })
  })
})

describe('parseProject()', () => {
  test('tells that a coverage of labels needs a time', () => {
    const text = smallest
      .replace('positive: 1', 'positive: 1, id: id')
      .replace('data/*.csv', 'data/*.csv, labels: { source: labels/*.csv, coverage: 0.9 }')
    expect(faults(text)).toEqual([
      expect.stringContaining('3: Cannot use "data.labels.coverage": the model has no time'),
    ])
  })

  test.each([
    ['setup: npm ci', ['npm ci'], []],
    ['setup: [npm ci, npm run build], lock: package-lock.json', ['npm ci', 'npm run build'], ['package-lock.json']],
    ['seed: 1', [], []],
  ])('reads environment: { %s }', (text, setup, lock) => {
    const read = parseProject('/project', `${smallest}environment: { ${text} }\n`)

    expect(read.ok && read.value.environment).toMatchObject({ setup, lock })
  })

  test.each([
    ['lock: a.lock', /Cannot use "environment.lock": no command reads it/],
    ['setup: npm ci, lock: ../a.lock', /a path inside this folder is expected/],
    ['setup: []', /at least 1 item/],
  ])('refuses environment: { %s }', (text, message) => {
    expect(faults(`${smallest}environment: { ${text} }\n`)).toEqual([expect.stringMatching(message)])
  })

  test.each(['node:20', 'node@sha256:00', `--privileged@sha256:${'a'.repeat(64)}`, `node@sha256:${'A'.repeat(64)}`])(
    'takes no container that a digest does not name: %s',
    (container) => {
      const text = smallest.replace('run: python train.py', `run: python train.py, container: "${container}"`)
      expect(faults(text)).toEqual([
        expect.stringMatching(
          /^\d+: Cannot run "train" in ".*expected IMAGE@sha256: and 64 digits \| Ask for its digest: docker/,
        ),
      ])
    },
  )

  test('takes a container by its digest, with or without a tag', () => {
    for (const name of ['node', 'localhost:5000/team/node:20-slim']) {
      const text = smallest.replace(
        'run: python train.py',
        `run: python train.py, container: "${name}@sha256:${'a'.repeat(64)}"`,
      )
      expect(faults(text)).toEqual([])
    }
  })

  test('reads what a stage may take', () => {
    const read = parseProject(
      '/project',
      smallest.replace('out: {', 'resources: { memory: 4 GB, cpu: 2, disk: 1.5GiB }, out: {'),
    )

    expect(read.ok && read.value.stages[0]?.resources).toEqual({ memoryBytes: 4e9, cpu: 2, diskBytes: 1_610_612_736 })
  })

  test.each([
    ['memory: 4', '"stages.train.resources.memory": a size with its unit such as 512 MB, 4 GB or 2 GiB is expected'],
    ['memory: 4 gb', 'a size with its unit'],
    ['memory: 4Gi', 'a size with its unit'],
    ['disk: 0 GB', 'a size with its unit'],
    ['disk: -1 GB', 'a size with its unit'],
    ['cpu: 0.5', 'a whole number'],
    ['cpu: 0', 'at least 1'],
    ['memroy: 4 GB', 'no such key; expected one of memory, cpu, disk'],
  ])('refuses resources: { %s }', (text, message) => {
    expect(faults(smallest.replace('out: {', `resources: { ${text} }, out: {`))).toEqual([
      expect.stringMatching(/^6: /),
    ])
    expect(faults(smallest.replace('out: {', `resources: { ${text} }, out: {`))[0]).toContain(message)
  })

  test('fills in every default', () => {
    const read = parseProject('/project', smallest)

    expect(read.ok && read.value).toMatchObject({
      model: { name: 'price', positive: '1', ignore: [] },
      data: {
        sources: [{ name: 'features', places: [{ kind: 'files', glob: 'data/*.csv' }] }],
        store: { kind: 'git' },
        contract: 'contract.yaml',
      },
      split: { test: { kind: 'fraction', fraction: 0.2 }, gapMs: 0, refit: false },
      environment: { seed: 42 },
      gates: [],
      keep: { data: 12 },
      privacy: { minCount: 20 },
    })
  })

  test('refits by default where there is a time', () => {
    const read = parseProject('/project', smallest.replace('positive: 1', 'positive: 1, time: ts'))

    expect(read.ok && read.value.split.refit).toBe(true)
  })

  test('gives predict its implicit output', () => {
    const read = parseProject('/project', smallest)

    expect(read.ok && read.value.stages[1]?.out).toEqual({
      predictions: { path: 'predictions.parquet', kind: 'dataset' },
    })
  })

  test('resolves params in gates', () => {
    const read = parseProject(
      '/project',
      `${smallest}params: { min-auc: 0.7 }\ngates: { floor: { metric: roc_auc, min: params.min-auc } }\n`,
    )

    expect(read.ok && read.value.gates[0]?.min).toBe(0.7)
  })

  test.each([
    ['an unknown key', smallest.replace('target:', 'tarket:'), /2: Cannot use "model.tarket".*"target"/],
    [
      'a contract on a stage without rows',
      smallest.replace('out: { model: model/ }', 'contract: a.yaml, out: { model: model/ }'),
      /6: Cannot hold "train" against a contract: it has no output, or several, of rows/,
    ],
    ['an unknown metric', `${smallest}gates: { floor: { metric: roc_uac, min: 0.7 } }\n`, /8: .*roc_uac.*"roc_auc"/],
    [
      'a metric of another task',
      `${smallest}gates: { floor: { metric: rmse, max: 3 } }\n`,
      /8: .*"rmse" is no metric of binary/,
    ],
    ['a gate without a bound', `${smallest}gates: { floor: { metric: accuracy } }\n`, /8: .*no bound/],
    [
      'a parameter that is not there',
      `${smallest}gates: { floor: { metric: accuracy, min: params.low } }\n`,
      /8: .*no such parameter/,
    ],
    ['a path out of the folder', smallest.replace('features.sql', '../features.sql'), /5: .*inside this folder/],
    ['a stage that nobody wrote', smallest.replace('[features, train]', '[features, trian]'), /7: .*"trian".*"train"/],
    ['a duplicate key', `${smallest}version: 1\n`, /8: /],
    ['a binary task without its positive class', smallest.replace(', positive: 1', ''), /2: .*positive class/],
    ['a version from the future', smallest.replace('version: 1', 'version: 2'), /1: .*1 is expected/],
    ['an expression', smallest.replace('python train.py', ['python $', '{{ github.sha }}'].join('')), /6: /],
  ])('names the line of %s', (_, text, expected) => {
    expect(faults(text).join('\n')).toMatch(expected)
  })

  test('names a cycle by its edges', () => {
    const text = smallest.replace('needs: [features]', 'needs: [features, predict]')

    expect(faults(text).join('\n')).toMatch(/train → predict → train/)
  })

  test.each(['evaluate', 'split', 'refit', 'refit-tune'])('keeps the name %s for its own stage', (name) => {
    expect(faults(`${smallest}  ${name}: { run: node x.mjs }\n`)).toEqual([
      `8: Cannot call a stage "${name}": Plumbline has one of that name | Give it another name.`,
    ])
  })

  test.each(['GITHUB_TOKEN', 'github_token', 'Input_Token', 'ACTIONS_RUNTIME_TOKEN', 'PLUMBLINE_SEED'])(
    'hands %s to no stage',
    (name) => {
      const text = smallest.replace('run: python predict.py', `run: python predict.py, secrets: [${name}]`)
      expect(faults(text)).toEqual([expect.stringMatching(/^7: .*never reach a stage/)])
    },
  )

  test('reports all faults in one run', () => {
    expect(faults('version: 1\nmodel: { name: A, task: b }\n').length).toBeGreaterThanOrEqual(4)
  })
})

test('orderStages() puts every stage after what it needs', () => {
  const stages = [
    { name: 'predict', needs: ['train'] },
    { name: 'train', needs: ['features', 'tune'] },
    { name: 'tune', needs: ['features'] },
  ]

  expect(orderStages(stages).map(({ name }) => name)).toEqual(['tune', 'train', 'predict'])
})

test('findCycle() finds none in a line, and a stage that needs itself', () => {
  expect(
    findCycle([
      { name: 'a', needs: [] },
      { name: 'b', needs: ['a'] },
    ]),
  ).toBeUndefined()
  expect(findCycle([{ name: 'a', needs: ['a'] }])).toEqual(['a', 'a'])
})

test.each([
  ['30d', { kind: 'duration', durationMs: 2_592_000_000 }],
  ['1000 rows', { kind: 'rows', rows: 1000 }],
  ['0.2', { kind: 'fraction', fraction: 0.2 }],
  ['from:2018', { kind: 'from', value: '2018' }],
  ['0', undefined],
  ['1.5', undefined],
  ['0 rows', undefined],
  ['0d', undefined],
  ['', undefined],
  ['soon', undefined],
])('parseTestSize() reads %j', (text, expected) => {
  expect(parseTestSize(text)).toEqual(expected)
})
