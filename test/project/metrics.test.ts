import { describe, expect, test } from 'vitest'

import { metricConditionsIn } from '../../action/project/metric-conditions.ts'
import { parseProject } from '../../action/project/read-project.ts'
import { tinyYaml } from '../support/tiny-project.ts'

const day = 86_400_000
const line = tinyYaml.split('\n').length

function read(text: string) {
  const project = parseProject('/project', `${tinyYaml}${text}\n`)
  return project.ok
    ? project.value
    : project.diagnostics.map(({ line: at, message, remedy }) => `${at}: ${message} ${remedy}`)
}

function projectOf(text: string) {
  const project = read(text)
  if ('model' in project) return project
  throw new Error(project.join('\n'))
}

const profit = 'profit: { sql: "avg(case when prediction = late then 1 else -2 end)", better: higher }'

describe('metrics:', () => {
  test('says each metric’s SQL, which way it points, and where it stands', () => {
    expect(projectOf('').metrics).toEqual([])
    expect(projectOf(`metrics: { ${profit}, cost_1: { sql: sum(late), better: lower } }`).metrics).toEqual([
      {
        ...{ name: 'profit', expression: 'avg(case when prediction = late then 1 else -2 end)', better: 'higher' },
        place: { file: 'plumbline.yaml', line, column: expect.any(Number) },
      },
      { name: 'cost_1', expression: 'sum(late)', better: 'lower', place: expect.objectContaining({ line }) },
    ])
  })

  test.each([
    ['metrics: { profit: { sql: avg(late) } }', /"metrics\.profit\.better".*"higher" or "lower"/],
    ['metrics: { profit: { sql: avg(late), better: up } }', /"metrics\.profit\.better".*"higher" or "lower"/],
    ['metrics: { profit: { better: higher } }', /"metrics\.profit\.sql"/],
    ['metrics: { profit: { sql: " ", better: higher } }', /one aggregate of SQL is expected/],
    ['metrics: { profit: { sql: 3, better: higher } }', /"metrics\.profit\.sql"/],
    ['metrics: { profit: { sql: avg(late), better: higher, drop: 1 } }', /"metrics\.profit\.drop"/],
    ['metrics: { Profit: { sql: avg(late), better: higher } }', /small letters/],
    ['metrics: { profit: avg(late) }', /"metrics\.profit"/],
    ['metrics: { accuracy: { sql: avg(late), better: higher } }', /"accuracy": Plumbline measures one of this name/],
    ['metrics: { mae: { sql: avg(late), better: lower } }', /"mae": Plumbline measures one of this name/],
  ])('refuses %s with its line', (text, message) => {
    const found = read(text)
    expect(found).toHaveLength(1)
    expect(found).toEqual([expect.stringMatching(message)])
    expect(found).toEqual([expect.stringMatching(new RegExp(`^${line}: `))])
  })

  test('is no gate, which says what to do instead', () => {
    const gated = parseProject(
      '/project',
      `${tinyYaml.replace('metric: roc_auc', 'metric: profit')}metrics: { ${profit} }\n`,
    )
    expect(gated).toMatchObject({
      diagnostics: [
        {
          code: 'project/value',
          message: expect.stringMatching(
            /"profit" is a metric in SQL, which is followed once labels come in; expected one of/,
          ),
          remedy: expect.stringContaining('retrain: { any: [ { metric: profit'),
        },
      ],
    })
  })

  test('can be watched by retrain:, and a name that leads nowhere is told the nearest', () => {
    const watched = (name: string) =>
      `metrics: { ${profit} }\nretrain: { any: [ { metric: ${name}, drop: 0.1, over: 14d } ] }`
    expect(projectOf(watched('profit')).retrain.when).toEqual({
      ...{ kind: 'any', of: [{ kind: 'metric', metric: 'profit', drop: 0.1, overMs: 14 * day }] },
    })
    expect(read(watched('profti'))).toEqual([expect.stringContaining('Did you mean "profit"?')])
  })
})

describe('metricConditionsIn()', () => {
  test('finds each once, wherever it is nested', () => {
    const one = '{ metric: roc_auc, drop: 0.03, over: 14d }'
    const { retrain } = projectOf(
      `retrain: { all: [ { every: 7d }, ${one}, { any: [ { drift: confirmed }, { metric: f1, drop: 0.1, over: 7d }, ${one} ] } ] }`,
    )
    expect(metricConditionsIn(retrain.when)).toEqual([
      { kind: 'metric', metric: 'roc_auc', drop: 0.03, overMs: 14 * day },
      { kind: 'metric', metric: 'f1', drop: 0.1, overMs: 7 * day },
    ])
    expect(metricConditionsIn(projectOf('').retrain.when)).toEqual([])
  })
})
