import type { Read } from '../base/diagnostic.ts'
import { Fault } from '../base/fault.ts'
import type { InputDrift, PerformanceFound } from '../pipeline/performance-found.ts'
import type { PerformanceReport } from '../report/report-performance.ts'
import { type CommandContext, defineCommand, type Outcome } from './define-command.ts'
import { duration } from './drift-fields.ts'
import { choice, list, requiredText, text } from './fields.ts'
import type { ChosenMetric } from './followed-metrics.ts'
import { fall, namedSql, wholeShare } from './performance-fields.ts'
import { record } from './record-field.ts'
import { rolloutFields } from './rollout-fields.ts'
import { tellIfLong } from './tell-if-long.ts'

export const performanceCommand = defineCommand({
  name: 'performance',
  group: 'data',
  summary: 'Say whether a metric fell since the model was judged, as labels come in, and whether inputs explain it.',
  example: "plumbline performance --current 'log/*.parquet' --record",
  inputs: {
    reference: text({
      description: 'The data to compare with: a file, or a glob in quotes',
      example: '2024.parquet',
      default: 'what the live release keeps',
    }),
    current: requiredText({ description: 'The data to judge, named the same way', example: '2025-01.csv' }),
    labels: list({ description: 'Where the target arrives later: files that hold the id and the target' }),
    id: text({ description: 'The column that names a row', default: 'that of plumbline.yaml' }),
    target: text({ description: 'The column to be predicted', example: 'late' }),
    metric: text({
      description: 'The metric that is followed, of Plumbline’s own or under “metrics:”',
      example: 'roc_auc',
      default: 'each under “retrain:” of plumbline.yaml',
    }),
    'metric-sql': namedSql({
      description:
        'A metric of your own, NAME=SQL: one aggregate over prediction, target and what the log or the contract has besides',
      example: 'profit=sum(case when prediction = class then 1 else -2 end)',
    }),
    better: choice(['higher', 'lower'], { description: 'Which way a metric of your own points', default: 'higher' }),
    drop: fall({
      description: 'The fall that matters, in units of the metric',
      example: '0.03',
      default: 'that of “retrain:”',
    }),
    over: duration({
      description: 'Over how long a fall is judged',
      example: '28d',
      default: 'that of “retrain:”, or 14d',
    }),
    window: duration({ description: 'How long a cohort of predictions is', example: '1d', default: '7d' }),
    time: text({ description: 'The column that says when a row was predicted', default: 'at' }),
    delay: duration({
      description: 'How long after a prediction its label is due',
      example: '14d',
      default: 'data.labels.delay of plumbline.yaml, or none',
    }),
    coverage: wholeShare({
      description: 'The share of the predictions of a window that must have labels before it is judged',
      example: '0.9',
      default: 'data.labels.coverage of plumbline.yaml, or 0.95',
    }),
    positive: text({ description: 'For two classes, the one whose probability is judged', example: 'yes' }),
    release: text({
      description: 'The tag of the release whose answers in the log are followed',
      example: 'parcels-v12-g1a2b3c4d-d7f3a91c2',
    }),
    deployment: rolloutFields.deployment,
    'input-drift': text({
      description: 'What plumbline drift --json said of the inputs over the same time, a file',
      example: 'drift.json',
    }),
    record,
  },
  outputs: {
    verdict: '`drop`, `no drop`, `insufficient data`, or `not followed` where plumbline.yaml watches no metric',
    reason: 'Why, in one line',
    cause: '`concept` where inputs do not explain a drop, `data` where they do, else `unknown`',
    drop: 'The estimated fall; positive is worse',
    recorded: '`true` where this run added a record to the ledger',
  },
  permissions: { contents: 'write' },
  effects: ['reads-repository', 'pushes-commits'],
  isAdvisory: true,

  async run(inputs, context): Promise<Outcome<PerformanceReport>> {
    const { current } = inputs
    const followed = await tellIfLong(context.progress, 'performance', current, async () => {
      return inputs.reference === undefined ? await followHere(inputs, context) : await followFiles(inputs, context)
    })
    if (!followed.ok) return { kind: 'diagnosed', diagnostics: followed.diagnostics }
    const isFine = followed.value.verdict === 'no drop' || followed.value.verdict === 'not followed'
    return { kind: isFine ? 'done' : 'no', result: followed.value }
  },

  async report(result) {
    const { reportPerformance } = await import('../report/report-performance.ts')
    return reportPerformance(result)
  },
})

