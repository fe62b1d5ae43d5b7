export type StepOutcome = 'done' | 'cached' | 'failed' | 'skipped'

/** What a long action tells while it works; a door decides how it looks. */
export interface Progress {
  started(step: string): void
  /** What the step is busy with, at any rate; a door may drop most of it. */
  update(step: string, detail: string): void
  finished(step: string, outcome: StepOutcome, detail: string, seconds: number): void
  /** A line that stands on its own. */
  note(text: string): void
  /** Something that the reader should look at, though the work goes on. */
  warn(text: string): void
  /** What all that follows is about; for readers that are programs. */
  about?(facts: ProgressFacts): void
}

export interface ProgressFacts {
  readonly model?: string
  readonly runKey?: string
  /** What started the run: `schedule`. */
  readonly trigger?: string
  /** The stage whose program is started again. */
  readonly stage?: string
  /** 1 for the first. */
  readonly attempt?: number
}

/** For callers that show nothing. */
export const silent: Progress = { started() {}, update() {}, finished() {}, note() {}, warn() {} }

/** Begins a step of which it was not known that it would take long enough to be told: also a log says so at once. */
export function startLate(progress: Progress, step: string, detail: string): void {
  progress.update(step, detail)
  progress.started(step)
  progress.update(step, detail)
}
