import { readFileSync } from 'node:fs'

/** How many processes this system has killed for want of memory since it started; undefined where it does not tell. */
export function countOomKills(): number | undefined {
  try {
    const kills = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'latin1'))?.[1]
    return kills === undefined ? undefined : Number(kills)
  } catch {
    return undefined
  }
}
