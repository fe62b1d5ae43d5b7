import { totalmem } from 'node:os'

/** Of the machine's memory, as much as one engine may take; what is more spills to its folder. */
export function mostMebibytes(): number {
  return Math.max(512, Math.floor((totalmem() * 0.6) / 2 ** 20))
}
