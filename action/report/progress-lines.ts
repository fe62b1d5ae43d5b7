import type { Progress, StepOutcome } from '../base/progress.ts'
import { type Paint, plain } from './paint.ts'
import { plainLines, plainText } from './terminal.ts'

export interface ProgressOptions {
  readonly write: (text: string) => void
  readonly paint?: Paint
  /** Milliseconds since whenever; only differences count. */
  readonly now: () => number
}

const glyphs: Record<StepOutcome, string> = { done: '✓', cached: '✓', failed: '✗', skipped: '–' }
const quietMs = 30_000
const maxDetail = 100

/** Progress for a log: a line a finished step, and a sign of life each half minute of a long one. */
export function progressLines({ write, paint = plain, now }: ProgressOptions): Progress {
  const lastSaid = new Map<string, number>()
  return {
    started(step) {
      lastSaid.set(step, now())
    },
    update(step, detail) {
      const saidAt = lastSaid.get(step) ?? Number.NEGATIVE_INFINITY
      if (now() - saidAt < quietMs) return
      lastSaid.set(step, now())
      write(`  ${nameColumn(step)} … ${shorten(oneLine(detail))}\n`)
    },
    finished(step, outcome, detail, seconds) {
      lastSaid.delete(step)
      write(finishedLine(step, outcome, detail, seconds, paint))
    },
    note(text) {
      write(`${plainLines(text)}\n`)
    },
    warn(text) {
      write(`${paint.bad('!')} ${plainLines(text)}\n`)
    },
  }
}

export function finishedLine(
  step: string,
  outcome: StepOutcome,
  detail: string,
  seconds: number,
  paint: Paint,
): string {
  const glyph = outcome === 'failed' ? paint.bad(glyphs[outcome]) : paint.good(glyphs[outcome])
  const words = outcome === 'cached' ? `${oneLine(detail)} (cached)` : oneLine(detail)
  const took = outcome === 'cached' || outcome === 'skipped' ? '' : `${seconds.toFixed(1)} s`
  return `  ${nameColumn(step)} ${glyph} ${words.padEnd(44)} ${took.padStart(8)}`.trimEnd().concat('\n')
}

export function nameColumn(step: string): string {
  return plainText(step).padEnd(11)
}

export function oneLine(text: string): string {
  return plainText(text).replace(/\s+/g, ' ').trim()
}

/** What a program says may be long; its whole log is on disk. */
function shorten(text: string): string {
  return text.length > maxDetail ? `${text.slice(0, maxDetail - 1)}…` : text
}
