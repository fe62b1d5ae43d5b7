import { userIdOf } from './resources.ts'
import type { State } from './state.ts'

/** People who have to do with the repository: its owner, and everybody who was given a token. */
export function knownLogins(state: State): readonly string[] {
  const holders = state.platform.tokens.flatMap(({ holder }) => (holder.kind === 'user' ? [holder.login] : []))
  return [...new Set([state.owner, ...holders])]
}

export function loginWithId(state: State, id: unknown): string | undefined {
  return knownLogins(state).find((login) => userIdOf(state.owner, login) === id)
}
