/** One thing of a ledger that is not as it was written. */
export interface LedgerFinding {
  /** Path of a record on the branch `plumbline/ledger`, a release's tag, or an environment's state. */
  readonly file: string
  /** Number of the record; null where it is none. */
  readonly seq: number | null
  /** What it is, and what it should be. */
  readonly problem: string
}
