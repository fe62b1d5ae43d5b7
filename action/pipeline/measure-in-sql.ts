import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Read } from '../base/diagnostic.ts'
import { askSqlMetric } from '../data/ask-sql-metric.ts'
import type { Engine } from '../data/engine.ts'
import { offeredColumns } from '../data/label-columns.ts'
import { type OutcomeColumns, type OutcomeFiles, writeOutcomeRows } from '../data/read-outcomes.ts'
import { type StoredRows, type WrittenRows, writeStoredRows } from '../data/write-stored-rows.ts'
import { windowsBegin } from '../drift/windows.ts'
import type { Estimated } from '../evaluation/estimate-metric.ts'
import type { MeasuredSql } from '../evaluation/metric-drop.ts'
import type { SqlMetric } from '../project/project.ts'
import type { CohortWindow } from './follow-cohorts.ts'

/** A metric of the reference, and how it is measured of a window's labelled rows. */
export interface Measure {
  readonly name: string
  readonly better: 'higher' | 'lower'
  readonly sql: MeasuredSql | null
  /** Where its SQL is written, if in a file. */
  readonly place?: SqlMetric['place']
  readonly reference: Estimated
  readonly estimateOf: (window: CohortWindow, labelled: readonly number[]) => Estimated
}

/** Two files between the process that reads rows and the one that runs a user's SQL over them; gone at disposal. */
export interface SqlExchange extends AsyncDisposable {
  /** Absolute. */
  readonly paths: readonly string[]
  readonly writeReference: (engine: Engine, files: OutcomeFiles, columns: OutcomeColumns) => Promise<void>
  /** Of what a release keeps, as the rows of `files`, which were read last, are written. */
  readonly writeStored: (
    engine: Engine,
    stored: StoredRows,
    files: OutcomeFiles,
    columns: OutcomeColumns,
  ) => Promise<WrittenRows>
  readonly writeCurrent: (
    engine: Engine,
    files: OutcomeFiles,
    columns: OutcomeColumns,
    windowMs: number,
  ) => Promise<void>
  readonly measure: (metric: SqlMetric, signal: AbortSignal | undefined) => Promise<Read<Measure>>
}

/** Rows are dealt into so many groups, in turn, for the error of what has no part of each row. */
const groups = 20

export async function openSqlExchange(): Promise<SqlExchange> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-metric-'))
  const [reference, current] = [join(folder, 'reference.parquet'), join(folder, 'current.parquet')]
  let lacking: Readonly<Record<string, string>> = {}
  let offered: readonly string[] = []
  return {
    paths: [reference, current],
    async writeReference(engine, files, columns) {
      await writeOutcomeRows(engine, files, columns, { to: reference, cohort: '0', groups })
    },
    async writeStored(engine, stored, files, columns) {
      const written = await writeStoredRows(engine, stored, files, columns, { to: reference, groups })
      if (written.ok) lacking = written.lacking
      offered = offeredColumns(files, columns).map(({ name }) => name)
      return written
    },
    async writeCurrent(engine, files, columns, windowMs) {
      const windows = `CAST(floor((at_ms - ${windowsBegin}) / ${windowMs}) AS BIGINT)`
      const cohort = `${windows} * ${windowMs} + ${windowsBegin}`
      await writeOutcomeRows(engine, files, columns, { to: current, cohort, groups })
    },
    async measure({ name, expression, better, place }, signal) {
      const asked = await askSqlMetric(
        { name, expression, reference, current, lacking, offered },
        join(folder, 'spill'),
        signal,
      )
      if (!asked.ok) {
        return { ok: false, diagnostics: asked.diagnostics.map((diagnostic) => ({ ...diagnostic, ...place })) }
      }
      const { kind, reference: first, cohorts } = asked.value
      const byCohort = new Map(cohorts.map(({ cohort, estimated }) => [cohort, estimated]))
      const none: Estimated = { kind: 'undefined', reason: 'no labelled rows' }
      const measure: Measure = {
        name,
        better,
        sql: { expression, form: kind },
        place,
        reference: first,
        estimateOf: ({ sinceMs }) => byCohort.get(sinceMs) ?? none,
      }
      return { ok: true, value: measure }
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
