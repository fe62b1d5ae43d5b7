import { formatBytes, formatCount } from './numbers.ts'
import { plainText } from './terminal.ts'

/** What a stage is given back: `train goes on from its checkpoint (3 files, 12 MB)`. */
export function wordResumed(stage: string, files: number, bytes: number): string {
  return `${stage} goes on from its checkpoint (${wordSize(files, bytes)})`
}

/** What a stage that did not end well leaves, and how to be rid of it. */
export function wordKept(stage: string, files: number, bytes: number): string {
  return `${stage} left a checkpoint (${wordSize(files, bytes)}): the next run goes on from it; to begin anew: plumbline run --from ${stage}`
}

export function wordSentCheckpoint(stage: string, files: number, bytes: number): string {
  return `${stage}: checkpoint kept as an artifact (${wordSize(files, bytes)})`
}

export function wordIgnoredCheckpoint(stage: string, artifact: string, why: string): string {
  return `${stage} cannot go on from the artifact ${plainText(artifact)}: ${plainText(why)}; it is left alone`
}

export function wordHeavyCheckpoint(stage: string, mostBytes: number): string {
  return `${stage}: its checkpoint is not kept as an artifact: it has more than ${formatBytes(mostBytes)}; let it keep its newest state only`
}

export function wordChangingCheckpoint(stage: string): string {
  return `${stage}: its checkpoint was not kept as an artifact: it changed all the while; write a file beside it and rename that`
}

export function wordOddFiles(stage: string, paths: readonly string[]): string {
  const [first = ''] = paths
  const more = paths.length > 1 ? ` and ${formatCount(paths.length - 1)} more` : ''
  return `${stage}: "${plainText(first)}"${more} of its checkpoint is a link or no file: it does not go along`
}

export function wordFailedCheckpoint(stage: string, message: string): string {
  return `${stage}: its checkpoint cannot travel between machines: ${plainText(message)}`
}

function wordSize(files: number, bytes: number): string {
  return `${formatCount(files)} ${files === 1 ? 'file' : 'files'}, ${formatBytes(bytes)}`
}