type Inputs = Parameters<typeof performanceCommand.run>[0]

/** Two sets of files, without a project. */
async function followFiles(inputs: Inputs, context: CommandContext): Promise<Read<PerformanceReport>> {
  const { reference = '', current, labels, id, target, positive, release } = inputs
  if (inputs.record) throw onlyInProject('record', 'the live release')
  if (inputs.deployment !== undefined) throw onlyInProject('deployment', 'a live release')
  if (id === undefined || target === undefined) throw notNamed(id === undefined ? 'id' : 'target')
  const { findNamedFiles } = await import('../data/find-named-files.ts')
  const { followPerformance } = await import('../pipeline/follow-performance.ts')
  const { metricOfFlags } = await import('./followed-metrics.ts')
  const chosen = [metricOfFlags(inputs)]
  const find = async (named: string) => await findNamedFiles(context.folder, named)
  const late = await Promise.all(labels.map(find))
  const known = await inputDriftIn(context, inputs)
  const followed = await followPerformance(
    {
      reference: { kind: 'files', files: await find(reference) },
      current: await find(current),
      labels: late.flat(),
    },
    {
      watched: chosen,
      nowMs: context.now().getTime(),
      columns: { id, target, time: inputs.time ?? 'at' },
      positive,
      release,
      inputsOf: () => known ?? { kind: 'unknown', why: 'nothing says what plumbline drift found' },
    },
    context.signal,
  )
  if (!followed.ok) return followed
  const names = { model: null, referenceName: reference, currentName: current, recorded: null }
  return { ok: true, value: await reportOf(names, chosen, followed.value) }
}

/** The release that is live of the project in this folder. */
async function followHere(inputs: Inputs, context: CommandContext): Promise<Read<PerformanceReport>> {
  const { current, deployment } = inputs
  const taken = (['id', 'target', 'time', 'positive', 'release'] as const).find((name) => inputs[name] !== undefined)
  if (taken !== undefined) throw saidByProject(taken)
  if (inputs.labels.length > 0) throw saidByProject('labels')
  const { findNamedFiles } = await import('../data/find-named-files.ts')
  const { metricsOfProject } = await import('./followed-metrics.ts')
  const { followLive } = await import('./live-performance.ts')
  const followed = await followLive(
    {
      choose: (project) => metricsOfProject(inputs, project),
      findCurrent: async () => await findNamedFiles(context.folder, current),
      inputs: await inputDriftIn(context, inputs),
      deployment,
      isRecorded: inputs.record,
    },
    context,
  )
  if (!followed.ok) return followed
  const { found, chosen, model, recorded } = followed.value
  const names = { model, referenceName: `${model} as it was judged`, currentName: current, recorded }
  return { ok: true, value: await reportOf(names, chosen, found) }
}

async function reportOf(
  names: Omit<PerformanceReport, 'verdict' | 'followed'>,
  chosen: readonly ChosenMetric[],
  found: readonly PerformanceFound[],
): Promise<PerformanceReport> {
  const { worstVerdict } = await import('../pipeline/performance-found.ts')
  const followed = found.map((one, place) => ({ ...one, fromPolicy: chosen[place]?.fromPolicy ?? [] }))
  return {
    ...names,
    verdict: followed.length === 0 ? 'not followed' : worstVerdict(followed.map(({ verdict }) => verdict)),
    followed,
  }
}

async function inputDriftIn({ folder }: CommandContext, inputs: Inputs): Promise<InputDrift | undefined> {
  const named = inputs['input-drift']
  if (named === undefined) return undefined
  const { readInputDrift } = await import('../pipeline/read-input-drift.ts')
  return await readInputDrift(folder, named)
}

function notNamed(name: string): Fault {
  return new Fault('cli/missing-input', `Cannot follow files: --${name} is not given; expected the name of a column`, {
    remedy: 'Without --reference, plumbline.yaml and the live release say all that.',
  })
}

function onlyInProject(name: string, what: string): Fault {
  return new Fault('cli/bad-input', `Cannot use --${name} beside --reference: it is about ${what}`, {
    remedy: 'Leave out --reference in the folder of a project.',
  })
}

function saidByProject(name: string): Fault {
  return new Fault('cli/bad-input', `Cannot use --${name} without --reference: plumbline.yaml says it`, {
    remedy: 'Leave it out, or name judged rows with --reference.',
  })
}
