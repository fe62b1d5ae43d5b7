import { describe, expect, test } from 'vitest'

import { parseProject } from '../../action/project/read-project.ts'
import { tinyYaml } from '../support/tiny-project.ts'

const day = 86_400_000

function read(retrain: string, yaml = tinyYaml) {
  return parseProject('/project', `${yaml}${retrain}`)
}

function policyOf(retrain: string) {
  const project = read(retrain)
  if (!project.ok) throw new Error(JSON.stringify(project.diagnostics))
  return project.value.retrain
}

function wrong(retrain: string, yaml?: string) {
  const project = read(retrain, yaml)
  return project.ok ? [] : project.diagnostics.map(({ line, message, remedy }) => `${line}: ${message} ${remedy}`)
}

const line = tinyYaml.split('\n').length

describe('retrainPolicy()', () => {
  test('without a word retrains weekly at most, a day after the last time at the least', () => {
    expect(policyOf('')).toEqual({
      when: { kind: 'any', of: [{ kind: 'every', limitMs: 7 * day }] },
      limits: { coolDownMs: day, refreshMs: 7 * day, minNewShare: 0 },
    })
  })

  test('reads triggers, one inside the other, and limits', () => {
    const policy = policyOf(`retrain:
  any: [ { every: 7d }, { new-rows: 10000 }, { age: 30d }, { all: [ { freshness: 2d }, { new-rows: 2000 } ] } ]
  limits: { runs-per-month: 4, cool-down: 3d, refresh: 7d, min-new-share: 0.1 }
`)
    expect(policy.when).toEqual({
      kind: 'any',
      of: [
        { kind: 'every', limitMs: 7 * day },
        { kind: 'new-rows', rows: 10_000 },
        { kind: 'age', limitMs: 30 * day },
        {
          kind: 'all',
          of: [
            { kind: 'freshness', limitMs: 2 * day },
            { kind: 'new-rows', rows: 2000 },
          ],
        },
      ],
    })
    expect(policy.limits).toEqual({ runsPerMonth: 4, coolDownMs: 3 * day, refreshMs: 7 * day, minNewShare: 0.1 })
    expect(policyOf('retrain: { all: [ { every: 1d }, { any: [ { age: 9d } ] } ] }').when).toEqual({
      kind: 'all',
      of: [
        { kind: 'every', limitMs: day },
        { kind: 'any', of: [{ kind: 'age', limitMs: 9 * day }] },
      ],
    })
  })

  test.each([
    ['retrain: { any: [ { evry: 7d } ] }', /"retrain\.any\.0\.evry".*Did you mean "every"\?/],
    ['retrain: { any: [ { every: weekly } ] }', /a duration such as/],
    ['retrain: { any: [ { new-rows: 0 } ] }', /at least 1/],
    ['retrain: { any: [ { every: 7d, new-rows: 5 } ] }', /one trigger an entry is expected/],
    ['retrain: { any: [ {} ] }', /one trigger an entry is expected/],
    ['retrain: { any: [] }', /at least 1/],
    ['retrain: { any: [ { every: 7d } ], all: [ { every: 7d } ] }', /any or all is expected, not both/],
    ['retrain: { any: [ { drift: suspected } ] }', /"retrain\.any\.0\.drift".*"confirmed"/],
    ['retrain: { any: [ { drfit: confirmed } ] }', /Did you mean "drift"\?/],
    ['retrain: { any: [ { drift: confirmed, every: 7d } ] }', /one trigger an entry is expected/],
    [
      'retrain: { any: [ { metric: roc-auc, drop: 0.03, over: 14d } ] }',
      /no metric of binary Did you mean "roc_auc"\?/,
    ],
    ['retrain: { any: [ { metric: rmse, drop: 0.03, over: 14d } ] }', /Known here: roc_auc, log_loss, accuracy, f1/],
    ['retrain: { any: [ { metric: roc_auc, drop: 0.03, every: 14d } ] }', /one trigger an entry is expected/],
    [
      'retrain: { any: [ { metric: roc_auc, over: 14d } ] }',
      /"retrain\.any\.0\.metric": it lacks a word.*Add drop: 0\.03\.$/,
    ],
    ['retrain: { any: [ { metric: roc_auc, drop: 0.03 } ] }', /Add over: 14d/],
    [
      'retrain: { all: [ { any: [ { metric: roc_auc } ] } ] }',
      /"retrain\.all\.0\.any\.0\.metric": .*Add drop: 0\.03, over: 14d/,
    ],
    ['retrain: { any: [ { drop: 0.03, over: 14d } ] }', /"retrain\.any\.0\.drop": no metric is named/],
    ['retrain: { any: [ { every: 7d, over: 14d } ] }', /"retrain\.any\.0\.over": no metric is named/],
    ['retrain: { any: [ { metric: roc_auc, drop: 0, over: 14d } ] }', /drop": it is -?[0-9.]+; expected more than 0/],
    [
      'retrain: { any: [ { metric: roc_auc, drop: -0.1, over: 14d } ] }',
      /drop": it is -?[0-9.]+; expected more than 0/,
    ],
    ['retrain: { any: [ { metric: roc_auc, drop: .inf, over: 14d } ] }', /drop/],
    ['retrain: { any: [ { metric: roc_auc, drop: 3 %, over: 14d } ] }', /drop/],
    [
      'retrain: { any: [ { metric: roc_auc, drop: 0.03, over: 0d } ] }',
      /"retrain\.any\.0\.over": nothing is measured in no time/,
    ],
    ['retrain: { any: [ { metric: roc_auc, drop: 0.03, over: long } ] }', /a duration such as/],
    ['retrain: { limits: { min-new-share: 2 } }', /at most 1/],
    ['retrain: { limits: { cooldown: 2d } }', /Did you mean "cool-down"\?/],
  ])('refuses %s with its line', (retrain, message) => {
    const found = wrong(retrain)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(message)
    expect(found[0]).toMatch(new RegExp(`^${line}: `))
  })

  test('reads drift, and a metric with its fall and its length of time', () => {
    const text =
      'retrain: { any: [ { metric: roc_auc, drop: 0.03, over: 14d }, { all: [ { drift: confirmed }, { new-rows: 2000 } ] } ] }'
    expect(policyOf(text).when).toEqual({
      kind: 'any',
      of: [
        { kind: 'metric', metric: 'roc_auc', drop: 0.03, overMs: 14 * day },
        { kind: 'all', of: [{ kind: 'drift' }, { kind: 'new-rows', rows: 2000 }] },
      ],
    })
  })

  test('refuses triggers that look at the time of rows without one, each with its line', () => {
    const untimed = tinyYaml.replace(' time: shipped_at,', '')
    const retrain = `retrain:
  any:
    - age: 30d
    - all: [ { new-rows: 5 }, { freshness: 2d }, { drift: confirmed } ]
    - every: 7d
`
    expect(wrong(retrain, untimed)).toEqual([
      expect.stringMatching(new RegExp(`^${line + 2}: Cannot use "retrain\\.any\\.0\\.age": the model has no time`)),
      expect.stringMatching(new RegExp(`^${line + 3}: Cannot use "retrain\\.any\\.1\\.all\\.1\\.freshness"`)),
      expect.stringMatching(new RegExp(`^${line + 3}: Cannot use "retrain\\.any\\.1\\.all\\.2\\.drift"`)),
    ])
  })
})
