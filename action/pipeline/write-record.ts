import { join } from 'node:path'

import { maskText } from '../base/mask-secrets.ts'
import { sha256 } from '../base/sha256.ts'
import { writeWhole } from '../base/write-whole.ts'
import type { GateVerdict } from '../evaluation/judge-gates.ts'
import type { MetricValue } from '../evaluation/metric.ts'
import { countPackages } from '../project/check-requirements.ts'
import { countFiles } from '../project/data-lock.ts'
import type { Project } from '../project/project.ts'
import type { FeaturesData, SplitData } from './built-in-stages.ts'
import { refitName } from './declare-keys.ts'
import type { DeclaredRun } from './declare-run.ts'
import type { CodeState } from './read-code-state.ts'
import { keepExecution } from './run-history.ts'
import type { HookRecord, JobRecord, RunRecord, StageRecord, Trigger } from './run-record.ts'
import { dataOf, type RunSession, readRecord, runFolder } from './run-session.ts'
import { declaredLabels, runnerLabels } from './runner-labels.ts'
import { setupDigest } from './setup-environment.ts'
import type { StageResult } from './stage-result.ts'

/** What becomes known while a run goes on. */
export interface RunFindings {
  readonly code: CodeState
  readonly trigger: Trigger
  readonly startedAt: Date
  python: string | undefined
  split: RunRecord['split']
  rows: number
  since: string | null
  metrics: readonly MetricValue[]
  selfReported: Readonly<Record<string, number>>
  gates: readonly GateVerdict[]
  hooks: readonly HookRecord[]
}

/** Of a run that begins. */
export function noFindings(code: CodeState, trigger: RunFindings['trigger'], startedAt: Date): RunFindings {
  return {
    code,
    trigger,
    startedAt,
    python: undefined,
    split: null,
    rows: 0,
    since: null,
    metrics: [],
    selfReported: {},
    gates: [],
    hooks: [],
  }
}

export function splitFindings(
  features: StageResult,
  split: StageResult,
): Pick<RunFindings, 'rows' | 'split' | 'since'> {
  const { rows, since } = dataOf(features) as FeaturesData
  const { train, gap, test, whole, leftOut } = dataOf(split) as SplitData
  return { rows, since, split: { train, gap, test, whole, leftOut } }
}

/** Writes `run.json`; what earlier jobs of the same run recorded stays where this one knows nothing newer. */
export async function writeRecord(
  session: RunSession,
  findings: RunFindings,
  outcome: RunRecord['outcome'],
  failure?: string,
): Promise<RunRecord> {
  const { folder, declared, now } = session
  const earlier = await earlierRecord(session)
  const stages = inOrder(session)
  const degraded = stages.filter(({ fallback }) => fallback !== undefined).map(({ name }) => name)
  const { part } = session.chosen
  const hooks = findings.hooks.length > 0 ? findings.hooks : (earlier?.hooks ?? [])
  const record = withoutSecrets(session.masked, {
    schema: 'plumbline/run/v1',
    model: declared.project.model.name,
    runKey: declared.keys.runKey,
    outcome,
    ...(failure !== undefined && { failure }),
    trigger: earlier?.trigger ?? findings.trigger,
    startedAt: earlier?.startedAt ?? findings.startedAt.toISOString(),
    finishedAt: now().toISOString(),
    code: findings.code.code,
    builtFrom: builtFrom(session, findings.code),
    data: {
      digest: declared.dataDigest,
      ...(declared.askedData !== undefined && { asked: declared.askedData }),
      files: countFiles(declared.lock),
      rows: findings.rows || (earlier?.data.rows ?? 0),
      since: findings.since ?? earlier?.data.since ?? null,
      until: declared.lock.until,
    },
    params: declared.project.params,
    ...(declared.askedParams && { askedParams: declared.askedParams }),
    ...(part !== undefined && { part }),
    ...(declared.sampleRows !== undefined && { sample: { rows: declared.sampleRows } }),
    seed: declared.project.environment.seed,
    environment: {
      requirements: declared.requirements === null ? null : sha256(declared.requirements),
      ...(declared.setup && { setup: setupDigest(declared.setup) }),
      ...containersOf(declared.project),
      packages: declared.requirements === null ? 0 : countPackages(declared.requirements),
      python: findings.python ?? earlier?.environment.python ?? null,
      system: earlier?.environment.system ?? `${process.platform} ${process.arch}`,
    },
    split: findings.split ?? earlier?.split ?? null,
    stages: stages.map((stage) => withRunner(stage, declared)),
    metrics: findings.metrics.length > 0 ? findings.metrics : (earlier?.metrics ?? []),
    selfReported: { ...earlier?.selfReported, ...findings.selfReported },
    gates: findings.gates.length > 0 ? findings.gates : (earlier?.gates ?? []),
    ...(degraded.length > 0 && { degraded }),
    ...(hooks.length > 0 && { hooks }),
    jobs: jobsSoFar(session, findings, earlier),
  })
  const text = `${JSON.stringify(record, null, 2)}\n`
  await writeWhole(join(runFolder(folder, declared.keys.runKey), 'run.json'), text)
  await keepExecution(folder, record, text)
  return record
}

