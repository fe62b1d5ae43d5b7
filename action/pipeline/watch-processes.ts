import { setTimeout as sleep } from 'node:timers/promises'

import type { ResourceLimits } from '../project/project.ts'
import { diskUse } from './disk-use.ts'
import { openProcessTable, type StageProcess } from './process-table.ts'
import type { StageResources } from './run-record.ts'
import { findOverLimit, type OverLimit } from './stage-resources.ts'
import { cpuSecondsOf, noCpu, tallyCpu } from './tally-cpu.ts'

export interface Watched {
  /** The process whose descendants are watched; the leader of its group and session. */
  readonly root: number
  /** The stage's own folder; its name in the environment finds processes that left the session. */
  readonly room: string
  /** What lay in it before. */
  readonly laidBytes: number
  readonly limits: ResourceLimits
  /** Told once, at the first limit that is passed. */
  readonly onOver: (over: OverLimit) => void
}

export interface Watch {
  /** Whether the system lets its processes be seen. */
  readonly canSee: boolean
  /** Sends a signal to each process of the stage but the root, which ends with them; false where none is there yet. */
  readonly send: (signal: NodeJS.Signals) => Promise<boolean>
  /** Waits for what is left beside the root, then kills it; the names of what had to be killed. */
  readonly clear: (patienceMs: number) => Promise<readonly string[]>
  /**
   * Ends the watch; undefined where nothing can be measured. `countedSeconds` is the processor time of all that the root
   * waited for, as it counted it itself; without it, what was seen last.
   */
  readonly close: (countedSeconds: number | undefined) => Promise<StageResources | undefined>
}

/** The first looks come at once and soon, for programs that end soon. */
const firstLookMs = 10
const slowestLookMs = 250
const firstDiskLookMs = 1000
/** A look may take so much of the time, no more: one twentieth. */
const restPerLook = 19
/** A program that forks without end is killed in rounds, as each look may miss what was born since. */
const killRounds = 100
const roundMs = 20

/** Measures a program's processes and its folder now and then, as long as it runs. */
export function watchProcesses({ root, room, laidBytes, limits, onOver }: Watched): Watch {
  const table = openProcessTable(root, room)
  let [cpu, cpuSeconds, peakMemoryBytes, diskBytes] = [noCpu, 0, 0, 0]
  let rootAsSeen: StageProcess | undefined
  let isOver = false
  const closing = new AbortController()

  const look = async (isThorough?: boolean): Promise<readonly StageProcess[]> => {
    const found = (await table?.look(isThorough)) ?? []
    const rootNow = found.find(({ pid }) => pid === root)
    rootAsSeen = rootNow ?? rootAsSeen
    cpu = tallyCpu(cpu, rootNow || !rootAsSeen ? found : [...found, rootAsSeen])
    if (rootNow) cpuSeconds = cpuSecondsOf(cpu)
    peakMemoryBytes = Math.max(peakMemoryBytes, ...found.map((process) => process.peakBytes ?? 0))
    const sumBytes = found.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0)
    // What they share counts in each: only a sum above the peak can be a new one.
    if (sumBytes > peakMemoryBytes) {
      peakMemoryBytes = Math.max(peakMemoryBytes, table?.sharedBytes(found) ?? sumBytes)
    }
    judge()
    return found
  }
  const lookAtDisk = async () => {
    diskBytes = Math.max(diskBytes, (await diskUse(room)) - laidBytes)
    judge()
  }
  const judge = () => {
    const over = isOver ? undefined : findOverLimit({ peakMemoryBytes, diskBytes }, limits)
    if (!over) return
    isOver = true
    onOver(over)
  }
  const living = async (isThorough?: boolean) =>
    (await look(isThorough)).filter(({ pid, isEnded }) => pid !== root && !isEnded)

  const close = async (countedSeconds: number | undefined) => {
    closing.abort()
    await Promise.all(looking)
    await lookAtDisk()
    if (!rootAsSeen) return undefined
    if (countedSeconds !== undefined) {
      const others = [...cpu.seen.values()].filter(({ pid }) => pid !== root)
      cpuSeconds = cpuSecondsOf(tallyCpu(cpu, [...others, { ...rootAsSeen, cpuSeconds: countedSeconds }]))
    }
    return { cpuSeconds: Math.round(cpuSeconds * 1000) / 1000, peakMemoryBytes, diskBytes }
  }
  let closed: Promise<StageResources | undefined> | undefined
  const looking = [
    table
      ? look().then(() => repeat(look, { firstMs: firstLookMs, slowestMs: slowestLookMs }, closing.signal))
      : Promise.resolve(),
    repeat(lookAtDisk, { firstMs: firstDiskLookMs, slowestMs: firstDiskLookMs }, closing.signal),
  ]

  return {
    canSee: table !== undefined,
    send: async (signal) => {
      const found = await living(true)
      signalAll(found, signal)
      return found.length > 0
    },
    clear: async (patienceMs) => {
      const deadline = performance.now() + patienceMs
      let left = await living(true)
      while (left.length > 0 && performance.now() < deadline) {
        await sleep(roundMs)
        left = await living()
      }
      const names = left.map(({ name }) => name)
      for (let round = 0; left.length > 0 && round < killRounds; round += 1) {
        signalAll(left, 'SIGKILL')
        await sleep(roundMs)
        left = await living(true)
      }
      return names
    },
    close: (countedSeconds) => (closed ??= close(countedSeconds)),
  }
}

function signalAll(processes: readonly StageProcess[], signal: NodeJS.Signals): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, signal)
    } catch {
      // Already gone.
    }
  }
}

/** Looks until the signal, at growing distances, and never for more than a small part of the time. */
async function repeat(
  look: () => Promise<unknown>,
  { firstMs, slowestMs }: { readonly firstMs: number; readonly slowestMs: number },
  signal: AbortSignal,
): Promise<void> {
  let tookMs = 0
  for (let waitMs = firstMs; !signal.aborted; waitMs = Math.min(waitMs * 2, slowestMs)) {
    await sleep(Math.max(waitMs, tookMs * restPerLook), undefined, { signal, ref: false }).catch(() => undefined)
    if (signal.aborted) return
    const started = performance.now()
    await look()
    tookMs = performance.now() - started
  }
}
