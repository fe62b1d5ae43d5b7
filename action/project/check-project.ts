import type { Diagnostic } from '../base/diagnostic.ts'
import { checkConditions } from './check-conditions.ts'
import { isMetricName, metricsOfTask } from './metric-kinds.ts'
import { findCycle } from './order-stages.ts'
import { onlyDataset, outputsOf } from './output-kind.ts'
import type { ProjectDocument } from './project-schema.ts'
import { checkRetrain } from './read-retrain.ts'
import { checkSources } from './read-sources.ts'
import { suggestName } from './suggest-name.ts'

/** With a digest, and nothing that an engine would take for an option. */
const imageReference = /^[A-Za-z0-9][A-Za-z0-9._/:-]*@sha256:[0-9a-f]{64}$/

/** A result of the user's under one of these names would stand in for Plumbline's own. */
const ownStages: ReadonlySet<string> = new Set([
  'validate',
  'split',
  'smoke',
  'evaluate',
  'gate',
  'refit',
  'environment',
])

export type LineOf = (path: readonly (string | number)[]) => { readonly line: number; readonly column: number }

/** What only the whole file can tell: names that lead nowhere, cycles, gates that nothing can satisfy. */
export function checkProject(file: string, document: ProjectDocument, lineOf: LineOf): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  checkModel()
  found.push(...checkSources(file, document.data, lineOf))
  checkEnvironment()
  checkStages()
  checkOutputs()
  found.push(...checkConditions(file, document, lineOf))
  for (const name of Object.keys(document.metrics)) checkOwnMetric(name)
  for (const name of Object.keys(document.gates)) checkGate(name)
  found.push(...checkRetrain(file, document, lineOf))
  return found

  function add(code: string, path: readonly string[], message: string, remedy: string): void {
    found.push({ code, file, ...lineOf(path), message, remedy })
  }

  function checkModel(): void {
    const { task, positive, time, id, target } = document.model
    if (task === 'binary' && positive === undefined) {
      add(
        'project/value',
        ['model'],
        'Cannot judge "model": the positive class is not named',
        'Add positive: CLASS, the class whose probability counts.',
      )
    }
    if (task !== 'binary' && positive !== undefined) {
      add(
        'project/value',
        ['model', 'positive'],
        `Cannot use "model.positive": the task is ${task}; expected task: binary`,
        'Remove the line.',
      )
    }
    for (const [key, column] of Object.entries({ time, id, group: document.model.group })) {
      if (column !== target) continue
      add(
        'project/value',
        ['model', key],
        `Cannot use "${target}" as model.${key}: it is the target`,
        'Name another column.',
      )
    }
    if (document.data.labels?.coverage !== undefined && time === undefined) {
      add(
        'project/value',
        ['data', 'labels', 'coverage'],
        'Cannot use "data.labels.coverage": the model has no time; expected one, which tells the days',
        'Add time: COLUMN under model, or take the line out.',
      )
    }
    if (document.data.labels && id === undefined) {
      add(
        'project/value',
        ['data', 'labels'],
        'Cannot join "data.labels": the model has no id; expected a column that both files hold',
        'Add id: COLUMN under model.',
      )
    }
  }

  function checkEnvironment(): void {
    const { lock, setup } = document.environment
    if (lock === undefined || setup !== undefined) return
    add(
      'project/value',
      ['environment', 'lock'],
      'Cannot use "environment.lock": no command reads it; expected environment.setup beside it',
      'Add setup: COMMAND; a requirements file belongs under python:.',
    )
  }

  function checkStages(): void {
    const { features: _, ...programs } = document.stages
    const names = ['features', ...Object.keys(programs)]
    for (const [name, stage] of Object.entries(programs)) {
      if (ownStages.has(name) || name.startsWith('refit-')) {
        add(
          'project/value',
          ['stages', name],
          `Cannot call a stage "${name}": Plumbline has one of that name`,
          'Give it another name.',
        )
      }
      for (const need of stage.needs) {
        if (names.includes(need)) continue
        add(
          'project/unknown-stage',
          ['stages', name, 'needs'],
          `Cannot plan stage "${name}": it needs "${need}", which is no stage`,
          suggestName(need, names),
        )
      }
    }
    for (const [name, { container }] of Object.entries(programs)) {
      if (container === undefined || imageReference.test(container)) continue
      const tag = container.replace(/@.*$/s, '')
      add(
        'project/value',
        ['stages', name, 'container'],
        `Cannot run "${name}" in "${container}": a tag leads to other bytes tomorrow; expected IMAGE@sha256: and 64 digits`,
        `Ask for its digest: docker buildx imagetools inspect ${tag}`,
      )
    }
    for (const [name, stage] of Object.entries(programs)) {
      if (stage.contract === undefined || onlyDataset(outputsOf(name, stage.out)) !== undefined) continue
      add(
        'project/value',
        ['stages', name, 'contract'],
        `Cannot hold "${name}" against a contract: it has no output, or several, of rows; expected one .parquet or .csv under out:`,
        'Take the contract out, or leave one such output.',
      )
    }
    const cycle = findCycle(
      Object.entries(programs).map(([name, { needs, fallback }]) => ({ name, needs, ...(fallback && { fallback }) })),
    )
    if (cycle) {
      add(
        'project/cycle',
        ['stages', cycle[0] ?? ''],
        `Cannot plan the stages: they need each other in a circle, ${cycle.join(' → ')}`,
        'Remove one of these needs.',
      )
    }
    if (!('model' in document.stages.train.out)) {
      add(
        'project/value',
        ['stages', 'train'],
        'Cannot release "train": it has no output "model"',
        'Add out: { model: model/ }.',
      )
    }
    if (!document.stages.predict.needs.includes('train') || !document.stages.predict.needs.includes('features')) {
      add(
        'project/value',
        ['stages', 'predict'],
        'Cannot run "predict": it must need features and train',
        'Set needs: [features, train].',
      )
    }
    if (!document.stages.train.needs.includes('features')) {
      add('project/value', ['stages', 'train'], 'Cannot run "train": it must need features', 'Set needs: [features].')
    }
  }

  /** What stages hand on has a kind, and its place is its own. */
  function checkOutputs(): void {
    const { features: _, ...programs } = document.stages
    for (const [name, stage] of Object.entries(programs)) {
      const places = new Map<string, string>()
      for (const [output, { path, kind }] of Object.entries(outputsOf(name, stage.out))) {
        const isWrong =
          (kind === 'metrics' && !path.endsWith('.json')) ||
          (kind === 'model' && /\.(parquet|csv)$/.test(path)) ||
          (name === 'predict' && output === 'predictions' && kind !== 'dataset')
        const expected =
          kind === 'metrics' ? 'a .json file' : kind === 'model' ? 'a model, not rows' : '.parquet or .csv'
        const where = ['stages', name, 'out', output]
        if (isWrong) {
          add(
            'project/value',
            where,
            `Cannot use "${path}" as output "${output}" of "${name}"; expected ${expected}`,
            'Correct the path.',
          )
        }
        const place = path.replace(/^\.\//, '').replace(/\/+$/, '')
        const other = [...places].find(
          ([taken]) => `${taken}/`.startsWith(`${place}/`) || `${place}/`.startsWith(`${taken}/`),
        )
        if (other) {
          add(
            'project/value',
            where,
            `Cannot use "${path}" as output "${output}" of "${name}": output "${other[1]}" lies there, too`,
            'Give each output a place of its own.',
          )
        }
        places.set(place, output)
      }
    }
  }

  function checkOwnMetric(name: string): void {
    if (!isMetricName(name)) return
    const message = `Cannot name a metric of your own "${name}": Plumbline measures one of this name`
    add('project/value', ['metrics', name], message, 'Give it another name.')
  }

  function checkGate(name: string): void {
    const gate = document.gates[name]
    if (!gate) return
    const metrics = metricsOfTask(document.model.task)
    if (!isMetricName(gate.metric) && Object.hasOwn(document.metrics, gate.metric)) {
      const state = `"${gate.metric}" is a metric in SQL, which is followed once labels come in`
      const message = `Cannot judge gate "${name}": ${state}; expected one of ${metrics.join(', ')}`
      const remedy = `Watch it instead: retrain: { any: [ { metric: ${gate.metric}, drop: 0.1, over: 14d } ] }.`
      add('project/value', ['gates', name, 'metric'], message, remedy)
    } else if (!metrics.some((metric) => metric === gate.metric)) {
      add(
        'project/unknown-metric',
        ['gates', name, 'metric'],
        `Cannot judge gate "${name}": "${gate.metric}" is no metric of ${document.model.task}`,
        suggestName(gate.metric, metrics),
      )
    }
    if (gate.min === undefined && gate.max === undefined) {
      add('project/value', ['gates', name], `Cannot judge gate "${name}": it has no bound`, 'Add min: or max:.')
    }
    for (const key of ['min', 'max'] as const) {
      const given = gate[key]
      if (typeof given !== 'string') continue
      const param = given.slice('params.'.length)
      if (typeof document.params[param] === 'number') continue
      const state = param in document.params ? 'it is not a number' : 'no such parameter'
      add(
        'project/value',
        ['gates', name, key],
        `Cannot use "${given}" in gate "${name}": ${state}`,
        suggestName(param, Object.keys(document.params)),
      )
    }
  }
}
