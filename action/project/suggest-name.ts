import { nearestName } from '../base/nearest-name.ts'

/** A remedy for a name that leads nowhere: the nearest known one, else all of them. */
export function suggestName(misspelt: string, known: readonly string[]): string {
  const meant = nearestName(misspelt, known)
  return meant === undefined ? `Known here: ${known.join(', ') || 'none'}.` : `Did you mean "${meant}"?`
}
