import type { Progress } from '../base/progress.ts'

/**
 * Progress that tells of steps from the cache only once something else happens: a run in which nothing happens is told in
 * one line by its report.
 */
export function holdCached(progress: Progress): Progress {
  const held: (() => void)[] = []
  const release = () => {
    for (const tell of held.splice(0)) tell()
  }
  return {
    started(step) {
      release()
      progress.started(step)
    },
    update(step, detail) {
      progress.update(step, detail)
    },
    finished(...step) {
      if (step[1] === 'cached') held.push(() => progress.finished(...step))
      else {
        release()
        progress.finished(...step)
      }
    },
    note(text) {
      release()
      progress.note(text)
    },
    warn(text) {
      release()
      progress.warn(text)
    },
    about(facts) {
      progress.about?.(facts)
    },
  }
}
