/** One thing that was checked of a release. */
export interface Check {
  readonly name: 'files' | 'provenance' | 'data' | 'ledger' | 'tag' | 'judgement' | 'parts'
  /** `cannot see`: what it takes is not here. */
  readonly outcome: 'agrees' | 'disagrees' | 'cannot see'
  /** What was compared, or why it could not be. */
  readonly detail: string
}

/** One thing that is not as it was published. */
export interface Finding {
  readonly check: Check['name']
  /** The asset, the record or the tag that disagrees. */
  readonly subject: string
  /** What it is, and what it should be. */
  readonly problem: string
}

export interface Verification {
  /** As the provenance has it; null where it cannot be read. */
  readonly tag: string | null
  /** Absolute. */
  readonly folder: string
  readonly isVerified: boolean
  readonly checks: readonly Check[]
  readonly findings: readonly Finding[]
}

/** A check that could be made: it disagrees where anything was found. */
export function checkOf(name: Check['name'], detail: string, findings: readonly Finding[]): Check {
  return { name, outcome: findings.some(({ check }) => check === name) ? 'disagrees' : 'agrees', detail }
}

/** The first eight digits, as messages show them. */
export function short(digest: string | null | undefined): string {
  return digest ? `${digest.slice(0, 8)}…` : 'none'
}