/** As the graph has them, for independent ones end in any order. */
function inOrder({ stages, graph }: RunSession): StageRecord[] {
  const places = new Map(graph.map(({ name }, place) => [name, place]))
  const placeOf = ({ name }: StageRecord) => places.get(name) ?? graph.length
  return stages.toSorted((one, other) => placeOf(one) - placeOf(other))
}

function containersOf({ stages }: Project): Pick<RunRecord['environment'], 'containers'> {
  const named = stages.flatMap(({ name, container }) => (container === undefined ? [] : [[name, container] as const]))
  return named.length === 0 ? {} : { containers: Object.fromEntries(named) }
}

/** Those of earlier jobs, and this one as far as it came. */
function jobsSoFar(session: RunSession, { startedAt }: RunFindings, earlier: RunRecord | undefined): JobRecord[] {
  const { declared, environment, stages } = session
  const [job = 'run', ...others] = session.jobs
  const began = startedAt.toISOString()
  const worked = stages.filter(({ outcome, startedAt: at }) => ['done', 'failed'].includes(outcome) && at >= began)
  const runner = runnerLabels(environment, declaredLabels(declared.project, session.jobs))
  const here: JobRecord = {
    job: others.length === 0 ? job : 'run',
    startedAt: began,
    seconds: session.elapsedSeconds(),
    ran: worked.map(({ name }) => name),
    workSeconds: worked.reduce((sum, { seconds }) => sum + seconds, 0),
    ...(runner && { runner }),
  }
  const before = (earlier?.jobs ?? []).filter((done) => done.job !== here.job || done.startedAt !== here.startedAt)
  return [...before, here]
}

/** Labels that the stage asked for, also of its second fit. */
function withRunner(stage: StageRecord, { project }: DeclaredRun): StageRecord {
  const labels = project.stages.find(({ name }) => stage.name === name || stage.name === refitName(name))?.runner
  return labels === undefined ? stage : { ...stage, runner: labels }
}

/** What the user's programs said and named; all else in a record is ours, or git's. */
function withoutSecrets(masked: readonly string[], record: RunRecord): RunRecord {
  const hide = (text: string) => maskText(text, masked)
  return {
    ...record,
    ...(record.failure !== undefined && { failure: hide(record.failure) }),
    stages: record.stages.map((stage) => ({ ...stage, detail: hide(stage.detail) })),
    selfReported: Object.fromEntries(Object.entries(record.selfReported).map(([name, value]) => [hide(name), value])),
  }
}

/** Only another job's record is gone on with; a whole run begins its own. */
async function earlierRecord(session: RunSession): Promise<RunRecord | undefined> {
  if (session.jobs.size > 1 || session.jobs.has('prepare')) return undefined
  return readRecord(session.folder, session.declared.keys.runKey)
}

function builtFrom({ environment }: RunSession, { code, tree }: CodeState): RunRecord['builtFrom'] {
  const { GITHUB_ACTIONS, GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT } = environment
  if (GITHUB_ACTIONS !== 'true' || !GITHUB_RUN_ID || !code.commit) return null
  return { runId: GITHUB_RUN_ID, attempt: GITHUB_RUN_ATTEMPT ?? '1', head: code.commit, tree: tree ?? '' }
}
