import type { Report } from '../../action/report/report.ts'
import { reportProfile } from '../../action/report/report-profile.ts'

/** The report of a profile in which whatever a person or a file may name is `name`. */
export function profileNamed(name: string): Report {
  const pooled = <Value>(value: Value) => ({ top: [{ value, rows: 30 }], others: { values: 1, rows: 7 } })
  const column = {
    ...{ name, isClassified: true, missing: 1, unreadable: 1, distinct: { count: 2, error: 0.1 } },
    findings: [
      { kind: 'same', column: name },
      { kind: 'missing', rows: 7 },
    ],
    ...{ numbers: null, texts: null, times: null },
  } as const
  const texts = {
    lengths: { least: 1, median: 2, most: 3 },
    ...{ shapes: pooled(name), areShapesSampled: false, values: pooled(name) },
  }
  const times = {
    ...({ first: '2024', last: '2025', unit: 'day', rows: [{ start: '2024-01-01', rows: 30 }], otherRows: 0 } as const),
    ...{ gaps: [{ from: '2024-01-02', until: '2024-01-03', units: 1 }], emptyUnits: 1 },
  } as const
  return reportProfile({
    ...{ data: name, files: 2, time: name, rows: 40, minCount: 20 },
    columns: [
      { ...column, kind: 'time', times },
      { ...column, kind: 'text', texts },
      { ...column, kind: 'text', texts: { ...texts, values: null } },
    ],
    repeatedRows: { count: 4, error: 0.1 },
    correlations: [{ columns: [name, name], r: 0.9, rows: 40 }],
    ...{ correlatedRows: 40, isSampled: true },
  })
}
