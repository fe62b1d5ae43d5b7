import { Fault } from '../base/fault.ts'
import { nearestName } from '../base/nearest-name.ts'
import type { Command, CommandTable } from './define-command.ts'

/** Loads the command of that name. Throws a Fault with the nearest name where there is none. */
export async function findCommand(name: string, table: CommandTable): Promise<Command> {
  const load = Object.hasOwn(table, name) ? table[name] : undefined
  if (load !== undefined) return await load()

  const meant = nearestName(name, Object.keys(table))
  throw new Fault('cli/unknown-command', `Cannot run "${name}": no such command`, {
    remedy: meant === undefined ? `Choose one of: ${Object.keys(table).join(', ')}.` : `Did you mean "${meant}"?`,
  })
}
