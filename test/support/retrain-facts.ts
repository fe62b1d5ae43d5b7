import type { RetrainFacts } from '../../action/retrain/retrain-facts.ts'

/** A month after the first release, with new data and nothing that holds it back. */
export const retrainFacts: RetrainFacts = {
  now: new Date('2025-03-31T12:00:00Z'),
  data: { digest: 'b'.repeat(64), until: '2025-03-30T00:00:00Z', newRows: 10_000, labelledRows: 100_000 },
  pinned: { digest: 'a'.repeat(64), until: '2025-02-28T00:00:00Z' },
  learnedUntil: '2025-02-28T00:00:00Z',
  release: 'parcels-v1',
  last: { kind: 'release', at: '2025-03-24T12:00:00.000Z' },
  proposedAt: null,
  drift: null,
  performance: [],
  proposedFindings: [],
  refused: null,
  monthly: null,
  budget: null,
}
