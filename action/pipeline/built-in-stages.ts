import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { canonicalJson, type Json } from '../base/canonical-json.ts'
import type { Read } from '../base/diagnostic.ts'
import { once } from '../base/once.ts'
import { sha256 } from '../base/sha256.ts'
import type { GateVerdict } from '../evaluation/judge-gates.ts'
import type { JudgedRows } from '../evaluation/judged-rows.ts'
import type { MetricValue } from '../evaluation/metric.ts'
import { isClassified, withoutValues } from '../project/contract.ts'
import { withoutAnyValues } from '../project/join-contracts.ts'
import type { DataContracts } from '../project/read-contract.ts'
import { gatesCount, metricWords } from '../report/report-evaluation.ts'
import { wordChecks } from '../report/word-contract.ts'
import { wordRows, wordSplit } from '../report/word-stages.ts'
import type { DeclaredStage } from './declare-keys.ts'
import type { DeclaredRun } from './declare-run.ts'
import { mayShowRows } from './row-privacy.ts'
import type { RunRecord } from './run-record.ts'
import { dataOf, type Job, type RunSession, type Step, takeStep, useOutput } from './run-session.ts'
import { type KeyParts, stageKey } from './stage-key.ts'
import type { StageResult } from './stage-result.ts'

/** Is the pinned data what the contract promises? */
export async function takeValidate(session: RunSession): Promise<Read<StageResult>> {
  const { declared, signal } = session
  const parts = { data: declared.dataDigest, contract: sha256(declared.contracts.text) }
  return takeStep(session, {
    ...own('prepare', 'validate', parts, []),
    work: async () => {
      const { fetchSnapshot } = await import('../data/fetch-snapshot.ts')
      const { startReader } = await import('../data/reading-engine.ts')
      const { readWithinMemory } = await import('../data/read-within-memory.ts')
      const { allFiles } = await import('../data/section-files.ts')
      const { validateData } = await import('./validate-data.ts')
      const files = await fetchSnapshot(declared.project, declared.lock, signal, session)
      const { tables } = await contractsToShow(session)
      await using reader = startReader(signal)
      const reach = { files: allFiles(files), columns: declared.contracts.whole.columns.length }
      const result = await readWithinMemory(reader, reach, signal, async (engine) => {
        return await validateData({ project: declared.project, tables, files, signal }, engine)
      })
      if (result.diagnostics.length > 0) return { ok: false, diagnostics: result.diagnostics }
      return { ok: true, value: { detail: wordChecks(result.checks), outputs: {} } }
    },
  })
}

/** What everybody may read shows nothing of a row, whatever the contract says. */
async function contractsToShow({ declared, environment }: RunSession): Promise<DataContracts> {
  const { contracts } = declared
  if (await mayShowRows(declared.project, environment)) return contracts
  return { ...contracts, tables: withoutAnyValues(contracts.tables), whole: withoutValues(contracts.whole) }
}

/** What `features` came to. */
export interface FeaturesData {
  readonly rows: number
  readonly columns: readonly string[]
  /** The oldest event time; null without one. */
  readonly since: string | null
  readonly [key: string]: Json
}

export async function takeFeatures(session: RunSession): Promise<Read<StageResult>> {
  const { declared, signal } = session
  const { project, lock, featureSql } = declared
  return takeStep(session, {
    ...declaredStep('prepare', declared.keys.features, []),
    work: async (workFolder) => {
      const { computeFeatures } = await import('../data/compute-features.ts')
      const { fetchSnapshot } = await import('../data/fetch-snapshot.ts')
      const files = await fetchSnapshot(project, lock, signal, session)
      const folder = join(workFolder, 'out')
      const sqlFile = project.features.sql
      const contracts = await contractsToShow(session)
      const made = await computeFeatures({ project, contracts, files, sql: featureSql, sqlFile, folder }, signal)
      if (!made.ok) return made
      const { rows } = made.value
      const columns = made.value.columns.map(({ name }) => name)
      const since = await oldestTime(declared, join(folder, 'rows.parquet'))
      const outputs = { features: 'features.parquet', rows: 'rows.parquet' }
      return { ok: true, value: { detail: wordRows(rows, columns.length), outputs, data: { rows, columns, since } } }
    },
  })
}

