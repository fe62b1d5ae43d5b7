import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { findNamedFiles } from '../../action/data/find-named-files.ts'
import { describeAll, type OutcomeColumns, readOutcomes } from '../../action/data/read-outcomes.ts'
import { openReading } from '../../action/data/reading-engine.ts'
import { tempFolder } from '../support/temp-folder.ts'

const columns: OutcomeColumns = {
  ...{ id: 'id', target: 'class', task: 'binary', positive: '1', targetType: 'integer' },
}

async function outcomes(
  files: Readonly<Record<string, string>>,
  more: Partial<OutcomeColumns> = {},
  labels?: string,
  model?: string,
) {
  const folder = tempFolder(files)
  const sides = await Promise.all(
    ['log*', ...(labels === undefined ? [] : [labels])].map((named) => findNamedFiles(folder, named)),
  )
  await using engine = await openReading({ files: sides.flat() })
  const described = await describeAll(engine, sides)
  if (!described.ok) throw new Error(JSON.stringify(described.diagnostics))
  const [predictions = [], late = []] = described.value
  const read = await readOutcomes(engine, { predictions, labels: late, time: 'at', model }, { ...columns, ...more })
  if (!read.ok)
    return read.diagnostics.map(({ code, message }) => `${code} ${message.replaceAll(join(folder, ''), '')}`)
  const { rows, atMs, isLabelled, ...left } = read.value
  return { rows, atMs: [...atMs], isLabelled: [...isLabelled], left }
}

const none = { repeatedRows: 0, conflictingIds: 0, unusableRows: 0 }

describe('readOutcomes()', () => {
  test('compares values as the target’s type writes them, whatever the files hold', async () => {
    const found = await outcomes(
      {
        'log.json': [
          '{"at":"2025-01-06","id":1,"prediction":true,"probability":0.9}',
          '{"at":"2025-01-07T12:00:00Z","id":2,"prediction":true,"probability":0.2}',
          '{"at":"2025-01-08","id":3,"prediction":false,"probability":0.4}',
        ].join('\n'),
        'labels.json': '{"id":"1","class":"1.0"}\n{"id":"2","class":"0"}\n',
      },
      {},
      'labels.json',
    )
    expect(found).toEqual({
      rows: {
        ...{ task: 'binary', rows: 3, slices: {}, truth: Uint8Array.of(1, 0, 0), predicted: Uint8Array.of(1, 1, 0) },
        probability: Float64Array.of(0.9, 0.2, 0.4),
      },
      atMs: [Date.UTC(2025, 0, 6), Date.UTC(2025, 0, 7, 12), Date.UTC(2025, 0, 8)],
      isLabelled: [1, 1, 0],
      left: none,
    })
  })

  test('reads the same whatever the order of rows and files', async () => {
    const line = (row: number) => `2025-01-0${(row % 9) + 1},r${row},${row % 2},0.${row},${row % 3 === 0 ? 1 : ''}`
    const lines = Array.from({ length: 40 }, (_, row) => line(row))
    const csv = (some: readonly string[]) => `at,id,prediction,probability,class\n${some.join('\n')}\n`
    const one = await outcomes({ 'log.csv': csv(lines) })
    const other = await outcomes({ 'log-a.csv': csv(lines.slice(25).reverse()), 'log-b.csv': csv(lines.slice(0, 25)) })
    expect(other).toEqual(one)
  })

  test('knows a class that the model does not as never right, and takes the classes of its columns', async () => {
    const found = await outcomes(
      {
        'log.csv':
          'at,id,prediction,probability_a,probability_b,class\n2025-01-06,1,a,0.7,0.3,c\n2025-01-06,2,b,0.1,0.9,b\n',
      },
      { task: 'multiclass', positive: undefined, targetType: 'string' },
    )
    expect(found).toMatchObject({
      rows: { classes: ['a', 'b'], truth: Uint32Array.of(2, 1), probabilities: Float64Array.of(0.7, 0.3, 0.1, 0.9) },
    })
  })

  test('counts what cannot be used: no id, no prediction, a probability that is none, a number that is none', async () => {
    const log = [
      'at,id,prediction,probability,class',
      ...['2025-01-06,,1,0.5,1', '2025-01-06,b,,0.5,1', '2025-01-06,c,1,1.5,1', '2025-01-06,d,1,nan,1'],
      ...['never,e,1,0.5,1', '2025-01-06,f,1,0.5,maybe'],
    ]
    const found = await outcomes({ 'log.csv': `${log.join('\n')}\n` })
    expect(found).toMatchObject({ rows: { rows: 2 }, isLabelled: [0, 1], left: { ...none, unusableRows: 4 } })
    const numbers = await outcomes(
      { 'log.csv': 'at,id,prediction,class\n2025-01-06,a,inf,1\n2025-01-06,b,2,nan\n2025-01-06,c,2,3\n' },
      { task: 'regression', positive: undefined, targetType: 'number' },
    )
    expect(numbers).toMatchObject({ rows: { rows: 2 }, isLabelled: [0, 1], left: { ...none, unusableRows: 1 } })
  })

  test('takes names for names and values for values', async () => {
    const [id, target] = [`i"d'; DROP TABLE outcomes --`, 'cl"ass)']
    const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
    const found = await outcomes(
      {
        'log.csv': `at,${quoted(id)},prediction,probability,${quoted(target)},model\n2025-01-06,x,1,0.5,1,"m'1"\n2025-01-06,y,1,0.5,1,m2\n`,
      },
      { id, target },
      undefined,
      "m'1",
    )
    expect(found).toMatchObject({ rows: { rows: 1 }, isLabelled: [1] })
  })

  test('names every column that is missing, and the one that is meant', async () => {
    const found = await outcomes({ 'log.csv': 'at,ids,probability,klass\n2025-01-06,1,0.5,1\n' })
    expect(found).toEqual([
      expect.stringContaining('there is no column "id"'),
      expect.stringContaining('there is no column "prediction"'),
      expect.stringContaining('there is no column "class"'),
    ])
  })
})
