import type { Interrupt } from '../../action/local-github/answer-request.ts'

/** Breaks the connection at one write of those that follow, before or after it is done; reads are served. */
export interface DroppedWrites {
  readonly interrupt: Interrupt
  /** Counts writes from 1 anew. */
  readonly arm: (moment: 'before' | 'after', call: number) => void
  readonly disarm: () => void
}

export function dropWrites(): DroppedWrites {
  let armed: { readonly moment: string; readonly call: number } | undefined
  let calls = 0
  return {
    interrupt: (moment, { method }) => {
      if (method === 'GET') return 'serve'
      if (moment === 'before') calls++
      return armed?.call === calls && armed.moment === moment ? 'drop' : 'serve'
    },
    arm: (moment, call) => {
      armed = { moment, call }
      calls = 0
    },
    disarm: () => {
      armed = undefined
    },
  }
}
