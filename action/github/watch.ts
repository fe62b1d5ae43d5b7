/** What was asked of GitHub so far. */
export interface Traffic {
  /** Requests sent, repeated ones included. */
  calls: number
  /** Those of them that GitHub answered with: not modified. They cost nothing of the rate limit. */
  cached: number
}

/** What a door hears of all that is asked over a connection, and keeps for it. */
export interface Watch {
  readonly traffic: Traffic
  /** Called before a wait, however short. */
  readonly onWait: (wait: Wait) => void
  /** Called once, where the repository has another name by now. */
  readonly onRenamed: (names: { readonly before: string; readonly now: string }) => void
  /** A folder of Plumbline's own for answers that later runs ask for again; left out: they are kept in memory alone. */
  readonly answersFolder?: string
}

export interface Wait {
  readonly why: 'limit' | 'trouble'
  readonly ms: number
  /** When it ends. */
  readonly until: Date
}

/** Of somebody who wants to hear of nothing. */
export function unwatched(): Watch {
  return { traffic: { calls: 0, cached: 0 }, onWait() {}, onRenamed() {} }
}
