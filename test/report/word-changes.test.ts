import { describe, expect, it } from 'vitest'
import { wordOddities } from '../../action/report/word-changes.ts'

describe('wordOddities()', () => {
  it('says of files in one sentence what is the same of them', () => {
    const repeated = ['a', 'b', 'c'].map(
      (name) => ({ kind: 'same bytes', path: `data/${name}.csv`, as: 'data/1.csv' }) as const,
    )
    const older = ['2025-01-01', '2025-01-02'].map(
      (until) => ({ kind: 'older', path: `old/${until}.csv`, until, newest: '2025-02-01' }) as const,
    )
    expect(
      wordOddities([...repeated, ...older, { kind: 'same rows', path: 'data/d.csv', as: 'data/2.csv', rows: 1200 }]),
    ).toEqual([
      'data/*.csv (3 files) hold the same bytes as data/1.csv: its rows count 4 times.',
      'old/*.csv (2 files) are new, but all their rows are older than what was pinned already (2025-02-01).',
      'data/d.csv has as many rows (1,200) of the same times as data/2.csv: do its rows count twice?',
    ])
  })

  it('shows five sentences, and how many more there are', () => {
    const oddities = Array.from(
      { length: 7 },
      (_, i) => ({ kind: 'same bytes', path: `b${i}.csv`, as: `a${i}.csv` }) as const,
    )
    const lines = wordOddities(oddities)
    expect(lines).toHaveLength(6)
    expect(lines[0]).toMatch(/^b0\.csv holds the same bytes as a0\.csv: its rows count twice\./)
    expect(lines[5]).toBe('And 2 more such warnings: --json lists them all.')
  })
})