async function oldestTime({ project, contract }: DeclaredRun, rowsFile: string): Promise<string | null> {
  const { isTimeType, oldestMoment } = await import('../data/event-time.ts')
  const { openEngine } = await import('../data/engine.ts')
  const time = contract.columns.find(({ name }) => name === project.model.time)
  if (!time || !isTimeType(time.logicalType)) return null
  await using engine = await openEngine()
  return oldestMoment(engine, rowsFile, { ...time, logicalType: time.logicalType })
}

/** What `split` came to. */
export type SplitData = NonNullable<RunRecord['split']> & { readonly [key: string]: Json }

export async function takeSplit(session: RunSession, features: StageResult): Promise<Read<StageResult>> {
  const { declared } = session
  return takeStep(session, {
    ...declaredStep('prepare', declared.keys.split, [features]),
    cacheKey: async () => stageKey('split', { split: declared.keys.split.key, ...referenceParts(declared) }),
    work: async (workFolder) => {
      const { splitRows } = await import('../data/split-rows.ts')
      const { project, contract, lock, sampleRows } = declared
      const featuresFile = await useOutput(session, 'prepare', features, 'features')
      const rowsFile = await useOutput(session, 'prepare', features, 'rows')
      const folder = join(workFolder, 'out')
      const made = await splitRows(
        {
          project,
          contract,
          until: lock.until,
          featuresFile,
          rowsFile,
          folder,
          ...(sampleRows !== undefined && { sampleRows }),
        },
        session.signal,
      )
      if (!made.ok) return made
      const { train, gap, test, whole, leftOut } = made.value
      const data = { train, gap, test, whole, leftOut }
      const sets = { train: 'train.parquet', test: 'test.parquet', truth: 'truth.parquet', whole: 'whole.parquet' }
      // Of a sample nothing is released.
      const isKept = sampleRows === undefined && (await writeReference(declared, rowsFile, folder))
      const outputs = { ...sets, ...(isKept && { reference: referenceFile }) }
      return { ok: true, value: { detail: wordSplit(data), outputs, data } }
    },
  })
}

const referenceFile = 'reference.json'

/** What the reference is made by and the sets are not: no model changes with it, but what is kept beside them does. */
function referenceParts({ project, contract }: DeclaredRun): KeyParts {
  const classified = contract.columns.filter(isClassified).map(({ name }) => name)
  const { minCount } = project.privacy
  return { reference: sha256(canonicalJson({ minCount, classified, windowMs: project.drift.windowMs })) }
}

/** Writes what new data is compared with later, where there is a time; true where it did. */
async function writeReference({ project, contract, lock }: DeclaredRun, rowsFile: string, folder: string) {
  const { openEngine } = await import('../data/engine.ts')
  const { quotePath } = await import('../data/quote.ts')
  const { jsonOfReference } = await import('../drift/reference-json.ts')
  const { countReference } = await import('./count-reference.ts')
  await using engine = await openEngine({ tempFolder: folder })
  const relation = `read_parquet(${quotePath(rowsFile)})`
  const reference = await countReference({ engine, relation, project, contract }, lock.until)
  if (reference) await writeFile(join(folder, referenceFile), `${canonicalJson(jsonOfReference(reference))}\n`)
  return reference !== undefined
}

