import { formatDuration } from '../base/duration.ts'
import type { InferredModel } from '../data/inferred-model.ts'
import type { SuggestedWindow } from '../drift/suggest-window.ts'
import { yamlText } from './add-alias.ts'
import type { DeclaredEncoding } from './project.ts'
import { rowsSource } from './read-joins.ts'

/** Plumbline's own `template/` files, as they stand. */
export interface StarterTemplates {
  readonly train: string
  readonly predict: string
  readonly requirements: string
  readonly requirementsSource: string
  readonly workflow: string
  /** The workflow that comments where the first one may not. */
  readonly commentWorkflow: string
}

export interface StarterWishes {
  readonly name: string
  readonly source: readonly string[]
  readonly labels: readonly string[]
  /** Other sources, which are joined onto the rows. */
  readonly joins: readonly { readonly name: string; readonly source: string }[]
}

export interface StarterTexts {
  /** How long drift windows are, where those of the usual length hold too few rows to see the effect limit. */
  readonly driftWindow?: SuggestedWindow | undefined
  readonly contract: string
  /** The contract of each joined source, by its name. */
  readonly joined: ReadonlyMap<string, string>
  readonly featureSql: string
}

const encodingNames: Readonly<Record<DeclaredEncoding, string>> = {
  'latin-1': 'Latin-1',
  'windows-1252': 'Windows-1252',
}

/** Every file of a new project, the one to read first before the others. */
export const starterPaths = [
  'plumbline.yaml',
  'contract.yaml',
  'features.sql',
  'train.py',
  'predict.py',
  'requirements.txt',
  'requirements.in',
  '.github/workflows/plumbline.yml',
  '.github/workflows/comment.yml',
] as const

/** Where the contract of a joined source is written. */
export function joinedContractPath(source: string): string {
  return `${source}.contract.yaml`
}

/** The files of a new project, by path. */
export function starterFiles(
  model: InferredModel,
  wishes: StarterWishes,
  templates: StarterTemplates,
  texts: StarterTexts,
): ReadonlyMap<string, string> {
  const files: Record<(typeof starterPaths)[number], string> = {
    'plumbline.yaml': formatProject(model, wishes, texts.driftWindow),
    'contract.yaml': texts.contract,
    'features.sql': texts.featureSql,
    'train.py': setConstants(templates.train, trainConstants(model)),
    'predict.py': setConstants(templates.predict, predictConstants(model)),
    'requirements.txt': templates.requirements,
    'requirements.in': templates.requirementsSource,
    '.github/workflows/plumbline.yml': templates.workflow,
    '.github/workflows/comment.yml': templates.commentWorkflow,
  }
  const joined = [...texts.joined].map(([name, text]) => [joinedContractPath(name), text] as const)
  return new Map(
    starterPaths.flatMap((path) => [[path, files[path]] as const, ...(path === 'contract.yaml' ? joined : [])]),
  )
}

