import { formatBytes } from './numbers.ts'

/** A result that this run takes over. */
export function wordShared(stage: string, startedAt: string): string {
  return `${stage} was made by an earlier run of this workflow, ${startedAt.slice(0, 10)}: the cache of the repository holds it`
}

/** A result that is there and is not used. */
export function wordRefused(stage: string, why: string): string {
  return `${stage} in the cache of the repository: ${why}; it is not used, and made here`
}

export function wordNotShared(stage: string, bytes: number, largestBytes: number): string {
  return `${stage} is not left for later runs: ${formatBytes(bytes)}, above the ${formatBytes(largestBytes)} of one entry in the cache of the repository`
}

/** The cache does not do what it should; the run goes on. */
export function wordUnshared(action: 'restore' | 'save', stage: string, why: string, isOff = false): string {
  const what = action === 'restore' ? `cannot look for ${stage} there` : `cannot leave ${stage} there`
  return `cache of the repository: ${what} (${why}); ${isOff ? 'this run goes on without it' : 'the run goes on'}`
}
