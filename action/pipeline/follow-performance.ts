import type { Diagnostic, Read } from '../base/diagnostic.ts'
import { nearestName } from '../base/nearest-name.ts'
import { diagnoseReadError } from '../data/diagnose-read-error.ts'
import type { Engine } from '../data/engine.ts'
import {
  describeAll,
  modelsIn,
  namesOf,
  type OutcomeColumns,
  type OutcomeFiles,
  type Outcomes,
  readOutcomes,
  targetTypeIn,
  targetValues,
} from '../data/read-outcomes.ts'
import { openReading } from '../data/reading-engine.ts'
import type { DescribedFile, SourceFile } from '../data/source-file.ts'
import type { StoredRows } from '../data/write-stored-rows.ts'
import type { Calibration } from '../evaluation/calibration.ts'
import { fitCalibrations } from '../evaluation/estimate-by-confidence.ts'
import { estimateMetric } from '../evaluation/estimate-metric.ts'
import type { JudgedRows } from '../evaluation/judged-rows.ts'
import { pickRows } from '../evaluation/pick-rows.ts'
import type { Contract } from '../project/contract.ts'
import { type MetricName, metricKinds, metricsOfTask } from '../project/metric-kinds.ts'
import type { SqlMetric, Task } from '../project/project.ts'
import { toldCohorts, windowsOf } from './follow-cohorts.ts'
import { type Measure, openSqlExchange, type SqlExchange } from './measure-in-sql.ts'
import {
  causeOf,
  estimateAssumption,
  type InputDrift,
  newestJudged,
  type PerformanceFound,
  type PerformanceRule,
  type StretchOfTime,
} from './performance-found.ts'

/** A metric, and the fall of it that matters. */
export interface WatchedMetric {
  readonly metric: MetricName | SqlMetric
  readonly rule: PerformanceRule
}

export interface PerformanceAsked {
  /** One or more. */
  readonly watched: readonly WatchedMetric[]
  readonly nowMs: number
  readonly columns: { readonly id: string; readonly target: string; readonly time: string }
  /** What the model answers; told by the columns of the reference where it is left out. */
  readonly task?: Task | undefined
  /** Of two classes, as the target writes it; 1 or true where it is left out and the target holds it. */
  readonly positive: string | undefined
  /** Tag of the release whose predictions are followed; the only one in the log where it is left out. */
  readonly release: string | undefined
  /** From when on stretches are counted: when that release was first deployed. Without it, its first prediction. */
  readonly deployedMs?: number | undefined
  /** What is known of the inputs over the newest stretch, which is none where nothing was judged. */
  readonly inputsOf: (stretch: StretchOfTime | undefined) => InputDrift
}

/** Judged rows: files, or what a release keeps of them. */
export type ReferenceRows =
  | { readonly kind: 'files'; readonly files: readonly SourceFile[] }
  /** `file` names them. */
  | ({ readonly kind: 'stored'; readonly file: string } & StoredRows)

export interface PerformanceFiles {
  readonly reference: ReferenceRows
  readonly current: readonly SourceFile[]
  /** Where there are none, the predictions hold the target. */
  readonly labels: readonly SourceFile[]
  readonly labelContract?: Contract | undefined
}

/** A cohort of a day over 13 years. */
const mostCohorts = 5000

/**
 * Follows metrics of a model over its predictions, cohort by cohort as labels come, against what they were on judged rows; and
 * estimates them where classes are predicted with probabilities and labels are not in yet. Each as it is asked for, in that
 * order; what is wrong with any of them is told in one go.
 */
export async function followPerformance(
  files: PerformanceFiles,
  asked: PerformanceAsked,
  signal?: AbortSignal,
): Promise<Read<readonly PerformanceFound[]>> {
  const { reference } = files
  const judgedFiles = reference.kind === 'files' ? reference.files : []
  const all = [...judgedFiles, ...files.current, ...files.labels]
  const isInSql = asked.watched.some(({ metric }) => typeof metric !== 'string')
  await using exchange = isInSql ? await openSqlExchange() : undefined
  const stored = reference.kind === 'stored' ? [reference.path] : []
  await using engine = await openReading(
    { files: all, otherPaths: exchange ? [...exchange.paths, ...stored] : [] },
    signal,
  )
  try {
    const described = await describeAll(engine, [judgedFiles, files.current, files.labels])
    if (!described.ok) return described
    const [judged = [], predictions = [], labels = []] = described.value
    return await follow(engine, files, { judged, predictions, labels }, asked, exchange, signal)
  } catch (error) {
    const diagnostic = diagnoseReadError(error, all)
    if (!diagnostic) throw error
    return { ok: false, diagnostics: [diagnostic] }
  }
}

interface Described {
  readonly judged: readonly DescribedFile[]
  readonly predictions: readonly DescribedFile[]
  readonly labels: readonly DescribedFile[]
}

