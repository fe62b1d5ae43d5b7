import { formatDuration } from '../base/duration.ts'
import { Fault } from '../base/fault.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { MetricWord, PerformanceRule } from '../pipeline/performance-found.ts'
import { type MetricCondition, metricConditionsIn } from '../project/metric-conditions.ts'
import { isMetricName, type MetricName, metricKinds, metricsOfTask } from '../project/metric-kinds.ts'
import type { LabelPolicy, Project, SqlMetric } from '../project/project.ts'

/** What was given of a metric and its rule. */
export interface MetricFlags {
  readonly metric: string | undefined
  readonly 'metric-sql': { readonly name: string; readonly expression: string } | undefined
  readonly better: 'higher' | 'lower' | undefined
  readonly drop: number | undefined
  readonly over: number | undefined
  readonly window: number | undefined
  readonly delay: number | undefined
  readonly coverage: number | undefined
}

/** A metric that is followed, by which rule, and what of it plumbline.yaml says. */
export interface ChosenMetric {
  readonly metric: MetricName | SqlMetric
  readonly rule: PerformanceRule
  readonly fromPolicy: readonly MetricWord[]
}

const dayMs = 86_400_000
const defaultOverMs = 14 * dayMs

/** The one metric that is followed without a project. */
export function metricOfFlags(flags: MetricFlags): ChosenMetric {
  const metric = ownOf(flags) ?? builtIn(flags, Object.keys(metricKinds).filter(isMetricName))
  if (metric === undefined) {
    throw new Fault('cli/missing-input', 'Cannot follow a metric: none is named; expected --metric', {
      remedy: 'For example: --metric roc_auc',
    })
  }
  return { metric, rule: ruleOf(flags, requiredDrop(flags, nameOf(metric)), flags.over, undefined), fromPolicy: [] }
}

/** The metrics of a project that are followed: those under `retrain:`, maybe none, or the one that is named; flags go before the file. */
export function metricsOfProject(flags: MetricFlags, project: Project): readonly ChosenMetric[] {
  const { labels } = project.data
  const named = ownOf(flags) ?? ofProject(flags, project)
  const conditions = conditionsOf(flags, named, project)
  if (conditions.length === 0 && named !== undefined) {
    return [
      { metric: named, rule: ruleOf(flags, requiredDrop(flags, nameOf(named)), flags.over, labels), fromPolicy: [] },
    ]
  }
  return conditions.map((condition) => ({
    metric: named ?? metricNamed(condition.metric, project),
    rule: ruleOf(flags, flags.drop ?? condition.drop, flags.over ?? condition.overMs, labels),
    fromPolicy: (['metric', 'drop', 'over'] as const).filter((word) => flags[word] === undefined),
  }))
}

/** Conditions under `retrain:` that are meant, to be overridden only where it is one. */
function conditionsOf(
  flags: MetricFlags,
  named: MetricName | SqlMetric | undefined,
  { retrain }: Project,
): readonly MetricCondition[] {
  if (flags['metric-sql'] !== undefined) return []
  const all = metricConditionsIn(retrain.when)
  const meant = named === undefined ? all : all.filter(({ metric }) => metric === nameOf(named))
  if (meant.length === 0 && named === undefined && (flags.drop !== undefined || flags.over !== undefined)) {
    throw new Fault(
      'cli/missing-input',
      'Cannot follow a metric: plumbline.yaml watches none; expected --metric, or one under "retrain:"',
      { remedy: 'For example: retrain: { any: [ { metric: roc_auc, drop: 0.03, over: 14d } ] }' },
    )
  }
  const ofLength = meant.filter(({ overMs }) => overMs === flags.over)
  const chosen = ofLength.length > 0 ? ofLength : meant
  const overridden = (['drop', 'over'] as const).find((word) => flags[word] !== undefined)
  if (chosen.length < 2 || overridden === undefined || (overridden === 'over' && ofLength.length > 0)) return chosen
  throw new Fault(
    'cli/bad-input',
    `Cannot take --${overridden} for ${chosen.length} conditions under "retrain:"; expected to be told which is meant`,
    {
      remedy:
        named === undefined ? 'Name its metric, too: --metric NAME.' : 'Name its length of time, too: --over 14d.',
    },
  )
}

function ownOf({ metric, 'metric-sql': own, better }: MetricFlags): SqlMetric | undefined {
  if (own && metric !== undefined) {
    const remedy = 'For example: --metric roc_auc'
    throw new Fault('cli/bad-input', 'Cannot follow two metrics at once: expected one', { remedy })
  }
  if (own) return { ...own, better: better ?? 'higher' }
  if (better === undefined) return undefined
  throw new Fault('cli/bad-input', `Cannot use --better with ${metric ?? 'no metric'}: it is of --metric-sql`, {
    remedy: 'Leave it out; a metric under "metrics:" of plumbline.yaml says it there.',
  })
}

function builtIn({ metric }: MetricFlags, known: readonly MetricName[]): MetricName | undefined {
  if (metric === undefined || isMetricName(metric)) return metric
  throw unknownMetric(metric, known, 'it is no metric')
}

function ofProject({ metric }: MetricFlags, project: Project): MetricName | SqlMetric | undefined {
  return metric === undefined ? undefined : metricNamed(metric, project)
}

function metricNamed(name: string, { metrics, model }: Project): MetricName | SqlMetric {
  const own = metrics.find((one) => one.name === name)
  if (own) return own
  const known = metricsOfTask(model.task)
  const found = known.find((one) => one === name)
  if (found !== undefined) return found
  throw unknownMetric(name, [...known, ...metrics.map((one) => one.name)], `it is no metric of "${model.name}"`)
}

function unknownMetric(name: string, known: readonly string[], state: string): Fault {
  const near = nearestName(name, known)
  return new Fault('cli/bad-input', `Cannot follow "${name}": ${state}; expected one of ${known.join(', ')}`, {
    remedy:
      near === undefined
        ? 'Name one of these, or one of your own: --metric-sql "profit=avg(…)".'
        : `Did you mean ${near}?`,
  })
}

function nameOf(metric: MetricName | SqlMetric): string {
  return typeof metric === 'string' ? metric : metric.name
}

function requiredDrop({ drop }: MetricFlags, name: string): number {
  if (drop !== undefined) return drop
  throw new Fault('cli/missing-input', `Cannot judge ${name}: nothing says which fall matters; expected --drop`, {
    remedy: 'For example: --drop 0.03, or a condition under "retrain:" of plumbline.yaml.',
  })
}

function ruleOf(
  { window, delay, coverage }: MetricFlags,
  limit: number,
  over: number | undefined,
  labels: LabelPolicy | undefined,
): PerformanceRule {
  const overMs = over ?? defaultOverMs
  const windowMs = window ?? (overMs % (7 * dayMs) === 0 ? 7 * dayMs : overMs)
  if (overMs % windowMs !== 0) {
    throw new Fault(
      'cli/bad-input',
      `Cannot judge over ${formatDuration(overMs)}: windows of ${formatDuration(windowMs)} do not divide it; expected a whole multiple`,
      { remedy: `For example: --over ${formatDuration(Math.ceil(overMs / windowMs) * windowMs)}` },
    )
  }
  return {
    limit,
    overMs,
    windowMs,
    delayMs: delay ?? labels?.delayMs ?? 0,
    coverage: coverage ?? labels?.coverage ?? 0.95,
    alpha: 0.05,
  }
}
