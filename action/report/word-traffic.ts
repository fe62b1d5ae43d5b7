import type { Traffic, Wait } from '../github/watch.ts'
import { formatCount, formatSeconds } from './numbers.ts'
import { plainText } from './terminal.ts'

/** `12 calls, 3 cached` */
export function wordTraffic({ calls, cached }: Traffic): string {
  const sent = calls === 1 ? '1 call' : `${formatCount(calls)} calls`
  return cached === 0 ? sent : `${sent}, ${formatCount(cached)} cached`
}

/** `GitHub’s rate limit: waits 42 s, until 06:12:48 UTC` */
export function wordWait({ why, ms, until }: Wait): string {
  const reason = why === 'limit' ? 'GitHub’s rate limit' : 'GitHub does not answer as it should'
  return `${reason}: waits ${formatSeconds(ms / 1000)}, until ${until.toISOString().slice(11, 19)} UTC`
}

export function wordRenamed({ before, now }: { readonly before: string; readonly now: string }): string {
  return `GitHub: ${plainText(before)} is called ${plainText(now)} by now; give the new name where the old one is written: git remote set-url origin …/${plainText(now)}.git`
}
