import type { CommandTable } from './define-command.ts'

/** Every command, loaded on its own, in the order of the loop. */
export const commandTable: CommandTable = {
  validate: async () => (await import('./validate.ts')).validate,
  run: async () => (await import('./run.ts')).run,
}
export const commandTable = {
  validate: async () => (await import('./validate.ts')).validate,
  run: async () => (await import('./run.ts')).run,
} as const satisfies CommandTable
