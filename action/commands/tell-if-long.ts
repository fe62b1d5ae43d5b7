import { type Progress, startLate } from '../base/progress.ts'

/** Nobody wonders before. */
const patienceMs = 2000

/** Tells of work that takes longer than two seconds what it is busy with, and when it is done. */
export async function tellIfLong<Value>(
  progress: Progress,
  step: string,
  detail: string,
  work: () => Promise<Value>,
): Promise<Value> {
  const since = performance.now()
  let isTold = false
  const telling = setInterval(() => {
    if (isTold) progress.update(step, detail)
    else startLate(progress, step, detail)
    isTold = true
  }, patienceMs)
  const finish = (outcome: 'done' | 'failed') => {
    if (isTold) progress.finished(step, outcome, detail, (performance.now() - since) / 1000)
  }
  try {
    const value = await work()
    finish('done')
    return value
  } catch (error) {
    finish('failed')
    throw error
  } finally {
    clearInterval(telling)
  }
}
