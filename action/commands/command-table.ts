import type { Command } from './define-command.ts'

/** Every command, loaded on its own, in the order of the loop. */
export const commandTable = {} as const satisfies Record<string, () => Promise<Command>>
