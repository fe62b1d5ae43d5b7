import { type DriftColumn, numberColumn, pairCategories } from '../../action/drift/drift-column.ts'
import { pictureOf } from '../../action/drift/drift-picture.ts'
import { judgeDrift } from '../../action/drift/judge-drift.ts'
import type { DriftReport } from '../../action/report/report-drift.ts'
import { compareSorted } from '../../action/stats/compare-sorted.ts'

const kinds = ['Private', 'Self-employed', 'Federal government', 'Local', 'Unpaid', 'Never worked', 'State', 'Others']
const rows = 400
const rule = { effect: 0.1, fdr: 0.05, limits: {}, weights: {} }

/** Two samples of so many columns, numbers and categories in turn with missing rows, of which every third moved. */
export function driftReportOf(count: number, nameOf = (place: number) => `measurement_${place}`): DriftReport {
  const columns = Array.from({ length: count }, (_, place) => columnOf(place, nameOf(place)))
  const measured = new Map(columns.map((column) => [column.name, column]))
  const judged = judgeDrift(columns, [], rule)
  return {
    ...judged,
    columns: judged.columns.map((column) => ({ ...column, picture: pictureOf(measured.get(column.name)) })),
    ...{ reference: 'old.parquet', current: 'new.parquet', referenceRows: rows, currentRows: rows },
    ...{ rule, added: [], renames: [], swaps: [] },
  }
}

function columnOf(place: number, name: string): DriftColumn {
  const moved = place % 3 === 0 ? 1 + (place % 11) : 0
  const missing = [place % 17, (place % 17) + moved] as const
  const sides = {
    reference: { rows, missing: missing[0], unreadable: 0 },
    current: { rows, missing: missing[1], unreadable: 0 },
  }
  if (place % 2 === 0) {
    const sample = (side: 0 | 1) =>
      Float64Array.from({ length: rows - missing[side] }, (_, i) => place + wave(i + side) * 10 + side * moved).sort()
    return numberColumn(name, compareSorted(sample(0), sample(1)), sides)
  }
  const counts = (side: 0 | 1) => {
    const left = rows - missing[side]
    const few = kinds.map((kind, i) => [kind, i === 0 ? 0 : Math.floor(left / (4 + i * 2)) + side * moved * 3] as const)
    const others = few.reduce((sum, [, n]) => sum + n, 0)
    return new Map([[`${kinds[0]}`, left - others], ...few.slice(1)])
  }
  return { name, ...sides, kind: 'category', categories: pairCategories(counts(0), counts(1)) }
}

/** Between −1 and 1, no two alike. */
function wave(i: number): number {
  return Math.sin(i * 1.7 + Math.cos(i))
}
