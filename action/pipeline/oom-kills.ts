import { readFile } from 'node:fs/promises'

/** How many processes this system has killed for want of memory since it started; undefined where it does not tell. */
export async function countOomKills(): Promise<number | undefined> {
  const counters = await readFile('/proc/vmstat', 'utf8').catch(() => '')
  const kills = /^oom_kill (\d+)$/m.exec(counters)?.[1]
  return kills === undefined ? undefined : Number(kills)
}