async function follow(
  engine: Engine,
  { reference: stored, labelContract }: PerformanceFiles,
  described: Described,
  asked: PerformanceAsked,
  exchange: SqlExchange | undefined,
  signal: AbortSignal | undefined,
): Promise<Read<readonly PerformanceFound[]>> {
  const { judged, predictions, labels } = described
  const file = predictions[0]?.path ?? ''
  const release = chooseRelease(predictions, await modelsIn(engine, predictions), asked.release)
  if (!release.ok) return release
  const columns = await columnsOf(engine, stored, described, asked, labelContract)
  if (!columns.ok) return columns
  const first = await referenceRows(engine, stored, judged, columns.value, exchange)
  if (!first.ok) return first
  const reference = first.value
  const known = reference.task === 'multiclass' ? { classes: reference.classes } : {}
  const model = release.value ?? undefined
  const mentionedIn = asked.watched.flatMap(({ metric }) => (typeof metric === 'string' ? [] : [metric.expression]))
  const keeps = exchange && (stored.kind === 'files' ? 'log' : { mentionedIn })
  const sides: OutcomeFiles = { predictions, labels, labelContract, time: asked.columns.time, model, keeps }
  const own = { ...columns.value, ...known }
  const followed = await readOutcomes(engine, sides, own)
  if (!followed.ok) return followed
  const outcomes = followed.value
  if (isOfOtherClasses(outcomes.rows)) {
    const remedy =
      'The classes of a target that may not be shown are not kept with a release: name judged rows with --reference.'
    return refused('classes', file, 'no prediction is of a class that the reference knows', remedy)
  }
  if (exchange && stored.kind === 'stored') {
    const written = await exchange.writeStored(engine, stored, sides, own)
    if (!written.ok) return refused('sql-metric', file, written.state, 'Name judged rows with --reference.')
  }
  const calibrations = reference.task === 'regression' ? [] : fitCalibrations(reference)
  const found: PerformanceFound[] = []
  const wrong: Diagnostic[] = []
  for (const { metric, rule } of asked.watched) {
    const measure = await measureOf(metric, rule)
    const one = measure.ok
      ? judge(outcomes, measure.value, rule, { ...asked, release: model, calibrations }, file)
      : measure
    if (one.ok) found.push(one.value)
    else wrong.push(...one.diagnostics)
  }
  return wrong.length > 0 ? { ok: false, diagnostics: wrong } : { ok: true, value: found }

  async function measureOf(metric: MetricName | SqlMetric, rule: PerformanceRule): Promise<Read<Measure>> {
    if (typeof metric === 'string') return { ok: true, value: ownMeasure(metric, reference, outcomes) }
    if (!exchange) throw new Error('a metric of SQL has no files between the processes')
    await exchange.writeCurrent(engine, sides, own, rule.windowMs)
    return await exchange.measure(metric, signal)
  }
}

function ownMeasure(metric: MetricName, reference: JudgedRows, outcomes: Outcomes): Measure {
  return {
    name: metric,
    better: metricKinds[metric].better,
    sql: null,
    reference: estimateMetric(metric, reference),
    estimateOf: (_, labelled) => estimateMetric(metric, pickRows(outcomes.rows, labelled)),
  }
}

function isOfOtherClasses(rows: JudgedRows): boolean {
  return rows.task === 'multiclass' && rows.rows > 0 && rows.predicted.every((place) => place >= rows.classes.length)
}

/** A log may hold answers of several releases, which are never judged as one. */
function chooseRelease(
  predictions: readonly DescribedFile[],
  models: readonly string[],
  wanted: string | undefined,
): Read<string | null> {
  const file = predictions[0]?.path ?? ''
  const tags = models.slice(0, 5).join(', ')
  if (wanted === undefined) {
    if (models.length <= 1) return { ok: true, value: models[0] ?? null }
    const remedy = `Name one of them: --release ${models[0]}. There are ${tags}${models.length > 5 ? ' and more' : ''}.`
    return refused(
      'several-models',
      file,
      `it holds answers of ${models.length} models; expected one to follow`,
      remedy,
    )
  }
  if (models.includes(wanted)) return { ok: true, value: wanted }
  const remedy = models.length === 0 ? 'Its files need a column "model" of tags.' : `There are ${tags}.`
  return refused('no-predictions', file, `it holds no answer of "${wanted}"`, remedy)
}

