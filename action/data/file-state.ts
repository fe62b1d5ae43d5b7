import type { BigIntStats } from 'node:fs'

/** A clock may tick this coarsely, so that a later change need not show in a file's times. */
const raceNs = 2_000_000_000n

/** Size, times and inode: equal where a file most likely was not touched. The time of the last change of any kind is beyond what programs can set. */
export function stateOf({ size, mtimeNs, ctimeNs, ino, dev }: BigIntStats): string {
  return `${size} ${mtimeNs} ${ctimeNs} ${ino} ${dev}`
}

/** Whether a file had been left alone for so long that its state tells its bytes; as git does, for what was just written may change again within the same tick. */
export function isSettled({ mtimeNs, ctimeNs }: Pick<BigIntStats, 'mtimeNs' | 'ctimeNs'>, nowNs: bigint): boolean {
  return (mtimeNs > ctimeNs ? mtimeNs : ctimeNs) + raceNs < nowNs
}

/** The same of a state. */
export function isSettledState(state: string, nowMs: number): boolean {
  const [, mtimeNs = 0n, ctimeNs = 0n] = state.split(' ').map(BigInt)
  return isSettled({ mtimeNs, ctimeNs }, BigInt(Math.floor(nowMs)) * 1_000_000n)
}
