import type { LandedSource } from '../data/sources/land-source.ts'
import type { LandingProgress } from '../data/sources/meter.ts'
import { formatBytes, formatCount } from './numbers.ts'

/** How far a landing is, and how fast: `12 MB of 70 MB · 5.1 MB/s`. */
export function wordLandingProgress({ bytes, ofBytes, files, ofFiles }: LandingProgress, seconds: number): string {
  const size = ofBytes === undefined ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(ofBytes)}`
  const count = ofFiles > 1 ? [`${formatCount(files)} of ${formatCount(ofFiles)} files`] : []
  return [...count, size, `${formatBytes(seconds > 0 ? bytes / seconds : 0)}/s`].join(' · ')
}

/** `2 new, 1 changed, 3 unchanged, 1 gone · 70 MB fetched` */
export function wordChanges({
  files,
  gone,
  fetchedBytes,
}: Pick<LandedSource, 'files' | 'gone' | 'fetchedBytes'>): string {
  const of = (change: string) => files.filter((file) => file.change === change).length
  const counts = [
    [of('new'), 'new'],
    [of('changed'), 'changed'],
    [of('unchanged'), 'unchanged'],
    [gone.length, 'gone'],
  ] as const
  const words = counts.flatMap(([count, word]) => (count === 0 ? [] : [`${formatCount(count)} ${word}`]))
  return `${words.join(', ')} · ${formatBytes(fetchedBytes)} fetched`
}
