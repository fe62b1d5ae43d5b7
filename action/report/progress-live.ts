import type { Progress } from '../base/progress.ts'
import { plain } from './paint.ts'
import { finishedLine, nameColumn, oneLine, type ProgressOptions } from './progress-lines.ts'
import { plainLines } from './terminal.ts'

export interface LiveOptions extends ProgressOptions {
  /** The terminal's width in characters. */
  readonly columns: () => number
}

/** Progress that rewrites its last line; closing it leaves finished lines only. */
export interface LiveProgress extends Progress, Disposable {}

const redrawMs = 200
const clearLine = '\r\u001b[2K'

/** Progress for a terminal: the step under way, with its seconds, is redrawn in place. */
export function progressLive({ write, paint = plain, now, columns }: LiveOptions): LiveProgress {
  const running = new Map<string, { readonly since: number; detail: string }>()
  const draw = () => {
    const [step, state] = [...running].at(-1) ?? []
    if (step === undefined || state === undefined) return
    const seconds = ((now() - state.since) / 1000).toFixed(0)
    const line = `  ${nameColumn(step)} … ${state.detail}${state.detail === '' ? '' : '  '}${seconds} s`
    write(`${clearLine}${paint.faint(line.slice(0, Math.max(20, columns() - 1)))}`)
  }
  const timer = setInterval(draw, redrawMs).unref()
  const above = (line: string) => {
    write(`${clearLine}${line}`)
    draw()
  }

  return {
    started(step) {
      running.set(step, { since: now(), detail: '' })
      draw()
    },
    update(step, detail) {
      const state = running.get(step)
      if (state !== undefined) state.detail = oneLine(detail)
    },
    finished(step, outcome, detail, seconds) {
      running.delete(step)
      above(finishedLine(step, outcome, detail, seconds, paint))
    },
    note(text) {
      above(`${plainLines(text)}\n`)
    },
    warn(text) {
      above(`${paint.bad('!')} ${plainLines(text)}\n`)
    },
    [Symbol.dispose]() {
      clearInterval(timer)
      if (running.size > 0) write(clearLine)
      running.clear()
    },
  }
}
