import type { Progress, ProgressFacts, StepOutcome } from '../base/progress.ts'
import type { Ending } from './ending.ts'
import { printableJson } from './printable-json.ts'
import { plainLines, plainText } from './terminal.ts'

/** Progress for a program that reads along, and how the command ended. */
export interface JsonLog extends Progress {
  ended(ending: Ending): void
}

export interface JsonLogOptions {
  readonly write: (text: string) => void
  readonly command: string
  readonly now: () => Date
  /** Milliseconds since whenever; only differences count. */
  readonly clock: () => number
}

const updateEveryMs = 1000
const levels: Readonly<Record<StepOutcome, string>> = { done: 'info', cached: 'info', skipped: 'info', failed: 'error' }

/**
 * One JSON object a line, as `schema/log-line.schema.json` describes it; of updates at most one a second and stage. JSON
 * escapes what controls a terminal, and escape sequences of programs are left out, so that no colour is among it.
 */
export function progressJson({ write, command, now, clock }: JsonLogOptions): JsonLog {
  const attempts = new Map<string, number>()
  const lastTold = new Map<string, number>()
  let run: Omit<ProgressFacts, 'stage' | 'attempt'> = {}

  const tell = (level: string, event: string, more: Readonly<Record<string, unknown>>) => {
    write(`${printableJson({ time: now().toISOString(), level, command, ...run, event, ...more })}\n`)
  }
  const ofStage = (stage: string) => {
    const attempt = attempts.get(stage)
    return { stage: plainText(stage), ...(attempt !== undefined && { attempt }) }
  }
  return {
    about({ stage, attempt, ...more }) {
      if (stage !== undefined && attempt !== undefined) attempts.set(stage, attempt)
      run = { ...run, ...more }
    },
    started(stage) {
      attempts.delete(stage)
      lastTold.delete(stage)
      tell('info', 'started', ofStage(stage))
    },
    update(stage, detail) {
      if (clock() - (lastTold.get(stage) ?? Number.NEGATIVE_INFINITY) < updateEveryMs) return
      lastTold.set(stage, clock())
      tell('info', 'update', { ...ofStage(stage), detail: plainLines(detail) })
    },
    finished(stage, outcome, detail, seconds) {
      tell(levels[outcome], 'finished', { ...ofStage(stage), outcome, seconds, detail: plainLines(detail) })
      attempts.delete(stage)
    },
    note(text) {
      tell('info', 'note', { detail: plainLines(text) })
    },
    warn(text) {
      tell('warn', 'warn', { detail: plainLines(text) })
    },
    ended(ending) {
      if (ending.kind === 'diagnosed') {
        for (const { code, file, line, message } of ending.diagnostics) {
          tell('error', 'diagnostic', { code, file: plainText(file), line, detail: plainLines(message) })
        }
      }
      tell(ending.kind === 'done' ? 'info' : ending.kind === 'no' ? 'warn' : 'error', 'ended', {
        outcome: ending.kind,
        ...(ending.kind === 'fault' && {
          code: ending.fault.code,
          detail: plainLines(ending.fault.message),
          remedy: plainLines(ending.fault.remedy),
        }),
      })
    },
  }
}