function formatProject(model: InferredModel, wishes: StarterWishes, driftWindow: StarterTexts['driftWindow']): string {
  const { id, time, group, labels, floor } = model
  const leaks = model.leftOut.filter(({ reason }) => ['after-time', 'prediction', 'tells-target'].includes(reason.kind))
  const settings = [
    `  name: ${wishes.name}`,
    `  task: ${model.task}`,
    `  target: ${yamlText(model.target.name)}`,
    ...(model.positive === undefined
      ? []
      : [`  positive: ${yamlScalar(model.positive)} # the class whose probability is judged`]),
    ...(time ? [`  time: ${yamlText(time.column.name)} # orders the split: the newest rows are the test`] : []),
    ...(id ? [`  id: ${yamlText(id.column.name)}`] : []),
    ...(group ? [`  group: ${yamlText(group.column.name)} # never on both sides of the split`] : []),
    ...(leaks.length > 0
      ? [`  ignore: [${leaks.map(({ column }) => yamlText(column.name)).join(', ')}] # would leak the target`]
      : []),
  ]
  const delay = labels ? `${labels.delayDays}d` : ''
  const best = floor.best ? `, one column alone reaches ${round(floor.best.value)}` : ''
  return `# What is trained, on which data, and what a model must reach. Read from here by every plumbline command.
version: 1
model:
${settings.join('\n')}
params: { max-depth: 6, learning-rate: 0.1, max-iter: 100 }
data:
  source:${formatSources(model, wishes)}
${labels ? `  labels: { source: ${yamlGlobs(wishes.labels)}, delay: ${delay} } # a row’s label is known this long after it\n` : ''}\
${model.encoding ? `  encoding: ${model.encoding} # check this: the files are not UTF-8, and every byte is a letter in ${encodingNames[model.encoding]}\n` : ''}\
  store: git
  contract: contract.yaml
split: { test: ${yamlTest(model.test)} }
environment: { python: requirements.txt, seed: 42 }
stages:
  features: { sql: features.sql }
  train: { needs: [features], run: python train.py, out: { model: model.skops } }
  predict: { needs: [features, train], run: python predict.py }
gates:
  floor: { metric: ${floor.metric}, min: ${floor.minimum} } # a constant has ${round(floor.constant)}${best}
${driftWindow ? formatDrift(driftWindow) : ''}${labels && id ? watchedMetric(floor.metric) : ''}`
}

/** Why its windows are longer than usual. */
function formatDrift({ days, rows, usualRows, usualMs, effect }: SuggestedWindow): string {
  return `drift: { window: ${days}d } # ${formatDuration(usualMs)} hold about ${usualRows} rows, too few to see an effect of ${effect}; ${days}d hold ${rows}
`
}

/** Labels that come later say whether the model still predicts as well. */
function watchedMetric(metric: string): string {
  return `retrain:
  any:
    - every: 7d
    - { metric: ${metric}, drop: 0.03, over: 14d } # so much worse than at the release, as plumbline performance finds
`
}

/** The rows alone, or a map of sources of which the first holds them. */
function formatSources({ joined = [] }: InferredModel, { source, joins }: StarterWishes): string {
  if (joined.length === 0) return ` ${yamlGlobs(source)}`
  const lines = joined.map(({ name, key }) => {
    const from = joins.filter((join) => join.name === name).map((join) => join.source)
    const [other] = key.others
    const comment = key.isSure || !other ? '' : ` # check this: ${inComment(other.columns)} would do as well`
    const on = key.columns.map(yamlText)
    return `    ${name}: { from: ${yamlGlobs(from)}, contract: ${joinedContractPath(name)}, on: ${on.length === 1 ? on[0] : `[${on.join(', ')}]`} }${comment}`
  })
  return ` # the first holds the rows; each other is joined onto them by its key
    ${rowsSource}: { from: ${yamlGlobs(source)} }
${lines.join('\n')}`
}

/** A name in a comment ends neither the line nor the comment. */
function inComment(names: readonly string[]): string {
  return names.join(', ').replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
}

function trainConstants(model: InferredModel): Record<string, string> {
  return {
    TARGET: pythonText(model.target.name),
    ID: pythonText(idName(model)),
    TASK: pythonText(model.task),
  }
}

function predictConstants(model: InferredModel): Record<string, string> {
  return { ID: pythonText(idName(model)), POSITIVE: pythonPositive(model) }
}

function pythonPositive({ positive, target }: InferredModel): string {
  if (positive === undefined) return 'None'
  if (target.type === 'boolean') return positive === 'true' ? 'True' : 'False'
  return target.type === 'integer' ? positive : pythonText(positive)
}

/** Gives the constants at a Python file's top their values; a comment behind one stays. Throws where one is not there. */
function setConstants(text: string, constants: Readonly<Record<string, string>>): string {
  return Object.entries(constants).reduce((whole, [name, value]) => {
    const line = new RegExp(`^${name} = (?:"[^"]*"|[^\\s#]+)`, 'm')
    if (!line.test(whole)) throw new Error(`Cannot set "${name}": the template has no such constant`)
    return whole.replace(line, () => `${name} = ${value}`)
  }, text)
}

function idName({ id }: InferredModel): string {
  return id?.column.name ?? '_row'
}

/** JSON’s escapes mean the same in Python. */
function pythonText(text: string): string {
  return JSON.stringify(text)
}

function yamlGlobs(globs: readonly string[]): string {
  const [only, ...others] = globs.map(yamlText)
  return others.length === 0 ? (only ?? '[]') : `[${[only, ...others].join(', ')}]`
}

function yamlScalar(text: string): string {
  return /^(-?(0|[1-9]\d{0,14})|true|false)$/.test(text) ? text : yamlText(text)
}

function yamlTest(test: string): string {
  return /^[\w.]+( rows?)?$/.test(test) ? test : JSON.stringify(test)
}

function round(value: number): string {
  return value.toFixed(2)
}
