import type { StageProcess } from './process-table.ts'

/** Processor time of a stage's processes over several looks. */
export interface CpuTally {
  /** As seen last, by number and start. */
  readonly seen: ReadonlyMap<string, Pick<StageProcess, 'pid' | 'parent' | 'started' | 'cpuSeconds'>>
  /** Of those that ended with nobody of the stage to wait for them. */
  readonly orphansSeconds: number
}

export const noCpu: CpuTally = { seen: new Map(), orphansSeconds: 0 }

/**
 * Pure: the tally after one more look. The time of a process that ended meanwhile is in that of the ancestor which waited
 * for it; where no ancestor is left, what was seen last is kept.
 */
export function tallyCpu(
  before: CpuTally,
  now: readonly Pick<StageProcess, 'pid' | 'parent' | 'started' | 'cpuSeconds'>[],
): CpuTally {
  const seen = new Map(now.map((process) => [identify(process), process]))
  const byPid = new Map([...before.seen.values()].map((process) => [process.pid, process]))
  let { orphansSeconds } = before
  for (const [identity, process] of before.seen) {
    if (!seen.has(identity) && !hasAncestor(process)) orphansSeconds += process.cpuSeconds
  }
  return { seen, orphansSeconds }

  function hasAncestor({ parent }: { readonly parent: number }): boolean {
    const visited = new Set<number>()
    for (let at = byPid.get(parent); at && !visited.has(at.pid); at = byPid.get(at.parent)) {
      if (seen.has(identify(at))) return true
      visited.add(at.pid)
    }
    return false
  }
}

export function cpuSecondsOf({ seen, orphansSeconds }: CpuTally): number {
  return [...seen.values()].reduce((sum, { cpuSeconds }) => sum + cpuSeconds, orphansSeconds)
}

function identify({ pid, started }: Pick<StageProcess, 'pid' | 'started'>): string {
  return `${pid} ${started}`
}
