import { describe, expect, test } from 'vitest'

import { holds, readCondition } from '../../action/project/condition.ts'

const facts = {
  trigger: 'schedule',
  params: { deep: true, 'max-depth': 6, mode: 'fast' },
  stages: { tune: { outputs: { metrics: { auc: 0.8 }, grid: 'abc' } } },
}

describe('readCondition()', () => {
  test.each([
    ["trigger == 'schedule'", { asksTrigger: true, params: [], stages: [] }],
    ['params.deep && params.max-depth > 3', { asksTrigger: false, params: ['deep', 'max-depth'], stages: [] }],
    ["params['mode'] == 'fast'", { asksTrigger: false, params: ['mode'], stages: [] }],
    ['stages.tune.outputs.metrics.auc > 0.7', { asksTrigger: false, params: [], stages: ['tune'] }],
    ["!contains(fromJSON('[1, 2]'), params.deep)", { asksTrigger: false, params: ['deep'], stages: [] }],
    [
      '(stages.a.outputs.x || stages.b.outputs.y) == params.mode',
      { asksTrigger: false, params: ['mode'], stages: ['a', 'b'] },
    ],
    ['params.deep[trigger]', { asksTrigger: true, params: ['deep'], stages: [] }],
  ])('knows what is asked about: %s', (text, expected) => {
    expect(readCondition(text)).toEqual({ ok: true, condition: { text, ...expected } })
  })

  test.each([
    ['github.ref', /github/],
    ['env.SECRET', /env/],
    ['always()', /always/],
    ["hashFiles('x')", /hashFiles/],
    ['', /empty/],
    ['trigger ==', /./],
    ['trigger = 1', /./],
    ['stages.tune.result', /only stages\.NAME\.outputs/],
    ['stages.tune', /only stages\.NAME\.outputs/],
    ['stages.*.outputs.x', /all of "stages"/],
    ['params', /all of "params"/],
    ['stages[params.mode].outputs.x', /all of "stages"/],
    ['toJSON(params)', /all of "params"/],
    [`${'('.repeat(60)}1${')'.repeat(60)}`, /./],
    [`'${'x'.repeat(30_000)}'`, /./],
  ])('refuses %s', (text, problem) => {
    expect(readCondition(text)).toEqual({ ok: false, problem: expect.stringMatching(problem) })
  })
})

describe('holds()', () => {
  test.each([
    ["trigger == 'schedule'", true],
    ["trigger == 'SCHEDULE'", true],
    ["trigger != 'schedule'", false],
    ['params.deep', true],
    ['params.max-depth >= 7', false],
    ['params.unknown', false],
    ['stages.tune.outputs.metrics.auc > 0.7', true],
    ['stages.skipped.outputs.metrics.auc > 0.7', false],
    ["stages.tune.outputs.grid == 'abc'", true],
    ["startsWith(params.mode, 'fa')", true],
    ["''", false],
    ['0', false],
    ['1', true],
    ["fromJSON('{}')", true],
  ])('%s is %s', (text, expected) => {
    expect(holds(text, facts)).toBe(expected)
  })
})
