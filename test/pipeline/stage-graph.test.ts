import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { chooseStages, type Selection, type StageNode, stageGraph } from '../../action/pipeline/stage-graph.ts'
import { parseProject } from '../../action/project/read-project.ts'

const project = parseProject(
  '/project',
  `version: 1
model: { name: price, task: binary, target: class, positive: 1, time: ts }
data: { source: data/*.csv }
stages:
  features: { sql: features.sql }
  simple: { needs: [features], run: x, out: { choice: c.json } }
  tune: { needs: [features], run: x, out: { choice: c.json }, fallback: simple }
  plot: { needs: [train], run: x, out: { picture: p.png } }
  train: { needs: [features, tune], run: x, out: { model: model/ } }
  predict: { needs: [features, train], run: x }
`,
)
if (!project.ok) throw new Error(JSON.stringify(project.diagnostics))
const graph = stageGraph(project.value, new Set(['features']))

function chosen(selection: Selection) {
  const { wanted, forced } = chooseStages(graph, selection)
  return { wanted: [...wanted].sort(), forced: [...forced].sort() }
}

describe('stageGraph()', () => {
  test('holds each stage after what it needs, its fallback and the checks of rows among them', () => {
    expect(graph.map(({ name, needs }) => `${name}: ${needs.join(' ')}`)).toEqual([
      'validate: ',
      'features: validate',
      'features.contract: features',
      'split: features',
      'simple: split',
      'tune: split simple',
      'train: split tune',
      'plot: split train',
      'predict: split train',
      'smoke: split predict',
      'evaluate: split predict',
      'gate: evaluate smoke',
      'refit-simple: gate',
      'refit-tune: gate refit-simple',
      'refit: gate refit-tune',
      'refit-smoke: refit-simple refit-tune refit',
    ])
  })
})

describe('chooseStages()', () => {
  test('takes all, and does nothing again, where nothing is asked', () => {
    expect(chosen({})).toEqual({ wanted: graph.map(({ name }) => name).sort(), forced: [] })
  })

  test('ends at a stage, with what it needs', () => {
    expect(chosen({ to: 'split' }).wanted).toEqual(['features', 'features.contract', 'split', 'validate'])
    expect(chosen({ to: 'predict' }).wanted).not.toContain('plot')
  })

  test('does a stage again, and what follows from it', () => {
    expect(chosen({ from: 'predict' }).forced).toEqual(
      ['evaluate', 'gate', 'predict', 'refit', 'refit-simple', 'refit-smoke', 'refit-tune', 'smoke'].sort(),
    )
    expect(chosen({ from: 'train', to: 'predict' }).forced).toEqual(['predict', 'train'])
    expect(chosen({ force: true, to: 'features' }).forced).toEqual(['features', 'features.contract', 'validate'])
    expect(chosen({ stage: 'train' }).forced).toEqual(['train'])
  })

  test('names the nearest stage', () => {
    expect(() => chooseStages(graph, { to: 'trian' })).toThrow('Cannot use "--to trian": it is no stage')
  })

  test('wants with each stage all that it needs, on any graph', () => {
    const anyGraph = fc.array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 30 }).map((needs) =>
      needs.map<StageNode>((of, at) => ({
        name: `s${at}`,
        job: 'train',
        needs: at === 0 ? [] : [...new Set(of.map((need) => `s${need % at}`))],
      })),
    )
    fc.assert(
      fc.property(anyGraph, fc.nat(), fc.nat(), (nodes, from, to) => {
        const [first, last] = [`s${from % nodes.length}`, `s${to % nodes.length}`]
        const { wanted, forced } = chooseStages(nodes, { from: first, to: last })
        for (const { name, needs } of nodes) {
          expect(wanted.has(name) && needs.some((need) => !wanted.has(need))).toBe(false)
          const follows = name === first || needs.some((need) => forced.has(need))
          expect(forced.has(name)).toBe(wanted.has(name) && follows)
        }
      }),
    )
  })
})
