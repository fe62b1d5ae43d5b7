import { describe, expect, test } from 'vitest'

import { type MetricFlags, metricOfFlags, metricsOfProject } from '../../action/commands/followed-metrics.ts'
import type { RetrainTrigger, SqlMetric } from '../../action/project/project.ts'
import { projectOf } from '../support/project.ts'

const day = 86_400_000
const profit: SqlMetric = { name: 'profit', expression: 'avg(prediction)', better: 'higher' }
const none: MetricFlags = {
  ...{ metric: undefined, 'metric-sql': undefined, better: undefined, drop: undefined, over: undefined },
  ...{ window: undefined, delay: undefined, coverage: undefined },
}

type Watched = readonly [metric: string, drop: number, days: number]

function watching(...of: readonly Watched[]) {
  const conditions = of.map(
    ([metric, drop, days]): RetrainTrigger => ({ kind: 'metric', metric, drop, overMs: days * day }),
  )
  const project = projectOf('/project')
  return {
    ...project,
    metrics: [profit],
    data: { ...project.data, labels: { source: ['labels.csv'], delayMs: 3 * day, coverage: 0.8 } },
    retrain: { ...project.retrain, when: { kind: 'any', of: [{ kind: 'drift' }, ...conditions] } as const },
  }
}

function chosen(flags: Partial<MetricFlags>, ...of: readonly Watched[]) {
  return metricsOfProject({ ...none, ...flags }, watching(...of)).map(({ metric, rule, fromPolicy }) => [
    ...[typeof metric === 'string' ? metric : metric.name, rule.limit, rule.overMs / day],
    fromPolicy.join(' '),
  ])
}

describe('metricsOfProject()', () => {
  test('are all that retrain: watches where none is named', () => {
    expect(chosen({}, ['mae', 2, 14], ['profit', 0.1, 28], ['mae', 3, 28])).toEqual([
      ['mae', 2, 14, 'metric drop over'],
      ['profit', 0.1, 28, 'metric drop over'],
      ['mae', 3, 28, 'metric drop over'],
    ])
    const [one] = metricsOfProject(none, watching(['profit', 0.1, 10]))
    expect(one?.metric).toEqual(profit)
    expect(one?.rule).toEqual({
      ...{ limit: 0.1, overMs: 10 * day, windowMs: 10 * day, delayMs: 3 * day, coverage: 0.8, alpha: 0.05 },
    })
  })

  test.each<[Partial<MetricFlags>, readonly Watched[], unknown]>([
    [
      { metric: 'profit' },
      [
        ['mae', 2, 14],
        ['profit', 0.1, 28],
      ],
      [['profit', 0.1, 28, 'drop over']],
    ],
    [{ drop: 5 }, [['mae', 2, 28]], [['mae', 5, 28, 'metric over']]],
    [{ metric: 'mae', drop: 5, over: 7 * day }, [['mae', 2, 28]], [['mae', 5, 7, '']]],
    [
      { metric: 'mae' },
      [
        ['mae', 2, 14],
        ['mae', 3, 28],
      ],
      [
        ['mae', 2, 14, 'drop over'],
        ['mae', 3, 28, 'drop over'],
      ],
    ],
    [
      { metric: 'mae', over: 28 * day },
      [
        ['mae', 2, 14],
        ['mae', 3, 28],
      ],
      [['mae', 3, 28, 'drop']],
    ],
    [
      { over: 28 * day },
      [
        ['mae', 2, 14],
        ['profit', 3, 28],
      ],
      [['profit', 3, 28, 'metric drop']],
    ],
    [{ metric: 'rmse', drop: 1 }, [['mae', 2, 28]], [['rmse', 1, 14, '']]],
    [{}, [], []],
    [{ 'metric-sql': { name: 'mae2', expression: 'avg(1)' }, drop: 1 }, [['mae', 2, 28]], [['mae2', 1, 14, '']]],
  ])('are those that flags leave: %j', (flags, of, expected) => {
    expect(chosen(flags, ...of)).toEqual(expected)
  })

  test.each<[Partial<MetricFlags>, readonly Watched[], string, RegExp]>([
    [{ drop: 1 }, [], 'cli/missing-input', /plumbline\.yaml watches none; expected --metric, or one under "retrain:"/],
    [{ metric: 'rmse' }, [['mae', 2, 14]], 'cli/missing-input', /Cannot judge rmse: nothing says which fall matters/],
    [{ metric: 'profits' }, [], 'cli/bad-input', /no metric of "test"; expected one of mae, rmse, r2, profit/],
    [{ metric: 'roc_auc' }, [], 'cli/bad-input', /no metric of "test"/],
    [
      { drop: 1 },
      [
        ['mae', 2, 14],
        ['profit', 1, 14],
      ],
      'cli/bad-input',
      /--drop for 2 conditions/,
    ],
    [
      { over: 7 * day },
      [
        ['mae', 2, 14],
        ['profit', 1, 14],
      ],
      'cli/bad-input',
      /--over for 2 conditions/,
    ],
    [
      { metric: 'mae', drop: 1 },
      [
        ['mae', 2, 14],
        ['mae', 3, 28],
      ],
      'cli/bad-input',
      /--drop for 2 conditions/,
    ],
    [{ better: 'lower' }, [['mae', 2, 14]], 'cli/bad-input', /--better/],
    [{ 'metric-sql': { name: 'x', expression: 'avg(1)' } }, [['mae', 2, 14]], 'cli/missing-input', /which fall/],
    [{ window: 5 * day }, [['mae', 2, 14]], 'cli/bad-input', /do not divide/],
  ])('refuse %j beside %j', (flags, of, code, message) => {
    expect(() => chosen(flags, ...of)).toThrow(message)
    expect(() => chosen(flags, ...of)).toThrow(expect.objectContaining({ code }))
  })
})

describe('metricOfFlags()', () => {
  test('is the one that is named, of a fall that is named', () => {
    expect(metricOfFlags({ ...none, metric: 'f1', drop: 0.1 })).toMatchObject({
      ...{ metric: 'f1', rule: { limit: 0.1, overMs: 14 * day, windowMs: 7 * day, coverage: 0.95 }, fromPolicy: [] },
    })
    expect(() => metricOfFlags({ ...none, metric: 'f2', drop: 0.1 })).toThrow(/Cannot follow "f2": it is no metric/)
  })
})
