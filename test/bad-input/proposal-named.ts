import { sha256 } from '../../action/base/sha256.ts'
import type { ProposalFacts } from '../../action/report/proposal-text.ts'
import { changesNamed, decisionNamed, odditiesNamed } from './reports-of-data.ts'

/** What a retrain pull request tells, in which whatever a person or a file may name is `name`. */
export function proposalNamed(name: string, forced: string | null = name): ProposalFacts {
  // Nothing is told of them.
  const { lock, files, found } = {} as ProposalFacts['snapshot']
  return {
    ...{
      model: name,
      decision: decisionNamed(name, forced),
      previousDigest: sha256('before'),
      newRows: 1,
      labelledRows: 1,
    },
    ...{ gates: [name], refits: true, minutes: 1, branch: 'plumbline/retrain/price' },
    snapshot: {
      ...{
        lock,
        files,
        found,
        ...changesNamed(name),
        digest: sha256('now'),
        rows: 1,
        since: name,
        until: name,
        isPacked: false,
      },
      leftOut: { paths: [name], rows: 1, before: name },
      oddities: odditiesNamed(name),
    },
  }
}
