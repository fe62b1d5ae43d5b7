import { setTimeout as sleep } from 'node:timers/promises'

import type { CheckpointSender } from './send-checkpoints.ts'

export interface Keeping {
  readonly send: CheckpointSender
  readonly everyMs: number
  /** How long a stage that was interrupted may still write; a runner gives 10 s for everything. */
  readonly partingMs?: number
  readonly signal: AbortSignal
}

const defaultPartingMs = 4000
/** A job may have 500 artifacts: after so many, checkpoints become rarer, and rarer again after each few more. */
const oftenSent = 100
const fewSent = 10
/** Timers know no longer time. */
const longestMs = 2 ** 31 - 1

/**
 * Sends a stage's checkpoint again and again while it works, soon after an interruption, and once more where it does not
 * end well. Of a stage that is done nothing is sent: it has its result.
 */
export async function keepWhile<Result>(keeping: Keeping, work: () => Promise<Result>): Promise<Result> {
  const ended = new AbortController()
  const sending = Promise.all([sendEach(keeping, ended.signal), sendAtParting(keeping, ended.signal)])
  try {
    return await work()
  } catch (error) {
    await keeping.send()
    throw error
  } finally {
    ended.abort()
    await sending
  }
}

/** Milliseconds until the next sending after so many; five days of them stay below what a job may have. */
export function nextSendingMs(everyMs: number, sent: number): number {
  const doublings = sent < oftenSent ? 0 : Math.floor((sent - oftenSent) / fewSent) + 1
  return Math.min(everyMs * 2 ** doublings, longestMs)
}

async function sendEach({ send, everyMs, signal }: Keeping, ended: AbortSignal): Promise<void> {
  const stop = AbortSignal.any([ended, signal])
  for (let sent = 0; await slept(nextSendingMs(everyMs, sent), stop); ) {
    if (await send()) sent += 1
  }
}

/** The program was asked to stop and may write a last state; one that does not end is not waited for. */
async function sendAtParting(
  { send, signal, partingMs = defaultPartingMs }: Keeping,
  ended: AbortSignal,
): Promise<void> {
  await aborted(AbortSignal.any([ended, signal]))
  if (!ended.aborted && (await slept(partingMs, ended))) await send()
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** False where it was cut short. */
async function slept(ms: number, signal: AbortSignal): Promise<boolean> {
  return await sleep(ms, true, { signal }).catch(() => false)
}