async function columnsOf(
  engine: Engine,
  reference: ReferenceRows,
  { judged, predictions, labels }: Described,
  { columns, task: told, positive, watched }: PerformanceAsked,
  labelContract: Contract | undefined,
): Promise<Read<OutcomeColumns>> {
  const { id, target } = columns
  const withTarget = [judged, labels, predictions].find((files) => namesOf(files).includes(target))
  if (!withTarget) return noTarget(target, [judged, labels, predictions].find((files) => files.length > 0) ?? [])
  const typed = labelContract?.columns.find(({ name }) => name === target)?.logicalType
  const targetType = typed ?? targetTypeIn(withTarget, target)
  const task = told ?? (reference.kind === 'stored' ? reference.rows.task : taskOf(watched[0]?.metric, namesOf(judged)))
  const file = (judged[0] ?? predictions[0])?.path ?? ''
  for (const { metric } of watched) {
    if (typeof metric !== 'string' || metricKinds[metric].tasks.includes(task)) continue
    const remedy = `Name one of ${metricsOfTask(task).join(', ')}.`
    return refused('metric', file, `${metric} is no metric of ${task} predictions`, remedy)
  }
  const answer = { id, target, task, targetType }
  if (task !== 'binary') return { ok: true, value: { ...answer, positive: undefined } }
  const values = positive === undefined ? await targetValues(engine, withTarget, target, targetType) : []
  const found = positive ?? ['1', 'true'].find((value) => values.includes(value))
  if (found !== undefined) return { ok: true, value: { ...answer, positive: found } }
  return refused(
    'positive',
    file,
    `nothing says which value of "${target}" is the positive class`,
    'Name it with --positive.',
  )
}

/** Two or more columns probability_<class> are of several classes, a column probability is of two. */
function taskOf(metric: MetricName | SqlMetric | undefined, names: readonly string[]): Task {
  // SQL compares values itself: they are told apart, and nothing more.
  if (typeof metric !== 'string') return 'multiclass'
  if (metricKinds[metric].tasks.includes('regression')) return 'regression'
  return names.includes('probability') ? 'binary' : 'multiclass'
}

async function referenceRows(
  engine: Engine,
  reference: ReferenceRows,
  judged: readonly DescribedFile[],
  columns: OutcomeColumns,
  exchange: SqlExchange | undefined,
): Promise<Read<JudgedRows>> {
  if (reference.kind === 'stored') return { ok: true, value: reference.rows }
  const keeps = exchange && 'log'
  const files: OutcomeFiles = { predictions: judged, labels: [], time: undefined, model: undefined, keeps }
  const read = await readOutcomes(engine, files, columns)
  if (!read.ok) return read
  await exchange?.writeReference(engine, files, columns)
  const { rows, isLabelled } = read.value
  const labelled = [...isLabelled.keys()].filter((row) => isLabelled[row] === 1)
  return { ok: true, value: pickRows(rows, labelled) }
}

function judge(
  outcomes: Outcomes,
  measure: Measure,
  rule: PerformanceRule,
  asked: PerformanceAsked & { readonly calibrations: readonly Calibration[] },
  file: string,
): Read<PerformanceFound> {
  const { nowMs, inputsOf, release, calibrations, deployedMs } = asked
  const { name: metric, better, sql, place, reference: first, estimateOf } = measure
  if (first.kind === 'undefined') {
    const remedy = sql
      ? 'Write what each judged row has a part of, a sum(…) or an avg(…), or judge by more rows.'
      : 'Name judged rows of every class, with their probabilities where the metric takes them.'
    return refused('reference', file, `the reference has no ${metric}: ${first.reason}`, remedy, place)
  }
  const windows = windowsOf(outcomes, rule.windowMs)
  if (windows.length > mostCohorts) {
    const remedy = 'Name a longer --window, or look for times that are none.'
    return refused('many-windows', file, `its rows lie in more than ${mostCohorts} windows`, remedy)
  }
  const cohorts = toldCohorts(outcomes, windows, {
    metric,
    better,
    rule,
    nowMs,
    deployedMs,
    reference: first.estimate,
    calibrations,
    estimateOf,
  })
  const newest = newestJudged(cohorts)
  const verdict = newest?.stretch.verdict ?? 'insufficient data'
  const inputs = inputsOf(newest && { since: newest.stretch.since, until: newest.until })
  const { repeatedRows, conflictingIds, unusableRows, atMs } = outcomes
  const timelessRows = atMs.filter(Number.isNaN).length
  return {
    ok: true,
    value: {
      metric,
      better,
      sql,
      rule,
      release: release ?? null,
      reference: first.estimate,
      cohorts,
      assumption: cohorts.some(({ estimates }) => estimates !== null) ? estimateAssumption : null,
      isCalibrated: calibrations.some((one) => one !== null),
      verdict,
      inputs,
      cause: causeOf(verdict, inputs),
      leftOut: { repeatedRows, conflictingIds, unusableRows, timelessRows },
    },
  }
}

function noTarget(target: string, files: readonly DescribedFile[]): Read<never> {
  const near = nearestName(target, namesOf(files))
  const remedy = near === undefined ? 'Name it by --target.' : `Did you mean "${near}"?`
  return refused('column', files[0]?.path ?? '', `there is no column "${target}"; expected the target`, remedy)
}

function refused(code: string, file: string, state: string, remedy: string, place?: SqlMetric['place']): Read<never> {
  const message = `Cannot follow the predictions of "${file}": ${state}`
  const at = place ?? { file, line: 1, column: 1 }
  const diagnostic: Diagnostic = { code: `performance/${code}`, ...at, message, remedy }
  return { ok: false, diagnostics: [diagnostic] }
}
