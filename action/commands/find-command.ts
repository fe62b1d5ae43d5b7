import { Fault } from '../base/fault.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { Command, CommandTable } from './define-command.ts'

/**
 * The name of a command at the beginning of what was typed, one word or two, and the words behind it. Of two words, such as
 * `data list`, both belong to the name also where the second is wrong, so that the nearest name is found.
 */
export function splitName(words: readonly string[], table: CommandTable): { name: string; rest: readonly string[] } {
  const [first = '', second] = words
  const isGroup = Object.keys(table).some((name) => name.startsWith(`${first} `))
  if (!isGroup || second === undefined || second.startsWith('-')) return { name: first, rest: words.slice(1) }
  return { name: `${first} ${second}`, rest: words.slice(2) }
}

/** Loads the command of that name. Throws a Fault with the nearest name where there is none. */
export async function findCommand(name: string, table: CommandTable): Promise<Command> {
  const load = Object.hasOwn(table, name) ? table[name] : undefined
  if (load !== undefined) return await load()

  const group = Object.keys(table).filter((known) => known.startsWith(`${name} `))
  if (group.length > 0) {
    throw new Fault('cli/unknown-command', `Cannot run "${name}": it is a group of commands; expected one of them`, {
      remedy: `Choose one of: ${group.join(', ')}.`,
    })
  }
  const meant = nearestName(name, Object.keys(table))
  throw new Fault('cli/unknown-command', `Cannot run "${name}": no such command`, {
    remedy: meant === undefined ? `Choose one of: ${Object.keys(table).join(', ')}.` : `Did you mean "${meant}"?`,
  })
}
