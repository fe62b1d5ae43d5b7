/** A record that is written again and again while a run goes on. */
export interface RecordKeeper {
  /** Resolves when the record as it is now is written. */
  readonly save: () => Promise<void>
  /** Resolves when no write goes on any more, and none begins. */
  readonly stop: () => Promise<void>
}

/** One write after the other, however many stages end at once. */
export function keepRecord(write: () => Promise<unknown>): RecordKeeper {
  let last: Promise<unknown> = Promise.resolve()
  let isOver = false
  return {
    async save() {
      last = last.then(() => (isOver ? undefined : write()))
      await last
    },
    async stop() {
      isOver = true
      await last.catch(() => undefined)
    },
  }
}
