import { stat } from 'node:fs/promises'
import { basename } from 'node:path'

import type { Diagnostic, Read } from '../base/diagnostic.ts'
import { sha256 } from '../base/sha256.ts'
import type { ContractCheck } from '../data/contract-result.ts'
import type { Engine } from '../data/engine.ts'
import type { SourceFile } from '../data/source-file.ts'
import type { TracedRow } from '../data/trace-rows.ts'
import type { Contract } from '../project/contract.ts'
import { inEnvironment, training } from '../project/contract-environments.ts'
import { wordChecks, wordFailure, wordTraced } from '../report/word-contract.ts'
import { type Job, type RunSession, takeStep, useOutput } from './run-session.ts'
import { stageKey } from './stage-key.ts'
import type { StageResult } from './stage-result.ts'

export interface OutputToCheck {
  readonly job: Job
  /** As `plumbline.yaml` calls the stage. */
  readonly stage: string
  readonly result: StageResult
  readonly output: string
}

/** Holds a stage's rows against the contract that stands on it, if one does, before any later stage sees them. */
export async function takeOutputCheck(session: RunSession, checked: OutputToCheck): Promise<Read<'kept'>> {
  const { job, stage, result, output } = checked
  const given = session.declared.stageContracts.get(stage)
  if (!given) return { ok: true, value: 'kept' }
  // No stage of a user's can be called so: names hold no dot.
  const name = `${result.stage}.contract`
  const parts = { rows: result.outputs[output]?.sha256 ?? '', contract: sha256(given.text) }
  const key = stageKey(name, parts)
  const taken = await takeStep(session, {
    job,
    name,
    from: [result],
    isOfBytes: true,
    parts,
    key,
    cacheKey: async () => key,
    work: async () => {
      const checks = await checkOutput(
        session,
        checked,
        outputContract(session, inEnvironment(given.contract, training, '')),
      )
      return checks.ok ? { ok: true, value: { detail: wordChecks(checks.value), outputs: {} } } : checks
    },
  })
  return taken.ok ? { ok: true, value: 'kept' } : taken
}

/** Every number is finite; and what a stage makes of data that is partly classified is shown nowhere. */
function outputContract({ declared }: RunSession, contract: Contract): Contract {
  const isPrivate = declared.contract.columns.some(({ classification = 'public' }) => classification !== 'public')
  const columns = contract.columns.map((column) => ({
    ...column,
    ...(isPrivate && { classification: 'made of classified columns' }),
    rules:
      column.logicalType === 'number'
        ? [{ kind: 'finite', line: column.line } as const, ...column.rules]
        : column.rules,
  }))
  return { ...contract, columns }
}

async function checkOutput(
  session: RunSession,
  { job, stage, result, output }: OutputToCheck,
  contract: Contract,
): Promise<Read<readonly ContractCheck[]>> {
  const { checkContract } = await import('../data/check-contract.ts')
  const { checkSqlRules } = await import('../data/check-sql-rules.ts')
  const { describeFiles } = await import('../data/describe-files.ts')
  const { openReading } = await import('../data/reading-engine.ts')
  const { traceRows } = await import('../data/trace-rows.ts')
  const absolutePath = await useOutput(session, job, result, output)
  const path = basename(absolutePath)
  const found = { path, absolutePath, bytes: (await stat(absolutePath)).size }
  await using engine = await openReading({ files: [found] }, session.signal)
  const described = await describeFiles(engine, [found])
  if (!described.ok) return described
  const checked = await checkContract(engine, described.value, contract)
  const sql = await checkSqlRules(described.value, contract, checked.rows, session.signal)
  const checks = [...checked.checks, ...sql.checks]
  const broken = checks.filter(({ outcome, severity }) => outcome === 'fail' && severity === 'error')
  const diagnostics: Diagnostic[] = [...checked.diagnostics, ...sql.diagnostics]
  const [file] = described.value
  if (broken.length === 0 || !file) {
    return diagnostics.length > 0 ? { ok: false, diagnostics } : { ok: true, value: checks }
  }

  const { project, contract: ofData } = session.declared
  const { id } = project.model
  const isNamed = ofData.columns.find(({ name }) => name === id)?.classification ?? 'public'
  const numbers = [...new Set(broken.flatMap(({ samples }) => samples.map(({ row }) => row)))]
  const sources = job === 'prepare' ? await pinnedFiles(session) : []
  await using tracer = await openReading({ files: [file, ...sources] }, session.signal)
  const traced =
    isNamed === 'public'
      ? await traceRows(tracer, { output: file, numbers, id, contract: ofData, sources })
      : new Map<number, TracedRow>()
  for (const check of broken) {
    const maker = await makerOf(engine, session, stage, check.column)
    diagnostics.push(diagnose(check, contract, { stage, maker, traced, id: id ?? 'row' }))
  }
  return { ok: false, diagnostics }
}

async function pinnedFiles(session: RunSession): Promise<readonly SourceFile[]> {
  const { fetchSnapshot } = await import('../data/fetch-snapshot.ts')
  const { project, lock } = session.declared
  return (await fetchSnapshot(project, lock, session.signal, session)).features
}

/** Where the user wrote what makes the column: `features.sql:3`, or the stage's line in `plumbline.yaml`. */
async function makerOf(
  engine: Engine,
  { declared }: RunSession,
  stage: string,
  column: string | null,
): Promise<string> {
  const { project, featureSql } = declared
  if (stage !== 'features') return `${project.file}:${project.stages.find(({ name }) => name === stage)?.line ?? 1}`
  const { findSelectItem } = await import('../data/find-select-item.ts')
  const line = column === null ? undefined : await findSelectItem(engine, featureSql, column)
  return line === undefined ? project.features.sql : `${project.features.sql}:${line}`
}

interface Origin {
  readonly stage: string
  readonly maker: string
  readonly traced: ReadonlyMap<number, TracedRow>
  readonly id: string
}

function diagnose(check: ContractCheck, contract: Contract, { stage, maker, traced, id }: Origin): Diagnostic {
  const thing = check.column === null ? '' : `"${check.column}" of `
  const samples = wordTraced(check.samples, traced, id)
  return {
    code: check.promise.kind === 'present' ? 'contract/missing-column' : `contract/${check.promise.kind}`,
    file: contract.file,
    line: check.line,
    column: 1,
    message: `Cannot accept ${thing}stage "${stage}": ${wordFailure(check)}${samples === '' ? '' : `; ${samples}`}`,
    remedy: `Mend what makes it, ${maker}, or the data; or change the contract where they are right.`,
  }
}
