import { describe, expect, test } from 'vitest'

import { type Declared, declareKeys } from '../../action/pipeline/declare-keys.ts'
import { changedParts, stageKey } from '../../action/pipeline/stage-key.ts'
import { parseProject } from '../../action/project/read-project.ts'

const text = `version: 1
model: { name: price, task: binary, target: class, positive: 1, time: ts }
data: { source: data/*.csv }
params: { max-depth: 6 }
stages:
  features: { sql: features.sql }
  tune: { needs: [features], run: python tune.py, out: { choice: choice.json } }
  train: { needs: [features, tune], run: python train.py, out: { model: model/ } }
  predict: { needs: [features, train], run: python predict.py }
`

function declared(change: Partial<Declared> = {}, yaml = text): Declared {
  const project = parseProject('/project', yaml)
  if (!project.ok) throw new Error(JSON.stringify(project.diagnostics))
  const reads = new Map(project.value.stages.map(({ name }) => [name, { 'train.py': 'aa', 'predict.py': 'bb' }]))
  const contract = { file: 'contract.yaml', id: 'price', version: '1.0.0', columns: [], table: 'data', tableRules: [] }
  return {
    project: project.value,
    contract,
    dataDigest: 'd1',
    until: '2025-01-01T00:00:00.000Z',
    featureSql: 'select id from data',
    requirements: 'r1',
    setup: null,
    reads,
    ...change,
  }
}

const { runKey } = declareKeys(declared())

describe('declareKeys()', () => {
  test('gives the same run key wherever the project lies', () => {
    const project = { ...declared().project, folder: '/elsewhere' }

    expect(declareKeys(declared({ project })).runKey).toBe(runKey)
  })

  test.each([
    ['the data', declared({ dataDigest: 'd2' })],
    ['the threads of a stage', declared({}, text.replace('python tune.py', 'python tune.py, resources: { cpu: 2 }'))],
    ['the SQL', declared({ featureSql: 'select id, a from data' })],
    ['the environment lock', declared({ requirements: 'r2' })],
    ['the environment’s setup', declared({ setup: 's1' })],
    ['a file that a stage reads', declared({ reads: new Map([['train', { 'train.py': 'cc' }]]) })],
    ['a parameter', declared({}, text.replace('max-depth: 6', 'max-depth: 7'))],
    ['a command', declared({}, text.replace('python train.py', 'python -O train.py'))],
    ['the seed', declared({}, `${text}environment: { seed: 7 }\n`)],
    ['the interpreter', declared({}, `${text}environment: { python-version: "3.12" }\n`)],
    ['the split', declared({}, `${text}split: { test: 30d }\n`)],
    ['the encoding', declared({}, text.replace('data/*.csv }', 'data/*.csv, encoding: latin-1 }'))],
    ['refit', declared({}, `${text}split: { refit: false }\n`)],
  ])('changes the run key with %s', (_, other) => {
    expect(declareKeys(other).runKey).not.toBe(runKey)
  })

  test('changes the run key with how a column spells its values', () => {
    const { contract } = declared()
    const keyOf = (more: object) => {
      const columns = [{ name: 'a', logicalType: 'number', line: 1, aliases: [], rules: [], ...more } as const]
      return declareKeys(declared({ contract: { ...contract, columns } })).runKey
    }
    const spellings = [
      ...[{}, { decimal: ',' }, { decimal: '.' }, { epoch: 'seconds' }, { format: 'seconds' }],
      ...[
        { truth: { yes: 'a', no: 'b' } },
        { truth: { yes: 'b', no: 'a' } },
        { missing: ['a'] },
        { missing: ['a', 'b'] },
      ],
    ]
    expect(new Set(spellings.map(keyOf)).size).toBe(spellings.length)
  })

  test.each([
    [
      'limits that make no bytes',
      declared({}, text.replace('python tune.py', 'python tune.py, resources: { memory: 4 GB, disk: 1 GB }')),
    ],
    ['gates', declared({}, `${text}gates: { floor: { metric: roc_auc, min: 0.7 } }\n`)],
    ['privacy', declared({}, `${text}privacy: { min-count: 5 }\n`)],
  ])('keeps the run key when %s change', (_, other) => {
    expect(declareKeys(other).runKey).toBe(runKey)
  })

  test('a changed stage changes the keys of what comes after it alone', () => {
    const before = declareKeys(declared())
    const after = declareKeys(declared({}, text.replace('python train.py', 'python -O train.py')))

    expect(after.split.key).toBe(before.split.key)
    expect(after.programs.map(({ key }, index) => key === before.programs[index]?.key)).toEqual([true, false, false])
  })

  test('refits train and what it needs, on other rows than the judged fit', () => {
    const { programs, refit } = declareKeys(declared())

    expect(refit.map(({ name }) => name)).toEqual(['refit-tune', 'refit'])
    expect(refit[0]?.key).not.toBe(programs[0]?.key)
  })
})

test('changedParts() names what differs, and what only one of them has', () => {
  expect(changedParts({ a: '1', b: '2' }, { a: '1', b: '3', c: '4' })).toEqual(['b', 'c'])
})

test('stageKey() tells stages of equal parts apart', () => {
  expect(stageKey('train', { a: '1' })).not.toBe(stageKey('refit', { a: '1' }))
})
