import { diffArrays } from 'diff'

import { canonicalJson } from '../base/canonical-json.ts'
import { describeDifference } from './describe-difference.ts'
import type { LedgerFinding } from './ledger-finding.ts'
import { type Chain, type LedgerRecord, recordPath } from './ledger-record.ts'

/**
 * What a copy of the ledger knows otherwise than its branch: a history that was written anew, with records that fit one
 * another, shows by this alone. Each record is told once, whatever became of the numbers and hashes of those behind it.
 */
export function compareWithCopy(copy: Chain, branch: Chain): readonly LedgerFinding[] {
  const [had, has] = [copy.records, branch.records]
  const { lost, gained } = difference(had, has)
  const bySeq = new Map([...gained.values()].map((record) => [record.seq, record]))
  return lost.map((record): LedgerFinding => {
    const place = { file: recordPath(record), seq: record.seq }
    const moved = gained.get(sense(record))
    if (moved) return { ...place, problem: `a copy here has it as record ${record.seq}; it is record ${moved.seq} now` }
    const instead = bySeq.get(record.seq)
    if (!instead) return { ...place, problem: `it was dropped: a copy here has it (${wordRecord(record)})` }
    const how = describeDifference(sense(record), sense(instead))
    return { ...place, problem: `it was edited, by a copy here: ${how}` }
  })
}

interface Difference {
  readonly lost: readonly LedgerRecord[]
  /** By what they say. */
  readonly gained: ReadonlyMap<string, LedgerRecord>
}

/** With more differences than this, where a record went takes longer to find than anybody would wait. */
const mostEdits = 2000

function difference(had: readonly LedgerRecord[], has: readonly LedgerRecord[]): Difference {
  const [before, after] = [had.map(sense), has.map(sense)]
  const parts = diffArrays(before, after, { maxEditLength: mostEdits })
  if (parts === undefined) {
    const [known, kept] = [new Set(before), new Set(after)]
    const gained = has.filter((_, index) => !known.has(after[index] ?? ''))
    return {
      lost: had.filter((_, index) => !kept.has(before[index] ?? '')),
      gained: new Map(gained.map((record) => [sense(record), record])),
    }
  }
  const lost: LedgerRecord[] = []
  const gained = new Map<string, LedgerRecord>()
  let [at, now] = [0, 0]
  for (const { added, removed, count } of parts) {
    if (removed) lost.push(...had.slice(at, at + count))
    if (added) for (const record of has.slice(now, now + count)) gained.set(sense(record), record)
    if (!added) at += count
    if (!removed) now += count
  }
  return { lost, gained }
}

/** What a record says, wherever it stands in the chain. */
function sense({ seq: _seq, previous: _previous, ...said }: LedgerRecord): string {
  return canonicalJson({ ...said })
}

function wordRecord({ kind, model, actor, at }: LedgerRecord): string {
  return `${kind} ${model} by ${actor}, ${at.slice(0, 10)}`
}
