import type { Mirrored } from '../registry/mirror-to-mlflow.ts'
import { formatCount } from './numbers.ts'
import { plainText } from './terminal.ts'

/** `MLflow at https://… was told of 1 run, 1 release, 2 aliases`. */
export function wordMirrored(url: string, { runs, versions, aliases }: Mirrored): string {
  const parts = [many(runs, 'run', 'runs'), many(versions, 'release', 'releases'), many(aliases, 'alias', 'aliases')]
  const told = parts.flat().join(', ')
  return `MLflow at ${plainText(url)} ${told === '' ? 'knows all of it already' : `was told of ${told}`}`
}

function many(count: number, one: string, more: string): readonly string[] {
  return count === 0 ? [] : [`${formatCount(count)} ${count === 1 ? one : more}`]
}
