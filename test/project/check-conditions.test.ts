import { describe, expect, test } from 'vitest'

import { parseProject } from '../../action/project/read-project.ts'

const head = `version: 1
model: { name: price, task: binary, target: class, positive: 1, time: ts }
params: { deep: true }
data: { source: data/*.csv }
`

function diagnosed(stages: string): readonly string[] {
  const read = parseProject(
    '/project',
    `${head}stages:
  features: { sql: features.sql }
  train: { needs: [features, tune], run: x, out: { model: model/ } }
  predict: { needs: [features, train], run: x }
${stages}`,
  )
  return read.ok ? [] : read.diagnostics.map(({ line, message, remedy }) => `${line} ${message} → ${remedy}`)
}

describe('checkConditions()', () => {
  test('takes conditions and fallbacks that can be had', () => {
    expect(
      diagnosed(`  simple: { needs: [features], run: x, out: { grid: g.txt } }
  tune: { needs: [features], if: params.deep, run: x, out: { grid: g.txt }, fallback: { stage: simple, register: true } }
  tell: { needs: [tune], if: trigger == 'schedule' && stages.tune.outputs.grid != '', run: x }
`),
    ).toEqual([])
  })

  test.each([
    ['if: github.ref', /^9 Cannot read the condition of "tune": .*github.*expected an expression over trigger/],
    [
      'if: params.deap',
      /^9 Cannot use "params.deap" in the condition of "tune": no such parameter → Did you mean "deep"\?/,
    ],
    [
      'if: stages.predict.outputs.predictions',
      /^9 Cannot use "stages.predict" .* does not need it → Add predict to its needs/,
    ],
    ["if: trigger == 'commit'", /^9 Cannot let the trigger decide on "tune": "train" needs it, and one run key/],
    ['fallback: simpel', /^9 Cannot fall back from "tune" to "simpel": it is no stage → Did you mean "simple"\?/],
    ['fallback: train', /^9 Cannot fall back from "tune" to "train": train is part of every model/],
    ['fallback: used', /^9 Cannot fall back from "tune" to "used": "user" needs it, too/],
    ['fallback: asking', /^9 Cannot fall back from "tune" to "asking": that one has a condition of its own/],
    ['fallback: other', /^9 Cannot fall back from "tune" to "other": it has no output "grid" of kind file/],
  ])('says where and why not: %s', (line, expected) => {
    const found = diagnosed(`  tune: { needs: [features], run: x, out: { grid: g.txt }, ${line} }
  simple: { needs: [features], run: x, out: { grid: g.txt } }
  used: { needs: [features], run: x, out: { grid: g.txt } }
  user: { needs: [used], run: x }
  asking: { needs: [features], if: params.deep, run: x, out: { grid: g.txt } }
  other: { needs: [features], run: x, out: { model: m.json } }
`)
    expect(found.join('\n')).toMatch(new RegExp(expected.source, 'm'))
  })

  test('lets no condition decide on train and predict', () => {
    const text = `${head}stages:
  features: { sql: features.sql }
  train: { needs: [features], if: params.deep, run: x, out: { model: model/ } }
  predict: { needs: [features, train], run: x, fallback: other }
  other: { needs: [features], run: x, out: { predictions: p.parquet } }
`
    const read = parseProject('/project', text)
    expect(read.ok ? [] : read.diagnostics.map(({ line, message }) => `${line} ${message}`)).toEqual([
      '7 Cannot make "train" depend on a condition: there is no model without it',
      '8 Cannot fall back from "predict" to "other": predict is part of every model',
    ])
  })

  test('names a circle that leads over a fallback', () => {
    const found = diagnosed(`  tune: { needs: [features], run: x, out: { grid: g.txt }, fallback: simple }
  simple: { needs: [tune], run: x, out: { grid: g.txt } }
`)
    expect(found.join('\n')).toContain('they need each other in a circle, tune → simple → tune')
  })
})

describe('parseProject(), outputs', () => {
  test.each([
    ['{ metrics: m.csv }', 'Cannot use "m.csv" as output "metrics" of "tune"; expected a .json file'],
    ['{ model: rows.parquet }', 'Cannot use "rows.parquet" as output "model" of "tune"; expected a model, not rows'],
    ['{ a: x/, b: x/y.txt }', 'Cannot use "x/y.txt" as output "b" of "tune": output "a" lies there, too'],
    ['{ a: ./x.txt, b: x.txt }', 'Cannot use "x.txt" as output "b" of "tune": output "a" lies there, too'],
  ])('have a kind and a place of their own: %s', (out, message) => {
    expect(diagnosed(`  tune: { needs: [features], run: x, out: ${out} }\n`).join('\n')).toContain(message)
  })
})