/** The judged predictions against the truth: metrics, then gates. */
export async function takeJudging(
  session: RunSession,
  split: StageResult,
  predict: StageResult,
): Promise<Read<{ readonly evaluate: StageResult; readonly gate?: StageResult }>> {
  const { project } = session.declared
  const judged = once(() => readJudgedRows(session, split, predict))
  const evaluated = await takeStep(session, {
    ...own(
      'judge',
      'evaluate',
      {
        truth: split.outputs['truth']?.sha256 ?? '',
        predictions: predict.outputs['predictions']?.sha256 ?? '',
        model: sha256(canonicalJson({ task: project.model.task, positive: project.model.positive })),
      },
      [split, predict],
    ),
    work: async () => {
      const rows = await judged()
      if (!rows.ok) return rows
      const { measureMetrics } = await import('../evaluation/measure.ts')
      const metrics = measureMetrics(rows.value)
      return {
        ok: true,
        value: { detail: metrics[0] ? metricWords(metrics[0]) : '', outputs: {}, data: asJson(metrics) },
      }
    },
  })
  if (!evaluated.ok) return evaluated
  if (!session.chosen.wanted.has('gate')) return { ok: true, value: { evaluate: evaluated.value } }

  const gated = await takeStep(session, {
    ...own(
      'judge',
      'gate',
      {
        evaluation: evaluated.value.cacheKey,
        ...gatePolicy(session.declared),
      },
      [evaluated.value],
    ),
    work: async () => {
      const rows = await judged()
      if (!rows.ok) return rows
      const { judgeGates } = await import('../evaluation/judge-gates.ts')
      const verdicts = judgeGates(project.gates, rows.value, metricsIn(evaluated.value), project.privacy.minCount)
      return { ok: true, value: { detail: gatesCount(verdicts), outputs: {}, data: asJson(verdicts) } }
    },
    isNo: (result) => verdictsIn(result).some(({ kind }) => kind !== 'pass'),
  })
  return gated.ok ? { ok: true, value: { evaluate: evaluated.value, gate: gated.value } } : gated
}

export function metricsIn(evaluate: StageResult): readonly MetricValue[] {
  return dataOf(evaluate) as unknown as readonly MetricValue[]
}

/** What the gates are, and what their verdicts may show, as parts of the gate's key. */
export function gatePolicy({ project, contract }: Pick<DeclaredRun, 'project' | 'contract'>): {
  readonly gates: string
  readonly privacy: string
} {
  const classified = contract.columns.filter(isClassified).map(({ name }) => name)
  return {
    gates: sha256(canonicalJson(asJson(project.gates))),
    privacy: sha256(canonicalJson({ minCount: project.privacy.minCount, classified })),
  }
}

/** SHA-256 over what a run is judged by and its key leaves out: contract, gates, and what verdicts may show. */
export function policyDigest(declared: Pick<DeclaredRun, 'project' | 'contract' | 'contracts'>): string {
  return digestOfPolicy({ contract: sha256(declared.contracts.text), ...gatePolicy(declared) })
}

/** The same of a run that is done, from the results of its stages. */
export function judgedPolicy(validate: StageResult, gate: StageResult): string {
  const { contract = '' } = validate.parts
  const { gates = '', privacy = '' } = gate.parts
  return digestOfPolicy({ contract, gates, privacy })
}

function digestOfPolicy(policy: Readonly<Record<'contract' | 'gates' | 'privacy', string>>): string {
  return sha256(canonicalJson(policy))
}

export function verdictsIn(gate: StageResult): readonly GateVerdict[] {
  return dataOf(gate) as unknown as readonly GateVerdict[]
}

async function readJudgedRows(
  session: RunSession,
  split: StageResult,
  predict: StageResult,
): Promise<Read<JudgedRows>> {
  const { joinPredictions } = await import('../data/join-predictions.ts')
  const { project, contract } = session.declared
  return joinPredictions({
    project,
    contract,
    showsRows: await mayShowRows(project, session.environment),
    signal: session.signal,
    truthFile: await useOutput(session, 'prepare', split, 'truth'),
    predictionsFile: await useOutput(session, 'train', predict, 'predictions'),
  })
}

/** A step that only Plumbline's own code is part of: its cache key is its key. */
function own(job: Job, name: string, parts: KeyParts, from: Step['from']): Omit<Step, 'work'> {
  const key = stageKey(name, parts)
  return { job, name, from, parts, key, isOfBytes: true, cacheKey: async () => key }
}

function declaredStep(job: Job, { name, parts, key }: DeclaredStage, from: Step['from']): Omit<Step, 'work'> {
  return { job, name, from, parts, key, cacheKey: async () => key }
}

function asJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json
}
