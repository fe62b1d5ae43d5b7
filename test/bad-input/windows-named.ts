import type { DriftFinding } from '../../action/drift/drift-finding.ts'
import type { JudgedColumn } from '../../action/drift/judge-drift.ts'
import type { Report } from '../../action/report/report.ts'
import { reportWindows } from '../../action/report/report-windows.ts'

/** What `plumbline drift` says of a project in which columns, release and repository are called `name`. */
export function windowsNamed(name: string): Report {
  const bars = { before: [0.7, 0.3], now: [0.2, 0.8] }
  const found = { standing: 'confirmed', effect: 0.3, drifted: 2, windows: 3, isAtOnce: true, rows: [7, 8] } as const
  const persist = { need: 2, of: 3 }
  const policy = { windowMs: 7, latenessMs: 1, recentMs: 30, season: null, persist, effect: 0.1, fdr: 0.05 }
  const finding: DriftFinding = {
    ...{
      release: name,
      until: '2025-01-01T00:00:00Z',
      verdict: 'drift',
      confirmedShare: 1,
      effect: 0.1,
      windowMs: 7,
      persist,
    },
    columns: [{ name, ...found, smallestEffect: 0.06, ...bars }],
  }
  const kept = { name, verdict: 'drift', weight: 1, effect: 0.3, smallestEffect: 0.06, picture: bars } as const
  const window = { sinceMs: 0, untilMs: 7, rows: 7 }
  const nothing = { reference: null, current: null, rows: [], measures: null, above: [], weight: 0 }
  const because = 'times move by themselves'
  const judged: JudgedColumn = { name, kind: 'not judged', verdict: 'not judged', because, ...nothing }
  const column = {
    name,
    weight: 0,
    effect: 0.2,
    mostLost: 0,
    againstTraining: judged,
    againstRecent: null,
    picture: null,
  }
  return reportWindows({
    ...{
      kind: 'judged',
      model: 'parcels',
      environment: 'production',
      release: name,
      isLive: true,
      isRecorded: true,
      calls: 7,
    },
    policy: { ...policy, limits: {}, weights: { [name]: 1 } },
    where: { isEmbedded: true, name },
    learned: { source: 'release', blockMs: 7, blocks: 9, rows: 700, sinceMs: 0, untilMs: 7 },
    prediction: {
      ...{ kind: 'judged', column: name, rows: 5, emptyRows: 1, repeatedRows: 1, others: [name] },
      learned: { blockMs: 7, blocks: 9, rows: 700, sinceMs: 0, untilMs: 7 },
    },
    finding,
    columns: [{ name, weight: 1, standing: 'unknown', drifted: 0, windows: 3, isAtOnce: false }],
    windows: [{ ...window, columns: [kept] }],
    judgedNow: 1,
    newest: {
      ...window,
      columns: [
        { ...column, verdict: 'not judged' },
        { ...column, name: `${name} `, verdict: 'already learned' },
      ],
      ...{ added: [name], questions: 1, trainingBlocks: 9, recentBlocks: 4 },
    },
    plan: { open: [{ ...window, closesMs: 8, waitsForRows: true }], late: [window], futureRows: 7, timelessRows: 7 },
    newRows: 7,
    renames: [
      {
        ...{ kind: 'likely', missing: name, added: `${name} `, score: 0.9, distance: 0.01, margin: 0.3 },
        ...{ sharedValues: 4, distinctValues: 4, doubts: [] },
      },
    ],
  })
}
