import type { Check } from './check.ts'
import { checkTable } from './check.table.ts'
import type { Observed } from './observed.ts'

export interface Finding {
  readonly id: string
  readonly setting: string
  readonly state: 'ok' | 'wrong' | 'cannot see'
  readonly found: string
  /** A page of GitHub, or a path in the repository. */
  readonly where: string
  readonly without: string
  /** Null where there is nothing to mend. */
  readonly mend: string | null
}

/** Every check, what is wrong first, then what cannot be seen; in the table's order otherwise. */
export function checkSettings(observed: Observed): readonly Finding[] {
  const found = checkTable.map((check) => findingOf(check, observed))
  return (['wrong', 'cannot see', 'ok'] as const).flatMap((state) => found.filter((finding) => finding.state === state))
}

function findingOf({ id, setting, where, without, judge }: Check, observed: Observed): Finding {
  const judgement = judge(observed)
  return {
    id,
    setting,
    state: judgement.state,
    found: judgement.found,
    where: where.replace(/^page:/, `${observed.repository.page}/`),
    without,
    mend: judgement.state === 'wrong' ? judgement.mend : null,
  }
}
